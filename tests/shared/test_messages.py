import json
import zlib
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.shared.errors import UndecodableMessageError
from src.shared.messages import MAX_MESSAGE_BYTES, Event, decode, encode

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVENT = Event("workflow_job", "abc-1", AT, msgspec.Raw(b'{"action":"queued"}'))

texts = st.text(st.characters(exclude_categories=["Cs"]))
bodies = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
events = st.builds(
    Event,
    kind=texts,
    id=texts,
    received_at=st.datetimes(timezones=st.just(UTC)),
    body=bodies.map(lambda content: msgspec.Raw(msgspec.json.encode(content))),
    attempts=st.integers(0, 1000),
)


@given(st.lists(events, max_size=4))
def test_events_come_back_as_they_were(some: list[Event]):
    assert decode(encode(some)) == some
    assert decode(zlib.compress(encode(some))) == some


def test_a_message_is_json_that_anybody_can_read():
    assert json.loads(encode([EVENT])) == {
        "version": 1,
        "events": [
            {
                "kind": "workflow_job",
                "id": "abc-1",
                "received_at": "2026-03-01T12:00:00.123456Z",
                "body": {"action": "queued"},
            }
        ],
    }


def test_what_a_newer_frontend_adds_is_skipped():
    message = json.loads(encode([EVENT]))
    message["priority"] = message["events"][0]["claim"] = "high"

    [event] = decode(json.dumps(message).encode())
    assert (event.kind, event.id, event.received_at) == (EVENT.kind, EVENT.id, EVENT.received_at)
    assert json.loads(bytes(event.body)) == {"action": "queued"}


def bomb() -> bytes:
    packer = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    pieces = [packer.compress(zeros) for _ in range((MAX_MESSAGE_BYTES >> 20) + 1)]
    return b"".join(pieces) + packer.flush()


PACKED = zlib.compress(encode([EVENT] * 20))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0" * 50, id="zeros"),
        pytest.param(b"hello", id="text"),
        pytest.param(b"{}", id="no fields"),
        pytest.param(b"[1]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"version": 1', id="cut json"),
        pytest.param(encode([EVENT])[:-2], id="cut message"),
        pytest.param(b'{"version": 1, "events": {}}', id="events are no list"),
        pytest.param(b'{"version": 1, "events": [1]}', id="an event is a number"),
        pytest.param(b'{"version": 1, "events": [{"kind": "x"}]}', id="half an event"),
        pytest.param(encode([EVENT]).replace(b'56Z"', b'56"'), id="a time without a zone"),
        pytest.param(b'{"version": "1", "events": []}', id="version is text"),
        pytest.param(b'{"version": 1, "events": ' + b"[" * 100_000, id="deep"),
        pytest.param(encode([EVENT]).replace(b"abc", b"\xff"), id="no utf-8"),
        pytest.param(zlib.compress(b"hello"), id="compressed text"),
        pytest.param(zlib.compress(b""), id="compressed nothing"),
        pytest.param(PACKED[: len(PACKED) // 2], id="cut compressed data"),
        pytest.param(PACKED[:-1], id="compressed without its checksum"),
        pytest.param(PACKED[:10] + b"\xff" + PACKED[11:], id="spoilt compressed data"),
        pytest.param(bomb(), id="bomb"),
    ],
)
def test_what_is_no_envelope_is_undecodable(message: bytes):
    with pytest.raises(UndecodableMessageError, match="not an envelope"):
        decode(message)


@pytest.mark.parametrize("version", [0, 2, -1, 10**15])
def test_another_version_is_named(version: int):
    message = encode([EVENT]).replace(b'"version":1', b'"version":%d' % version)

    with pytest.raises(UndecodableMessageError, match=f"version {version}, not 1"):
        decode(message)


@given(st.binary(max_size=200))
def test_any_bytes_are_events_or_undecodable(message: bytes):
    with suppress(UndecodableMessageError):
        assert isinstance(decode(message), list)
