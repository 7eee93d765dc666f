from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.durations import (
    Approval,
    CompletedJob,
    Elapsed,
    Gate,
    approval,
    elapsed,
    execution,
    queue_time,
    was_gated,
)

T0 = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 -- Hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def gates(*spec: tuple[str, float]) -> list[Gate]:
    return [Gate(after(s), action, f"d{i}") for i, (action, s) in enumerate(spec)]


def test_unknown_ends_make_unknown_durations():
    assert elapsed(None, T0) == elapsed(T0, None) == elapsed(None, None) == Elapsed(None)


def test_a_negative_duration_is_zero_and_counted():
    assert elapsed(after(1), T0) == Elapsed(0.0, clamped=True)


@given(moments, moments)
def test_a_duration_is_never_negative_and_exact_otherwise(start: datetime, end: datetime):
    answer = elapsed(start, end)
    assert answer.seconds == max((end - start).total_seconds(), 0.0)
    assert answer.clamped == (end < start)


@given(moments, moments, st.integers(-1000, 1000))
def test_moving_both_ends_moves_nothing(start: datetime, end: datetime, seconds: int):
    by = timedelta(seconds=seconds)
    assert elapsed(start + by, end + by) == elapsed(start, end)


def test_without_a_gate_the_queue_begins_at_creation():
    assert queue_time(T0, after(7), gates(("queued", 1))) == Elapsed(7.0)


def test_an_approval_is_apart_from_the_queue():
    passed = gates(("queued", 0), ("waiting", 1), ("queued", 601))
    assert approval(passed) == Approval(600.0, after(601))
    assert queue_time(T0, after(611), passed) == Elapsed(10.0)


def test_several_approvals_add_up():
    passed = gates(("waiting", 0), ("queued", 10), ("waiting", 15), ("queued", 35))
    assert approval(passed) == Approval(30.0, after(35))


def test_an_approval_that_is_not_granted_as_far_as_we_know_leaves_the_queue_unknown():
    pending = gates(("queued", 0), ("waiting", 1))
    assert was_gated(pending)
    assert approval(pending) is None
    assert queue_time(T0, after(611), pending) == Elapsed(None)


def test_an_approval_that_is_told_long_after_the_start_tells_nothing():
    """All deliveries of a day that is replayed come at once, hours after what they tell of."""
    replayed = gates(("queued", 5000), ("waiting", 5001), ("queued", 5002))
    assert approval(replayed, after(610)) is None
    assert queue_time(T0, after(610), replayed) == Elapsed(None)
    assert approval(replayed, after(4990)) is not None


def test_a_start_before_the_grant_is_clamped():
    passed = gates(("waiting", 0), ("queued", 10))
    assert queue_time(T0, after(9), passed) == Elapsed(0.0, clamped=True)


@given(st.permutations(gates(("queued", 0), ("waiting", 1), ("queued", 601), ("waiting", 700))))
def test_the_order_in_which_gates_are_known_does_not_matter(shuffled: list[Gate]):
    in_order = sorted(shuffled, key=lambda gate: gate.received_at)
    assert approval(shuffled) == approval(in_order)


def completed(conclusion: str = "success", **changes: object) -> CompletedJob:
    facts: dict[str, object] = {
        "created_at": T0,
        "completed_at": after(60),
        "has_runner": True,
        "has_steps": True,
        "has_labels": True,
    }
    return CompletedJob(conclusion, **{**facts, **changes})  # type: ignore[arg-type]


NOBODY = {"has_runner": False, "has_steps": False}


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        pytest.param(completed(), "ran", id="usual"),
        pytest.param(completed("failure"), "ran", id="failed"),
        pytest.param(completed("cancelled"), "ran", id="cancelled-while-running"),
        pytest.param(completed(has_runner=False), "ran", id="old-server-names-no-runner"),
        pytest.param(completed(has_steps=False), "ran", id="steps-left-out"),
        pytest.param(completed(**NOBODY), "ran", id="success-with-labels-only"),
        pytest.param(
            completed("skipped", created_at=after(61), has_labels=False, **NOBODY),
            "skipped",
            id="skipped-ends-a-second-before-its-creation",
        ),
        pytest.param(completed("cancelled", **NOBODY), "not_started", id="cancelled-in-queue"),
        pytest.param(completed("failure", **NOBODY), "not_started", id="no-runner-acquired"),
        pytest.param(
            completed("failure", has_labels=False, **NOBODY), "check_run", id="check-of-an-app"
        ),
        pytest.param(completed(created_at=after(3600)), "reused", id="ended-before-its-creation"),
        pytest.param(completed(created_at=None), "ran", id="old-server-without-creation"),
    ],
)
def test_how_a_completed_job_came_about(job: CompletedJob, expected: str):
    assert execution(job) == expected
