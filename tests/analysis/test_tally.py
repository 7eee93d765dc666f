"""A counter of a track, told in runs: as if it had been summed up record by record."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from src.analysis.series import Span
from src.analysis.tally import Tally, tally_of

rises = st.lists(st.integers(0, 9), min_size=1, max_size=5)
moments = st.integers(-15, 200)


@st.composite
def runs(draw: st.DrawFn) -> list[tuple[list[int], int, int]]:
    """Each begins at nothing, so the next may be below the end of the one before."""
    told = draw(st.lists(rises, min_size=1, max_size=3))
    firsts = [draw(st.integers(0, len(each) - 1)) for each in told]
    return [
        (each, first, draw(st.integers(first + 1, len(each))))
        for each, first in zip(told, firsts, strict=True)
    ]


@given(runs(), st.booleans(), st.lists(moments, min_size=2, max_size=2).map(sorted))
def test_what_is_told_in_runs_is_what_never_falls(
    told: list[tuple[list[int], int, int]],
    has_zero: bool,  # noqa: FBT001
    ends_ms: list[int],
):
    read = [0] * has_zero
    for each, first, last in told:
        read += [*accumulate(each)][first:last]
    counts = [*accumulate(read, max)]
    times_ms = [10 * at for at in range(len(counts))]
    span = Span(*ends_ms)

    def by(time_ms: int) -> float:
        at = min(max(time_ms / 10, 0), len(counts) - 1)
        before = min(int(at), max(len(counts) - 2, 0))
        after = min(before + 1, len(counts) - 1)
        return counts[before] + (counts[after] - counts[before]) * (at - before)

    for tally in (Tally(times_ms, told, has_zero=has_zero), tally_of(times_ms, read)):
        assert tally.total == counts[-1] - counts[0]
        assert abs(tally.by(span.start_ms) - by(span.start_ms)) < 1e-9
        assert abs(tally.rise(span) - (by(span.end_ms) - by(span.start_ms))) < 1e-9
