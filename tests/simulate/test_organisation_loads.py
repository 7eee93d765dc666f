"""What the organisation's steps ask of their machines is known, step by step."""

from datetime import UTC, datetime

import pytest

from src.analysis.rules import RULE_BY_NAME
from src.simulate.arrivals import DECK
from src.simulate.days import simulate_day
from src.simulate.organisation_loads import HANGING, LOADS
from src.simulate.sampled_jobs import sampled_jobs
from src.simulate.usage import UsageTruth

END = datetime(2026, 3, 4, 15, 20, 31, tzinfo=UTC)
LINUX_STEPS = {
    step.name
    for card in DECK
    for job in card.workflow.jobs
    if job.pool and job.pool.machine
    for step in job.steps
}


def test_every_step_has_a_load_and_no_load_is_for_nothing():
    assert {name for name in LOADS if not name.startswith("Post ")} == LINUX_STEPS


def test_what_a_load_makes_short_of_is_what_a_diagnosis_can_find():
    found = {load.short_of for load in (*LOADS.values(), HANGING)} - {None}
    assert found <= RULE_BY_NAME.keys()
    assert len(found) >= 7


@pytest.fixture(scope="module")
def usage() -> list[UsageTruth]:
    day = simulate_day(7, END, runs=25)
    return [row for job in sampled_jobs(day.planned) for row in job.usage]


def test_a_step_that_times_out_hangs(usage: list[UsageTruth]):
    hanging = [row for row in usage if row.name == "Run Playwright tests" and row.seconds > 1199]
    assert [row.short_of for row in hanging] == ["waiting"] * len(hanging)
    assert hanging


def test_the_jobs_that_ran_on_linux_are_sampled():
    day = simulate_day(7, END, runs=12)
    ran = {job.job_id: job for job in day.truth.jobs if job.execution == "ran"}
    linux = {key for key, job in ran.items() if job.labels != "windows-latest"}
    assert {job.job_id for job in sampled_jobs(day.planned)} == linux
    assert linux < ran.keys()


def test_a_jobs_samples_do_not_depend_on_the_others():
    day = simulate_day(7, END, runs=6)
    every = {job.job_id: job.usage for job in sampled_jobs(day.planned)}
    some = {job.job_id: job.usage for job in sampled_jobs(day.planned[3:])}
    assert some.items() <= every.items()
    assert 0 < len(some) < len(every)
