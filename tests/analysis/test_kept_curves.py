"""What is kept of a job's course draws nearly as the samples do, and says nothing they do not."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.curves import Course, Curves, Values, course_of
from src.analysis.kept_curves import (
    MOST_POINTS,
    MOST_STEP_POINTS,
    KeptCourse,
    kept_course,
    kept_curves,
    kept_step_cores,
)
from src.analysis.series import Span
from src.analysis.timeline import Step
from src.analysis.usage import StepUsage, Usage
from tests.sampler.reported import Reported, hour, parallel, with_gap

LISTS = Curves._fields[1:]


def course(job: Reported) -> Course:
    found = course_of(job.verdict.usage.job, job.batches)
    assert found
    return found


def kept(job: Reported) -> KeptCourse:
    """As it is after a way through JSON."""
    whole = course(job)
    told = {step.step.number: kept_step_cores(whole, step) for step in job.verdict.usage.steps}
    curves = json.loads(json.dumps(kept_curves(whole)))
    return kept_course(curves, told)


def of(*values: float | None) -> KeptCourse:
    return KeptCourse(Curves(Span(0, 1000), *[values] * len(LISTS)), {1: values})


def assert_near(found: Values, was: Values) -> None:
    """Four digits of each value, and what is unknown unknown."""
    assert [value is None for value in found] == [value is None for value in was]
    known = [value for value in was if value is not None]
    assert [value for value in found if value is not None] == pytest.approx(known, rel=1e-3)


STEP = StepUsage(Step(1, "make", 0, 1000), Usage())
OTHER = StepUsage(Step(2, "test", 0, 1000), Usage())


@pytest.mark.parametrize("job", [parallel, with_gap, hour])
@pytest.mark.parametrize("name", LISTS)
def test_what_is_kept_is_what_was_sampled(name: str, job: Callable[[], Reported]):
    was, found = course(job()).curves(MOST_POINTS), kept(job()).curves(MOST_POINTS)

    assert found.span == was.span
    assert_near(getattr(found, name), getattr(was, name))


@pytest.mark.parametrize("number", range(1, 6))
def test_a_steps_own_course_is_kept(number: int):
    job = parallel()
    step = next(each for each in job.verdict.usage.steps if each.step.number == number)
    was = course(job).step_cores(step, MOST_STEP_POINTS)
    is_known = any(value is not None for value in was)

    assert_near(kept(job).step_cores(step, MOST_STEP_POINTS), was if is_known else ())


def test_an_hour_is_kept_in_few_bytes():
    assert len(json.dumps(kept_curves(course(hour())))) < 24_000


def test_fewer_parts_are_means_but_memory_is_the_most_of_them():
    curves = of(1, 3, None, 8, None, None).curves(3)

    assert curves.cpu_cores == (2, 8, None)
    assert curves.memory_bytes == (3, 8, None)
    assert of(1, 3, 5).step_cores(STEP, 2) == (1, 4)


def test_no_more_parts_come_than_were_kept():
    assert of(1, 2).curves(600).cpu_cores == (1, 2)
    assert of().curves(600).cpu_cores == ()


def test_of_a_step_that_was_not_kept_nothing_is_known():
    assert of(1, 2).step_cores(OTHER, 40) == ()


values = st.lists(st.none() | st.floats(0, 1e12), max_size=50)


@given(values, st.integers(1, 60))
def test_what_is_drawn_is_within_what_was_kept(told: list[float | None], most: int):
    known = [value for value in told if value is not None]
    curves = of(*told).curves(most)
    means = [value for value in curves.cpu_cores if value is not None]
    maxima = [value for value in curves.memory_bytes if value is not None]

    assert len(curves.cpu_cores) == min(most, len(told))
    assert all(min(known) * (1 - 1e-9) <= value <= max(known) * (1 + 1e-9) for value in means)
    assert max(maxima, default=None) == max(known, default=None)
