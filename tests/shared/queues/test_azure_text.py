from base64 import b64encode
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.shared import messages
from src.shared.queues.azure_text import (
    MAX_BODY_BYTES,
    MAX_TEXT_BYTES,
    claim_of,
    claimed_key,
    new_key,
    to_body,
    to_text,
)


@given(st.binary(max_size=200))
def test_any_body_comes_back_from_its_text(body: bytes):
    assert to_body(to_text(body)) == body


def test_the_largest_body_just_fills_a_message():
    assert len(to_text(bytes(MAX_BODY_BYTES))) == MAX_TEXT_BYTES
    assert len(to_text(bytes(MAX_BODY_BYTES + 1))) > MAX_TEXT_BYTES


@pytest.mark.parametrize(
    "text",
    ["by hand", '{"version":1}', "YQ", "YQ==YQ==x", "Y Q = =", "ü 🚀", "YQ==\n"],
    ids=ascii,
)
def test_text_that_is_no_base64_is_kept_as_it_is(text: str):
    assert to_body(text) == text.encode()


def test_a_claim_leads_to_its_own_key():
    key = new_key("events")

    assert claimed_key("events", claim_of(key)) == key
    assert new_key("events") != key


ID = "0" * 32
NO_CLAIMS = {
    "an envelope": messages.encode(
        [messages.Event("workflow_run", "id", datetime(2025, 1, 1, tzinfo=UTC), msgspec.Raw(b"{}"))]
    ),
    "another queue's": claim_of(f"messages/events-poison/{ID}"),
    "a longer name's": claim_of(f"messages/events2/{ID}"),
    "state": claim_of("state/github.com/1/1/emitted-1-a"),
    "a way up": claim_of(f"messages/events/../../state/{ID}"),
    "a way down": claim_of(f"messages/events/{ID}/{ID}"),
    "no id": claim_of("messages/events/"),
    "a bad id": claim_of(f"messages/events/{'A' * 32}"),
    "a newline": claim_of(f"messages/events/{ID}\n"),
    "one field more": b'{"claim":"messages/events/%s","version":1}' % ID.encode(),
    "no text": b'{"claim":1}',
    "no JSON": b"\xff\xfe",
    "nothing": b"",
}


@pytest.mark.parametrize("body", NO_CLAIMS.values(), ids=NO_CLAIMS)
def test_what_is_no_claim_to_an_object_of_this_queue_claims_nothing(body: bytes):
    assert claimed_key("events", body) is None


@given(st.binary(max_size=100))
def test_no_bytes_break_the_reading(body: bytes):
    assert claimed_key("events", body) is None
    assert to_body(b64encode(body).decode()) == body


@given(st.text(max_size=100))
def test_no_text_breaks_the_reading(text: str):
    assert isinstance(to_body(text), bytes)
