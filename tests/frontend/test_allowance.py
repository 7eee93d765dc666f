"""What a job may send, on a clock of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.frontend import allowance
from src.frontend.allowance import AHEAD_SECONDS, BYTES_PER_SECOND, Allowance


def test_an_hour_that_was_kept_may_be_sent_at_once_and_then_a_batch_a_second():
    ours = Allowance()
    assert [ours.take("job", 10_000, 0.0) for _ in range(300)] == [0] * 300
    taken = sum(ours.take("job", 10_000, float(second)) == 0 for second in range(1, 101))
    assert 99 <= taken <= 101


def test_large_batches_count_by_their_size():
    ours = Allowance()
    size = 64 * BYTES_PER_SECOND
    assert [ours.take("job", size, 0.0) for _ in range(6)] == [0] * 5 + [20]
    assert ours.take("job", size, 19.0) == 1
    assert ours.take("job", size, 20.0) == 0


def test_one_is_not_the_other():
    ours = Allowance()
    while ours.take("greedy", 0, 0.0) == 0:
        pass
    assert ours.take("modest", 0, 0.0) == 0


def test_many_jobs_behind_one_name_may_send_more():
    ours = Allowance()
    taken = 0
    while ours.take("run", 0, 0.0, jobs=64) == 0:
        taken += 1
    assert taken == pytest.approx(64 * AHEAD_SECONDS, abs=64)


def test_memory_is_bounded_and_the_idle_are_forgotten_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(allowance, "MOST_SENDERS", 10)
    ours = Allowance()
    while ours.take("greedy", 0, 0.0) == 0:
        pass
    for number in range(1000):
        ours.take(number, 0, 1.0)
        ours.take("greedy", 0, 1.0)
    assert len(ours._paid_until) == 10
    assert ours.take("greedy", 0, 1.0) > 0


@given(
    st.lists(st.tuples(st.floats(0, 500), st.integers(0, 10 * BYTES_PER_SECOND)), max_size=60).map(
        sorted
    )
)
def test_nobody_sends_more_than_time_allows(batches: list[tuple[float, int]]):
    ours = Allowance()
    sent = [(at, size) for at, size in batches if ours.take("job", size, at) == 0]
    if sent:
        span_seconds = sent[-1][0] - sent[0][0]
        cost_seconds = sum(max(1.0, size / BYTES_PER_SECOND) for _, size in sent[:-1])
        assert cost_seconds <= span_seconds + AHEAD_SECONDS + 10 + 1e-6


@given(st.lists(st.floats(0, 400), max_size=400).map(sorted))
def test_who_waits_as_told_is_taken(times: list[float]):
    ours = Allowance()
    for at in times:
        if wait_seconds := ours.take("job", 0, at):
            assert ours.take("job", 0, at + wait_seconds) == 0
            break
