"""The body of a stored batch in; what it tells, as `model.joined` takes it, out. Pure.

It was checked when it came, by the frontend and by whoever stored it: all that is asked here is
whether it is whole, and no newer than we are.
"""

from typing import Annotated, Any, NamedTuple, TypeAlias, TypedDict

import msgspec
from msgspec import Meta

from ..model.samples import LONGEST_NAME, VERSION
from ..shared import messages
from ..shared.errors import UndecodableMessageError


class _Sent(msgspec.Struct):
    batch: dict[str, Any]


class _Event(msgspec.Struct):
    body: _Sent


class _Envelope(msgspec.Struct):
    version: int
    events: tuple[_Event]


_Level: TypeAlias = Annotated[int, Meta(ge=-(2**37), le=2**37)]
_Rise: TypeAlias = Annotated[int, Meta(ge=0, le=2**37)]
_IoRise: TypeAlias = Annotated[int, Meta(ge=0, le=2**27)]
_Name: TypeAlias = Annotated[str, Meta(max_length=LONGEST_NAME)]


class _Groups(TypedDict):
    """As `read_groups` takes a table: as many of the largest as there may be are within LARGEST."""

    owner: list[_Name]
    name: list[_Name]
    at: list[list[_Rise]]
    cpu_ticks: list[list[_Rise]]
    resident_kb: list[list[_Level]]
    seen: list[list[_Rise]]
    read_kb: list[list[_IoRise] | None]
    written_kb: list[list[_IoRise] | None]


class StoredBatch(NamedTuple):
    """The object that the batch is, its segment of processes still a text; and its own size."""

    told: dict[str, Any]
    size_bytes: int


_decoder = msgspec.json.Decoder(_Envelope)
_groups_decoder = msgspec.json.Decoder(_Groups)


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
    """The same, the segment a table, its values checked here; an odd one stays a text."""
    try:
        return {**told, "processes": _groups_decoder.decode(told["processes"])}
    except (msgspec.MsgspecError, RecursionError):
        return told
