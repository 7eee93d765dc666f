"""Why a message is poison and the message itself in, a message of the poison queue out, and back.

    {"version": 1, "poisoned_at", "reason", "error", "message_id", "enqueued_at", "attempts",
     "deliveries": [id], "body": base64 of the original}

The original is intact: the message as it came, or, where its other events passed, an envelope that
holds the one event which did not.
"""

from datetime import datetime
from typing import Literal

import msgspec

from ..shared import messages
from ..shared.errors import NewerMessageError, SinkRefusedError, UndecodableMessageError
from ..shared.messages import Event

Reason = Literal["undecodable", "newer", "refused", "bug"]


class Poisoned(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message of the poison queue.

    Attributes:
        poisoned_at: UTC.
        reason: undecodable: no event of ours; newer: of a version that never came; refused: by a
            sink, for good; bug: of ours.
        error: in words.
        message_id: the original's, in its queue.
        enqueued_at: when the original came into its queue, UTC.
        attempts: how often the event failed while others passed.
        deliveries: the ids of the events in it, as far as they can be read.
        body: the original.
    """

    version: Literal[1]
    poisoned_at: datetime
    reason: Reason
    error: str
    message_id: str
    enqueued_at: datetime
    body: bytes
    attempts: int = 0
    deliveries: tuple[str, ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Poisoned)


def encode(poisoned: Poisoned) -> bytes:
    """A message for the poison queue."""
    return _encoder.encode(poisoned)


def decode(body: bytes) -> Poisoned | None:
    """The record; None where somebody else put the message there."""
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError:
        return None


def reason_of(error: Exception) -> Reason:
    """What kind of trouble it is."""
    if isinstance(error, NewerMessageError):
        return "newer"
    if isinstance(error, UndecodableMessageError):
        return "undecodable"
    return "refused" if isinstance(error, SinkRefusedError) else "bug"


def in_words(error: Exception) -> str:
    """One line; a bug's type says more than its text."""
    line = str(error).partition("\n")[0]
    return line if reason_of(error) != "bug" else f"{type(error).__name__}: {line}"


def events_of(body: bytes) -> list[Event]:
    """The events of an original; none where they cannot be read."""
    try:
        return messages.decode(body)
    except UndecodableMessageError:
        return []
