"""The simulated day: posted once a day, the same one where it was interrupted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from src.backend.batch_facts import are_complete, fact_of
from src.cli import demo
from src.cli.demo import (
    DEMO_LASTS,
    DEMO_SEED,
    PLAYED,
    STARTED,
    drain,
    finished,
    holds_demo,
    play_demo,
    run_id,
)
from src.cli.sampler_keys import stack_keys
from src.cli.stack import Stack, StackError
from src.cli.stack_settings import StackSettings
from src.frontend.app import create_app
from src.frontend.settings import FrontendSettings
from src.model.batches import decode
from src.model.samples import SAMPLES
from src.shared import messages
from src.shared.messages import Event
from src.shared.sent_batches import read_sent_batch
from src.simulate.days import simulate_day
from src.simulate.organisation import DEVICE_TESTS, FIELD_AGENT
from tests.frontend.serving import FailingQueue, ListQueue, running
from tests.insights.stack import free_port

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SECRET = b"hush"
MOMENT_SECONDS = 0.2


class WorkedQueue(ListQueue):
    """Empty at once, as if a worker were there; fails at the put after `room` others."""

    def __init__(self, room: int | None = None) -> None:
        super().__init__()
        self.room = room

    async def put(self, body: bytes) -> None:
        if len(self.bodies) == self.room:
            raise TimeoutError
        await super().put(body)

    async def depth(self) -> int:
        return 0

    @property
    def events(self) -> list[Event]:
        """What it was given."""
        return [event for body in self.bodies for event in messages.decode(body)]

    @property
    def delivery_ids(self) -> list[str]:
        """Which deliveries it was given."""
        return [event.id for event in self.events if event.kind != SAMPLES]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own; and whoever runs the tests has settings of his own."""
    for name in ("HOST", "DEMO", "FRONTEND_GITHUB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", SECRET.decode())
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole day's take seconds to simulate."""
    monkeypatch.setattr(demo, "SAMPLED_WORKFLOWS", (DEVICE_TESTS,))


@contextmanager
def frontend(queue: ListQueue) -> Iterator[str]:
    """The URL of the real webhook's /ready over this queue."""
    with running(create_app(queue, (SECRET,))) as port:
        yield f"http://127.0.0.1:{port}/ready"


def play(queue: ListQueue, home: Path, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setenv("SAMPLES_KEYS", stack_keys(StackSettings()))
    with running(create_app(queue, (SECRET,), samplers=FrontendSettings().samplers())) as port:
        monkeypatch.setenv("PORT", str(port))
        monkeypatch.setenv("INSIGHTS_PORT", str(port))  # its /health is as good as another
        play_demo(StackSettings(), Stack(home, {}), now)


def day_of(end: datetime) -> list[str]:
    return [delivery.delivery_id for delivery in finished(simulate_day(DEMO_SEED, end))]


def test_no_run_of_the_demo_stays_open():
    day = simulate_day(DEMO_SEED, NOW)
    left_out = {run.run_id for run in day.truth.runs if run.completed_at is None}
    played = {run_id(delivery) for delivery in finished(day)}
    assert left_out
    assert played == {run.run_id for run in day.truth.runs} - left_out


# --- once a day ---------------------------------------------------------------------------------


def test_a_day_is_played_once_a_day(home: Path, monkeypatch: pytest.MonkeyPatch):
    queue = WorkedQueue()
    for now in (NOW, LATER, NOW + DEMO_LASTS):
        play(queue, home, monkeypatch, now)

    assert queue.delivery_ids == day_of(NOW) + day_of(NOW + DEMO_LASTS)


def test_samples_come_with_the_deliveries_and_all_of_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    queue = WorkedQueue()
    play(queue, home, monkeypatch, NOW)

    sent = [read_sent_batch(event.body) for event in queue.events if event.kind == SAMPLES]
    batches = [decode(bytes(each.batch)) for each in sent]
    facts = [fact_of(*both, NOW) for both in zip(sent, batches, strict=True)]
    assert {each.identity.repository_id for each in sent} == {FIELD_AGENT.id}
    assert len({fact.sampler for fact in facts}) == len({batch.job["job_id"] for batch in batches})
    assert are_complete(facts)
    kinds = [event.kind for event in queue.events]
    assert SAMPLES in kinds[: len(kinds) // 2], "not in a heap at the end"


def test_a_day_that_was_interrupted_is_played_again_as_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    queue = WorkedQueue(room=5)
    with pytest.raises(StackError, match="the demo day was not taken: queue unavailable"):
        play(queue, home, monkeypatch, NOW)
    # What came after the failed put was taken, as it would have been from GitHub.
    queue.room = None
    play(queue, home, monkeypatch, LATER)

    assert set(queue.delivery_ids) == set(day_of(NOW))
    assert queue.delivery_ids[-len(day_of(NOW)) :] == day_of(NOW)


def test_a_day_begun_too_long_ago_is_given_up(home: Path, monkeypatch: pytest.MonkeyPatch):
    (home / STARTED).write_text("2026-03-01T12:00:00Z")
    queue = WorkedQueue()

    play(queue, home, monkeypatch, NOW + DEMO_LASTS)

    assert queue.delivery_ids == day_of(NOW + DEMO_LASTS)


@pytest.mark.parametrize(
    ("kept", "now", "holds"),
    [
        (None, NOW, False),
        ("", NOW, False),
        ("2026-03-01T12:00:00Z", LATER, True),
        ("2026-03-01T12:00:00Z", NOW + DEMO_LASTS, False),
    ],
    ids=["none", "unreadable", "today", "yesterday"],
)
def test_it_is_known_whether_a_day_was_begun(
    home: Path, kept: str | None, now: datetime, *, holds: bool
):
    if kept is not None:
        (home / STARTED).write_text(kept)

    assert holds_demo(home, now) is holds


# --- the wait for its rows ----------------------------------------------------------------------


def no_complaint() -> None:
    """All parts live."""


def test_an_empty_queue_is_not_waited_for():
    with frontend(WorkedQueue()) as ready_url:
        assert drain(ready_url, no_complaint, MOMENT_SECONDS)


def test_a_queue_that_never_empties_is_not_waited_for_for_ever():
    queue = ListQueue()
    queue.bodies.append(b"real deliveries never pause")
    with frontend(queue) as ready_url:
        began = monotonic()
        assert not drain(ready_url, no_complaint, MOMENT_SECONDS)
        assert monotonic() - began >= MOMENT_SECONDS


def test_a_queue_that_cannot_be_asked_is_no_traceback():
    with frontend(FailingQueue()) as ready_url:
        assert not drain(ready_url, no_complaint, MOMENT_SECONDS)
    assert not drain(f"http://127.0.0.1:{free_port()}/ready", no_complaint, MOMENT_SECONDS)


def test_a_part_that_ends_meanwhile_ends_the_wait():
    def complain() -> None:
        raise StackError("backend ended")

    with pytest.raises(StackError, match="backend ended"):
        drain(f"http://127.0.0.1:{free_port()}/ready", complain, MOMENT_SECONDS)


def test_rows_that_are_late_are_said_so_and_hold_nothing_back(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(demo, "DRAIN_SECONDS", MOMENT_SECONDS)

    play(ListQueue(), home, monkeypatch, NOW)

    assert "still coming" in capsys.readouterr().out
    assert (home / PLAYED).exists(), "all of it was taken"
