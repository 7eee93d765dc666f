"""The record of the poison queue: any bytes go in and come out."""

import json
from base64 import b64decode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.backend import poison
from src.backend.poison import Poisoned

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def record(body: bytes) -> Poisoned:
    return Poisoned(1, NOW, "undecodable", "not JSON", "7", NOW, body)


@given(st.binary())
def test_the_original_is_intact(body: bytes):
    assert poison.decode(poison.encode(record(body))) == record(body)


def test_anybody_can_read_it():
    plain = json.loads(poison.encode(record(b"\0\xff")))

    assert b64decode(plain.pop("body")) == b"\0\xff"
    assert plain == {
        "version": 1,
        "poisoned_at": "2026-03-01T12:00:00Z",
        "reason": "undecodable",
        "error": "not JSON",
        "message_id": "7",
        "enqueued_at": "2026-03-01T12:00:00Z",
    }


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b'{"version":1,"events":[]}', b'{"version":2}', b"[" * 5000]
)
def test_what_somebody_else_put_there_is_no_record(body: bytes):
    assert poison.decode(body) is None


def test_a_message_of_ours_has_events_and_another_has_none():
    assert poison.events_of(b"\xff") == []
