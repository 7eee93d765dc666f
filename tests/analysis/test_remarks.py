from __future__ import annotations

import pytest

from src.analysis.remarks import remarks
from src.analysis.usage import BY_TIME, MIXED, NONE, PARTIAL, JobUsage, Usage
from tests.analysis.used import used, used_by_job


def said(*steps: Usage, **of_job: object) -> list[str]:
    return list(remarks(used_by_job(*steps, **of_job)))


def owned(job: JobUsage) -> JobUsage:
    return job._replace(steps=tuple(step._replace(owner="__run") for step in job.steps))


def test_of_what_is_plain_nothing_is_said():
    assert said(used(), used()) == []


def test_what_was_partly_seen_is_named():
    partly = used(samples=PARTIAL)
    assert said(used(), partly, partly) == ["Partly seen: steps 2, 3."]
    assert said(used(seconds=9.0, covered_seconds=4.0, samples=PARTIAL), used()) == []


def test_where_samples_do_not_touch_the_job_no_part_of_it_is_said_to_be_seen():
    [only] = said(used(), used(samples=PARTIAL), samples=NONE)
    assert only == "The samples do not touch the job's time: is its clock, or the file, another's?"


def test_a_job_that_was_partly_seen_says_how_much():
    first, second = said(used(), used(samples=PARTIAL), samples=PARTIAL)
    assert first == "The samples cover 4 min of its 4 min: figures are of what was seen."
    assert second == "Partly seen: step 2."


def test_whose_cpu_is_shared_by_time_is_named_where_no_process_was_its_own():
    shared = used_by_job(used(attribution=BY_TIME), used(attribution=MIXED), used())
    [only] = remarks(shared)
    assert only.startswith("No process could be told for certain to be the own of steps 1, 2: CPU")
    assert list(remarks(owned(shared))) == []


@pytest.mark.parametrize(("by_time_seconds", "times"), [(190.0, 1), (97.0, 1), (96.0, 0)])
def test_whose_cpu_others_used_is_named_though_it_had_processes_of_its_own(
    by_time_seconds: float, times: int
):
    beside = used(attribution=MIXED, cpu_seconds_by_time=by_time_seconds)
    told = list(remarks(owned(used_by_job(used(), beside))))
    assert [line[:24] for line in told] == ["Most CPU of step 2 was n"] * times


def test_the_little_that_a_system_does_is_no_word_worth():
    idle = used(attribution=BY_TIME, cpu_seconds=59.0, cpu_seconds_by_time=59.0)
    assert list(remarks(owned(used_by_job(idle)))) == []
    brief = used(attribution=BY_TIME, seconds=9.0, cpu_seconds=30.0, cpu_seconds_by_time=30.0)
    assert list(remarks(owned(used_by_job(brief)))) == []


def test_the_only_step_shares_with_nobody():
    assert said(used(attribution=BY_TIME)) == []


def test_steps_side_by_side_are_said_to_share():
    beside = used(alone_percent=20.0)
    [only] = said(beside, used(), beside, used(alone_percent=20.0, seconds=9.0))
    assert only.startswith("Others ran at the same time as steps 1, 3: network and disk there are")


def test_a_container_s_figures_of_the_host_are_said_not_to_be_judged():
    job = used_by_job(used())
    assert job.machine is not None
    [only] = remarks(job._replace(machine=job.machine._replace(is_container=True)))
    assert only == (
        "The job ran in a container: the disks' own figures are the host's, and not judged."
    )
