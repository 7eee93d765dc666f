"""Queue messages: an envelope of events to bytes and back.

    {"version": 1, "events": [{"kind", "id", "received_at", "body", "attempts", "failed_at"}]}

JSON, compressed by zlib where the queue's limit makes that worth it; the first byte tells them
apart. Transport encodings (Azure's base64) are the queue's own affair.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from .errors import NewerMessageError, UndecodableMessageError

VERSION = 1
_FASTEST = 1  # a third of the default's time, and nearly as small
MAX_MESSAGE_BYTES = 64 * 1024 * 1024  # a small message must not unfold into a large memory


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened: a trimmed delivery, or a batch of samples.

    Attributes:
        kind: X-GitHub-Event of a delivery, or `samples` (see `sent_batches.py`).
        id: X-GitHub-Delivery, kept by GitHub over redeliveries, or the batch's.
        received_at: when the frontend had it, UTC.
        body: JSON of the kind's own shape.
        attempts: how often it failed alone, while others passed.
        failed_at: when it last did, UTC.
    """

    kind: str
    id: str
    received_at: Annotated[datetime, msgspec.Meta(tz=True)]
    body: msgspec.Raw
    attempts: int = 0
    failed_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class _Envelope(msgspec.Struct):
    version: int
    events: list[Event]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Envelope)


def encode(events: Sequence[Event], limit: int | None = None) -> bytes:
    """The message that holds these events; compressed where it would be over the limit, in bytes.

    It may be over the limit all the same: who can split it, should.
    """
    message = _encoder.encode(_Envelope(VERSION, list(events)))
    if limit is None or len(message) <= limit:
        return message
    return zlib.compress(message, _FASTEST)


def decode(message: bytes) -> list[Event]:
    """The events of a message.

    Raises:
        UndecodableMessageError: it is not one of ours; NewerMessageError: not of this version.
    """
    try:
        envelope = _decoder.decode(unpacked(message))
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise UndecodableMessageError(f"not an envelope: {exc}") from exc
    if envelope.version != VERSION:
        raise NewerMessageError(f"envelope version {envelope.version}, not {VERSION}")
    return envelope.events


def unpacked(message: bytes) -> bytes:
    """The envelope's JSON.

    Raises:
        ValueError: it is compressed, and broken or too large.
    """
    if message[:1] == b"{":
        return message
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(message, MAX_MESSAGE_BYTES)
    except zlib.error as exc:
        raise ValueError(str(exc)) from exc
    if inflater.unconsumed_tail or not inflater.eof:
        raise ValueError("compressed data is too large or cut off")
    return text
