"""The body of a stored batch in; what it tells, as `model.joined` takes it, out. Pure.

It was checked when it came, by the frontend and by whoever stored it: all that is asked here is
whether it is whole, and no newer than we are.
"""

from typing import Any

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


_decoder = msgspec.json.Decoder(_Envelope)


def read_stored(body: bytes) -> dict[str, Any]:
    """The object that the batch is, its segment of processes an object too.

    Raises:
        UndecodableMessageError: it is torn, or a newer one.
    """
    try:
        envelope = _decoder.decode(messages.unpacked(body))
        told = envelope.events[0].body.batch
        told["processes"] = msgspec.json.decode(told["processes"])
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError, RecursionError) as exc:
        raise UndecodableMessageError(f"not a stored batch: {exc}") from exc
    if envelope.version != messages.VERSION or told.get("version") != VERSION:
        raise UndecodableMessageError("a stored batch of another version")
    return told
