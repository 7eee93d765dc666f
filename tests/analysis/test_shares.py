"""Which steps lived while a group of processes did."""

from hypothesis import given
from hypothesis import strategies as st

from src.analysis.series import Span
from src.analysis.shares import met
from src.analysis.tracks import Track

spans = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8)), max_size=6).map(
    lambda drawn: [Span(start, start + length) for start, length in drawn]
)


def track(lived: Span) -> Track:
    made = Track("", "any")
    made.times_ms += sorted({*lived})
    return made


@given(spans, spans)
def test_a_track_meets_the_steps_that_have_a_moment_in_common_with_it(
    lived: list[Span], lives: list[Span]
):
    found = met([track(span) for span in lived], dict(enumerate(lives)))
    expected = [[i for i, life in enumerate(lives) if life.touches(span)] for span in lived]
    assert [sorted(steps) for steps in found] == expected
