"""How far samples are from their steps' clock: laws for any delay and any wrong clock."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.timeline import Job, Step
from src.backend.batch_facts import BatchFact
from src.backend.clocks import steps_skew_ms
from tests.backend.made_facts import at_ms, fact

LONGEST_SECONDS = 7200
SECONDS = st.integers(0, LONGEST_SECONDS)
DELAYS = st.lists(st.integers(0, 3_600_000), min_size=2, max_size=6)
ANY_CLOCK_MS = st.integers(-40_000_000, 40_000_000)


def job(*edges_seconds: int | None) -> Job:
    """Whose steps follow one another at these seconds after a whole minute."""
    edges = [None if second is None else at_ms(second) for second in edges_seconds]
    steps = (Step(number, "Run", *ends) for number, ends in enumerate(pairwise(edges), 1))
    return Job("build", None, None, tuple(steps))


def pushed(
    first: float, last: float, delays_ms: list[int], behind_ms: int, by_ms: int = 0
) -> list[BatchFact]:
    """Batches over this time, sent by a clock so much behind, whose samples are told by `by_ms`."""
    step = (last - first) / len(delays_ms)
    return [
        replace(
            fact(number, first + number * step - by_ms / 1000, last - by_ms / 1000),
            received_ms=at_ms(last) + delay,
            sent_ms=at_ms(last) - behind_ms,
        )
        for number, delay in enumerate(delays_ms)
    ]


@given(SECONDS, SECONDS, st.floats(0, 1), st.floats(0, 1), DELAYS, ANY_CLOCK_MS)
def test_samples_that_lie_within_their_job_stay_whatever_the_pushes_tell(
    start: int, length: int, begun: float, watched: float, delays: list[int], behind_ms: int
):
    end = start + length
    first = start + begun * length
    last = first + watched * (end + 0.999 - first)  # GitHub tells whole seconds

    assert steps_skew_ms(job(start, end), pushed(first, last, delays, behind_ms)) == 0


@given(SECONDS, DELAYS, st.integers(0, 3_600_000), st.sampled_from([-1, 1]))
def test_another_clock_that_is_off_by_more_than_the_job_is_put_right_but_for_the_fastest_push(
    length: int, delays: list[int], more_ms: int, sign: int
):
    """That one was under way for less than the clock is off, or nobody could tell."""
    off_ms = sign * (2 * length * 1000 + max(delays) + more_ms + 2_000)
    samples = pushed(0, length, delays, off_ms, off_ms)

    assert steps_skew_ms(job(0, length), samples) == off_ms + min(delays)


@pytest.mark.parametrize("off_seconds", [-100, 100])
def test_a_clock_that_is_off_by_less_shows_where_the_samples_cover_the_job(off_seconds: int):
    off_ms = off_seconds * 1000

    assert (
        steps_skew_ms(job(0, 20, 600), pushed(5, 598, [900, 200], off_ms, off_ms)) == off_ms + 200
    )


def test_what_the_pushes_tell_is_not_taken_where_it_fits_worse():
    """The samples stick out by ten seconds, and would by thousands."""
    assert steps_skew_ms(job(0, 600), pushed(-10, 600, [0, 0], 3_600_000)) == 0


@pytest.mark.parametrize(
    ("told", "samples"),
    [
        (job(), pushed(5, 598, [0, 0], 100_000)),
        (job(None, None), pushed(5, 598, [0, 0], 100_000)),
        (job(0, 600), [replace(fact(0), received_ms=1_000, sent_ms=0)]),
        (job(0, 600), []),
        (job(0, 600), [fact(0, 5_000, 5_600)]),
    ],
    ids=["no steps", "steps without times", "no samples", "no batches", "nobody said when he sent"],
)
def test_what_is_not_known_moves_nothing(told: Job, samples: list[BatchFact]):
    assert steps_skew_ms(told, samples) == 0
