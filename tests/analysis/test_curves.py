"""Curves are what was used: their sums are the judge's, and what was not seen is no zero."""

import pytest

from src.analysis.curves import Course, Values, course_of, step_span
from src.analysis.judge import judge
from src.analysis.timeline import Job, Step
from src.sampler.html import html_report
from src.sampler.summary import summary
from tests.analysis.made import NOON_MS, batch, ms
from tests.sampler.reported import Reported, failing, hour, parallel, seen_once, unseen

SUMS = {
    "cpu_cores": "cpu_seconds",
    "disk_read_bytes_per_second": "disk_read_bytes",
    "disk_written_bytes_per_second": "disk_written_bytes",
    "network_received_bytes_per_second": "network_received_bytes",
    "network_sent_bytes_per_second": "network_sent_bytes",
}


def course(job: Reported) -> Course:
    found = course_of(job.verdict.usage.job, job.batches)
    assert found
    return found


def area(values: Values, seconds: float) -> float:
    return sum(value or 0 for value in values) * seconds / len(values)


@pytest.mark.parametrize("most", [2, 37, 120, 600])
@pytest.mark.parametrize("field", SUMS)
def test_what_lies_under_a_curve_is_what_the_job_used(field: str, most: int):
    job = hour()
    curves = course(job).curves(most)

    used = getattr(job.verdict.usage.usage, SUMS[field])
    assert len(getattr(curves, field)) == most
    assert area(getattr(curves, field), curves.seconds) == pytest.approx(used, rel=0.01)


@pytest.mark.parametrize("most", [2, 120, 600])
def test_the_peak_of_memory_is_kept(most: int):
    job = failing()

    peak = max(value or 0 for value in course(job).curves(most).memory_bytes)

    assert peak == pytest.approx(job.verdict.usage.usage.memory_max_bytes)


def test_there_are_no_more_parts_than_samples():
    job = parallel()

    assert len(course(job).curves(600).cpu_cores) == round(course(job).span.length_ms / 1000)


@pytest.mark.parametrize("number", [3, 4, 5])
def test_a_step_has_its_own_cpu_also_beside_another(number: int):
    job = parallel()
    used = next(step for step in job.verdict.usage.steps if step.step.number == number)

    cores = course(job).step_cores(used, 16)

    mean = (used.usage.cpu_percent_mean or 0) / 100 * 4
    assert sum(value or 0 for value in cores) / len(cores) == pytest.approx(mean, rel=0.1)


def test_a_gap_is_not_zero():
    at = [0, 1, 2, 3, 60, 61, 62, 63]
    batches = [batch(at, busy=[float(second) for second in at])]
    job = Job("j", ms(0), ms(64), (), "success")
    found = course_of(job, batches)

    assert found
    cores = found.curves(64).cpu_cores
    assert cores[:3] == pytest.approx([1, 1, 1])
    assert set(cores[3:60]) == {None}
    assert cores[60:63] == pytest.approx([1, 1, 1])
    assert cores[63] is None


def test_what_was_not_looked_at_is_unknown():
    batches = [batch(range(9), columns={"memory_used_kb": [2048] * 9})]
    job = Job("j", ms(0), ms(8), (), "success")
    found = course_of(job, batches)

    assert found
    curves = found.curves(8)
    assert set(curves.memory_bytes) == {2 << 20}
    assert set(curves.cpu_cores) == {None}
    assert set(curves.disk_read_bytes_per_second) == {None}
    html = html_report(judge(job, batches), batches)
    assert html.count('class="panel"') == 1
    assert "Memory over time" in html
    assert "xychart" not in summary(judge(job, batches), batches)


@pytest.mark.parametrize("job", [unseen, seen_once])
def test_what_tells_no_rate_has_no_curves(job: object):
    assert course_of(job().verdict.usage.job, job().batches) is None  # type: ignore[operator]


def test_a_job_that_took_no_time_has_none():
    assert course_of(Job("j", NOON_MS, NOON_MS), hour().batches) is None


def test_a_job_that_is_not_over_goes_on_to_what_is_known_last():
    job = parallel()
    times_ms = [time for each in job.batches for time in each.time_ms]
    found = course_of(Job("j", None, None), job.batches)

    assert found
    assert found.span == (times_ms[0], times_ms[-1])


def test_so_does_a_step():
    running = Step(1, "build", 1_000, None)
    job = parallel()
    verdict = judge(
        Job("j", None, None, (running._replace(start_ms=job.batches[0].time_ms[0]),)), job.batches
    )

    found = course_of(verdict.usage.job, job.batches)

    assert found
    assert len(found.step_cores(verdict.usage.steps[0], 16)) == 16
    assert step_span(running, 5_000) == (1_000, 5_000)


@pytest.mark.parametrize(
    "step",
    [Step(1, "later", None, None), Step(1, "left out", 1_000, 1_000, "skipped")],
    ids=["not begun", "skipped"],
)
def test_a_step_that_did_not_run_has_no_time(step: Step):
    assert step_span(step, 5_000) is None
