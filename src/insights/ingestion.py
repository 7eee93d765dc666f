"""A request's body in; rows by table and the service's answer out. Pure: `now` is an argument.

The answers are those of the real endpoint: 200 when every item was taken, 206 when some were, the
first item's status when none was, each refused item by its index
(https://github.com/microsoft/ApplicationInsights-Home/blob/master/EndpointSpecs/ENDPOINT-PROTOCOL.md).
"""

import re
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import DecodeError, Raw
from msgspec.json import Decoder

from ..model.times import parse_time
from .envelope import Envelope, decode_envelope
from .fields import BadItemError, required
from .rows import Row, rows_of

MAX_ITEM_BYTES = 65_536
MAX_BODY_BYTES = 500 * MAX_ITEM_BYTES
"""As many of the largest items as an SDK sends at once; the service publishes no figure."""
OLDEST = timedelta(hours=48)
NEWEST = timedelta(hours=2)
"""The service names no figure for the future; a clock is seldom wrong by more."""

OK, PARTIAL, BAD_REQUEST, TOO_LARGE = 200, 206, 400, 413

_GUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_NO_JSON = (DecodeError, UnicodeDecodeError, RecursionError)  # the last: nested too deeply
_decode_items = Decoder(list[Raw]).decode
_decode_lines = Decoder(Raw).decode_lines


class BadBodyError(ValueError):
    """A body that holds no items at all; `status` is the answer's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Refusal:
    """One item that was not taken: its place in the request and why."""

    index: int
    message: str
    status: int = BAD_REQUEST


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a request amounts to; only `rows` remains to be stored before it is answered."""

    received: int
    refusals: list[Refusal] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The answer's HTTP status."""
        if not self.refusals:
            return OK
        return PARTIAL if len(self.refusals) < self.received else self.refusals[0].status

    @property
    def answer(self) -> dict[str, object]:
        """The answer's body."""
        return {
            "itemsReceived": self.received,
            "itemsAccepted": self.received - len(self.refusals),
            "errors": [
                {"index": refusal.index, "statusCode": refusal.status, "message": refusal.message}
                for refusal in self.refusals
            ],
        }


def ingest(body: bytes, now: datetime) -> Ingested:
    """Rows and answer for an uncompressed body: a JSON array, or one item a line.

    Raises:
        BadBodyError: it is neither.
    """
    items = _split(body)
    ingested = Ingested(len(items))
    for index, item in enumerate(items):
        try:
            table, rows = _read_item(bytes(item), now)
        except (BadItemError, *_NO_JSON) as exc:
            ingested.refusals.append(Refusal(index, str(exc)))
        else:
            ingested.rows.setdefault(table, []).extend(rows)
    return ingested


def decompress(body: bytes) -> bytes:
    """The content of a gzip body, refused before it can fill the memory.

    Raises:
        BadBodyError: it is no gzip stream (400) or too large once unpacked (413).
    """
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        content = stream.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as exc:
        raise BadBodyError(BAD_REQUEST, "The body is not gzip") from exc
    if len(content) > MAX_BODY_BYTES:
        raise BadBodyError(TOO_LARGE, "The body is too large")
    if not stream.eof:
        raise BadBodyError(BAD_REQUEST, "The gzip body ends too early")
    return content


def _split(body: bytes) -> list[Raw]:
    try:
        return _decode_items(body) if body.lstrip()[:1] == b"[" else _decode_lines(body)
    except _NO_JSON as exc:
        raise BadBodyError(BAD_REQUEST, "The body is not JSON") from exc


def _read_item(item: bytes, now: datetime) -> tuple[str, list[Row]]:
    if len(item) > MAX_ITEM_BYTES:
        raise BadItemError(f"Telemetry item length must not exceed {MAX_ITEM_BYTES}")
    envelope = decode_envelope(item)
    if not _GUID.fullmatch(required("Envelope", "iKey", envelope.i_key)):
        raise BadItemError("Invalid instrumentation key")
    return rows_of(envelope, _moment(envelope, now))


def _moment(envelope: Envelope, now: datetime) -> datetime:
    text = required("Envelope", "time", envelope.time)
    moment = parse_time(text)
    if moment is None:
        raise BadItemError(
            "102: Field 'time' on type 'Envelope' is not a valid time string."
            f" Expected: date, Actual: {text[:50]}"
        )
    age = now - moment
    if age > OLDEST:
        raise BadItemError(_out_of_range("older than the allowed min", f"- {_ms(OLDEST)}", age))
    if -age > NEWEST:
        raise BadItemError(_out_of_range("newer than the allowed max", f"+ {_ms(NEWEST)}", age))
    return moment


def _out_of_range(complaint: str, expected: str, age: timedelta) -> str:
    actual = f"- {_ms(age)}" if age > timedelta(0) else f"+ {_ms(-age)}"
    return (
        f"103: Field 'time' on type 'Envelope' is {complaint} date."
        f" Expected: now {expected}, Actual: now {actual}"
    )


def _ms(span: timedelta) -> str:
    return f"{span // timedelta(milliseconds=1)}ms"
