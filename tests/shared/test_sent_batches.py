"""Any batch and identity in, an event out, and both back from it."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.model import batches
from src.model.samples import Batch, Host
from src.shared import messages
from src.shared.errors import UndecodableMessageError
from src.shared.sent_batches import Identity, SentBatch, read_sent_batch, to_event
from tests.model import made

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NUMBERS = st.integers(0, 2**63 - 1)
BATCH = Batch(
    sampler="3f2a", sequence=17, host=Host(cpus=1, memory_total_kb=1), time_ms=[], uptime_ms=[]
)
DECLARED = Identity(how="declared", host="github.com", repository_id=22, run_id=33)


@settings(max_examples=40)
@given(
    made.batches(),
    st.builds(
        Identity,
        how=st.sampled_from(["token", "declared"]),
        host=st.sampled_from(["github.com", "ghe.example:8443"]),
        repository_id=NUMBERS,
        run_id=NUMBERS,
        run_attempt=st.none() | NUMBERS,
        job_id=st.none() | NUMBERS,
        owner_id=st.none() | NUMBERS,
        runner_environment=st.none() | st.text(max_size=5),
    ),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_all_of_it_comes_back_from_the_queue(
    batch: Batch, identity: Identity, sent_at: datetime | None
):
    event = to_event(identity, batch, sent_at, NOW)
    [back] = messages.decode(messages.encode([event], limit=1))
    told = read_sent_batch(back.body)

    assert (back.kind, back.received_at) == ("samples", NOW)
    assert (told.identity, told.sent_at) == (identity, sent_at)
    understood = batches.decode(batches.encode(batch))
    assert made.plain(batches.decode(bytes(told.batch))) == made.plain(understood)


def test_the_wire_is_as_documented():
    event = to_event(DECLARED, BATCH, datetime(2026, 1, 1, tzinfo=UTC), NOW)
    told = msgspec.json.decode(event.body)

    assert event.id == "3f2a-17"
    assert told["identity"] == {
        "how": "declared",
        "host": "github.com",
        "repository_id": 22,
        "run_id": 33,
    }
    assert told["sent_at"] == "2026-01-01T00:00:00Z"
    assert told["batch"]["sequence"] == 17
    assert told.keys() == {"identity", "sent_at", "batch"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"identity": {}, "batch": {}}',
        b'{"identity": {"how": "x", "host": "h", "repository_id": 1, "run_id": 1}, "batch": {}}',
        b'{"identity": {"how": "token", "host": "h", "repository_id": "1", "run_id": 1}}',
    ],
)
def test_what_is_none_of_ours_is_said_so(body: bytes):
    with pytest.raises(UndecodableMessageError, match="not a sent batch"):
        read_sent_batch(body)


def test_what_a_newer_writer_adds_is_passed_over():
    event = to_event(DECLARED, BATCH, None, NOW)
    more = bytes(event.body).replace(b'{"identity"', b'{"news": 1, "identity"')

    assert read_sent_batch(more) == read_sent_batch(event.body)
    assert isinstance(read_sent_batch(more), SentBatch)
