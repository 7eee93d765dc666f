"""The body of a stored batch in; what it tells, as `model.joined` takes it, out. Pure.

It was checked when it came, by the frontend and by whoever stored it: all that is asked here is
whether it is whole, and no newer than we are.
"""

from typing import Any, NamedTuple

import msgspec

from ..model.samples import VERSION
from ..shared import messages
from ..shared.errors import UndecodableMessageError


class _Sent(msgspec.Struct):
    batch: dict[str, Any]


class _Event(msgspec.Struct):
    body: _Sent


class _Envelope(msgspec.Struct):
    version: int
    events: tuple[_Event]


class StoredBatch(NamedTuple):
    """The object that the batch is, its segment of processes still a text; and its own size."""

    told: dict[str, Any]
    size_bytes: int


_decoder = msgspec.json.Decoder(_Envelope)


def read_stored(body: bytes) -> StoredBatch:
    """The batch, and how long the text is that it was unpacked from.

    Raises:
        UndecodableMessageError: it is torn, or a newer one.
    """
    try:
        text = messages.unpacked(body)
        envelope = _decoder.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise UndecodableMessageError(f"not a stored batch: {exc}") from exc
    told = envelope.events[0].body.batch
    if envelope.version != messages.VERSION or told.get("version") != VERSION:
        raise UndecodableMessageError("a stored batch of another version")
    return StoredBatch(told, len(text))


def with_processes(told: dict[str, Any]) -> dict[str, Any]:
    """The same, the segment an object too; what is none stays as it is, for who reads it to say."""
    try:
        return {**told, "processes": msgspec.json.decode(told["processes"])}
    except (msgspec.MsgspecError, RecursionError):
        return told
