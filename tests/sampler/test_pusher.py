"""Nudges in; children that push, by what the frontend's stand-in got of them."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from src.model import batches
from src.sampler import pusher
from src.sampler.pusher import Pusher
from tests.frontend.sampled import batch
from tests.sampler.receiving import Receiver, receiving

PATIENCE_SECONDS = 60


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def environment(receiver: Receiver, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "GITHUB_REPOSITORY_ID": "22",
        "TELEMETRY_PUSH_URL": receiver.url,
        "TELEMETRY_PUSH_SECRET": "a key of sixteen and more",
        **more,
    }


def add(folder: Path, sequence: int):
    folder.mkdir(exist_ok=True)
    with (folder / "batches.jsonl").open("ab") as file:
        file.write(batches.encode(batch(sequence)) + b"\n")


def ends(child: Callable[[], int | None]):
    """Wait until a child is over; it stays a zombie, for the pusher to learn from."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    pid = child()
    assert pid
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_nudge_sends_and_the_next_ones_wait_their_time(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "telemetry"
    ours = Pusher(str(folder), environment(receiver))
    add(folder, 0)
    ours.nudge()
    ends(lambda: ours._child)
    add(folder, 1)
    ours.nudge()
    early = len(receiver.received)
    monkeypatch.setattr(ours, "_pause_seconds", 0.0)
    ours.nudge()
    ends(lambda: ours._child)

    assert (early, len(receiver.received)) == (1, 2)


def test_what_is_urgent_waits_less(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "telemetry"
    ours = Pusher(str(folder), environment(receiver))
    add(folder, 0)
    ours.nudge(urgent=True)
    ends(lambda: ours._child)
    add(folder, 1)
    ours.nudge(urgent=True)
    early = len(receiver.received)
    monkeypatch.setattr(ours, "_started", ours._started - pusher.URGENT_SECONDS)
    ours.nudge(urgent=True)
    ends(lambda: ours._child)

    assert (early, len(receiver.received)) == (1, 2)


def test_the_last_batch_does_not_wait(tmp_path: Path, receiver: Receiver):
    folder = tmp_path / "telemetry"
    ours = Pusher(str(folder), environment(receiver))
    add(folder, 0)
    ours.nudge()
    ends(lambda: ours._child)
    add(folder, 1)
    ours.finish()
    ends(lambda: ours._child)

    assert len(receiver.received) == 2


def test_who_is_not_heard_is_asked_less_and_less_often(tmp_path: Path, receiver: Receiver):
    receiver.answer = lambda handler: handler.say(503)
    folder = tmp_path / "telemetry"
    ours = Pusher(str(folder), environment(receiver))
    add(folder, 0)
    pauses = []
    for _ in range(2):
        ours.finish()
        ends(lambda: ours._child)
        ours._reap()
        pauses.append(ours._pause_seconds)

    assert pauses == [2 * pusher.EVERY_SECONDS, 4 * pusher.EVERY_SECONDS]


def test_where_it_can_never_work_it_is_tried_once(tmp_path: Path, receiver: Receiver):
    folder = tmp_path / "telemetry"
    ours = Pusher(str(folder), environment(receiver, TELEMETRY_PUSH_SECRET=""))
    add(folder, 0)
    ours.nudge()
    ends(lambda: ours._child)
    ours.nudge(urgent=True)

    assert ours._child is None


def test_with_nowhere_to_push_to_nothing_is_started(tmp_path: Path):
    ours = Pusher(str(tmp_path), {})
    ours.nudge(urgent=True)
    ours.finish()

    assert ours._child is None
