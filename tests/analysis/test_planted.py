"""Simulated jobs and their batches, written and read again: what was planted is found, truly so."""

from itertools import cycle, islice
from random import Random

import pytest

from src.analysis.judge import judge
from src.analysis.measure import measure
from src.analysis.rules import RULE_BY_NAME
from src.analysis.usage import COMPLETE, NONE, PARTIAL, Usage
from src.analysis.verdict import Verdict
from src.model.batches import decode, encode
from src.simulate import activity as a
from src.simulate.blueprints import MachineBlueprint
from src.simulate.days import simulate_day
from src.simulate.disorder import disordered
from src.simulate.runners import HOSTED_MACHINE
from src.simulate.sampled_jobs import sampled_jobs
from src.simulate.sampling import Sampler, sample
from src.simulate.spans import Span
from src.simulate.usage import usage_truths
from src.simulate.work import Work
from tests.analysis.plants import NOON, PLANTS, POD, as_timeline, beside_a_sleeper, planted
from tests.simulate.works import COMPILE, IMAGE, SERVE, small_job, small_work

JOBS = 200
SEEDS = range(JOBS)
SHARE, SHORT_SECONDS, MIB = 0.03, 4, 1 << 20
COUNTED = {
    "cpu_seconds": a.JOB_CORES,
    "disk_read_bytes": a.READ_BYTES,
    "disk_written_bytes": a.WRITTEN_BYTES,
    "network_received_bytes": a.RECEIVED_BYTES,
    "network_sent_bytes": a.SENT_BYTES,
}


def first_verdicts(verdict: Verdict) -> dict[int, str]:
    """What each step is short of first of all, by number, where it is of anything."""
    return {
        number: diagnosis.findings[0].rule
        for number, diagnosis in verdict.diagnoses.items()
        if diagnosis.findings
    }


def rule_of(kind: str) -> str:
    return kind.partition(".")[0]


def test_every_rule_is_planted():
    """But what only a command can be that shares its machine."""
    assert {rule_of(kind) for kind in PLANTS} == RULE_BY_NAME.keys() - {"crowded_out"}


@pytest.mark.slow
def test_200_planted_bottlenecks_are_found_and_no_other():
    wrong = {}
    for kind, seed in zip(islice(cycle(PLANTS), JOBS), SEEDS, strict=True):
        job = planted(kind, seed)
        found = first_verdicts(judge(job.timeline, job.batches))
        if found != {job.number: rule_of(kind)}:
            wrong[kind, seed] = found
    assert not wrong


@pytest.mark.slow
@pytest.mark.parametrize("kind", PLANTS)
def test_who_sleeps_beside_a_bottleneck_is_blamed_for_nothing(kind: str):
    wrong = {}
    for seed in range(5):
        job = beside_a_sleeper(kind, seed)
        found = first_verdicts(judge(job.timeline, job.batches))
        theirs = {number: rule for number, rule in found.items() if number != job.number}
        if not theirs.items() <= {(job.sleeper, "waiting")} or found.get(job.number) not in {
            rule_of(kind),
            None,
        }:
            wrong[seed] = found
    assert not wrong


@pytest.mark.slow
def test_200_healthy_jobs_are_short_of_nothing():
    wrong = {}
    for seed in SEEDS:
        job = planted(None, seed)
        verdict = judge(job.timeline, job.batches)
        if first_verdicts(verdict) or verdict.of_job.findings:
            wrong[seed] = first_verdicts(verdict), verdict.of_job.findings
    assert not wrong


@pytest.mark.slow
def test_the_organisations_day_is_judged_as_its_loads_were_meant():
    day = simulate_day(7, NOON, runs=20)
    jobs = {job.id: job for run in day.planned for job in run.jobs}
    wrong, right = [], set()
    for sampled in sampled_jobs(day.planned, Sampler()):
        verdict = judge(as_timeline(jobs[sampled.job_id]), sampled.batches)
        found = first_verdicts(verdict)
        for row in sampled.usage:
            if found.get(row.number) == row.short_of:
                right.add(row.short_of)
            else:
                wrong.append((row.name, row.short_of, found.get(row.number)))
    assert not wrong
    assert len(right) > 6


def measured(
    seed: int, machine: MachineBlueprint, overlap: int | None, sampler: Sampler
) -> tuple[Work, dict[int, Usage]]:
    """A small job's work, and what its batches say of each step."""
    work = small_work(seed, machine, overlap=overlap)
    told = disordered(Random(seed), sample(Random(seed), work, sampler))  # noqa: S311
    batches = [decode(encode(batch)) for batch in told]
    job = as_timeline(small_job(seed, overlap=overlap))
    skew_ms = -sampler.clock_ahead_ms
    used = measure(job, batches, skew_ms=skew_ms)
    return work, {each.step.number: each.usage for each in used.steps}


@pytest.mark.parametrize("sampler", [Sampler(), Sampler(clock_ahead_ms=90_000, late_share=0.1)])
@pytest.mark.parametrize("overlap", [None, COMPILE, SERVE])
@pytest.mark.parametrize("machine", [HOSTED_MACHINE, POD])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_measured_is_the_truth(
    seed: int, machine: MachineBlueprint, overlap: int | None, sampler: Sampler
):
    work, usages = measured(seed, machine, overlap, sampler)
    truths = {row.number: row for row in usage_truths(1, work)}
    seen = [span for span in work.spans if usages[span.step.number].samples == COMPLETE]
    assert {span.step.number for span in seen} >= {COMPILE, SERVE, IMAGE}
    for span in seen:
        truth, usage = truths[span.step.number], usages[span.step.number]
        for field, quantity in COUNTED.items():
            told, true = getattr(usage, field), getattr(truth, field)
            # GitHub cuts off seconds: what moves at the edges is up to a sample's worth.
            sample_worth = work.activity.peak(quantity, span.start - 1, span.end + 1)
            assert told == pytest.approx(true, rel=SHARE, abs=sample_worth), field
        _compare_memory(work, span, usage)


def _compare_memory(work: Work, span: Span, usage: Usage) -> None:
    quantity = a.JOB_MIB if work.machine.has_group else a.MACHINE_MIB
    least = work.activity.peak(quantity, span.start, span.end)
    most = work.activity.peak(quantity, span.start - 2, span.end + 2)
    told_mib = (usage.memory_max_bytes or 0) / MIB
    if span.end - span.start > SHORT_SECONDS:
        assert least * (1 - SHARE) <= told_mib
    assert told_mib <= most * (1 + SHARE)


@pytest.mark.parametrize("overlap", [None, COMPILE])
def test_what_processes_used_is_known_to_a_percent(overlap: int | None):
    work, usages = measured(9, HOSTED_MACHINE, overlap, Sampler())
    truth = next(row for row in usage_truths(1, work) if row.number == COMPILE)
    own = usages[COMPILE].cpu_seconds - usages[COMPILE].cpu_seconds_by_time
    assert own == pytest.approx(truth.cpu_seconds - truth.cpu_seconds_by_time, rel=0.01)


def test_what_a_lost_batch_told_is_in_the_next():
    work = small_work(3)
    batches = list(sample(Random(3), work))  # noqa: S311
    job = as_timeline(small_job(3))
    whole, holed = measure(job, batches), measure(job, [batches[0], *batches[2:]])
    assert len(batches) > 2
    assert holed.usage.cpu_seconds == pytest.approx(whole.usage.cpu_seconds)
    assert holed.usage.network_received_bytes == whole.usage.network_received_bytes
    assert holed.usage.samples != COMPLETE


def test_what_nobody_looked_at_is_not_known():
    work = small_work(5)
    job = as_timeline(small_job(5))
    dies = Sampler(dies_after_seconds=work.spans[SERVE - 1].start + 10)
    late = Sampler(starts_after_seconds=work.spans[SERVE - 1].start + 10)
    for sampler, unseen in ((dies, IMAGE), (late, COMPILE)):
        used = measure(job, sample(Random(5), work, sampler))  # noqa: S311
        samples = {each.step.number: each.usage.samples for each in used.steps}
        assert (samples[SERVE], samples[unseen]) == (PARTIAL, NONE)
        assert used.usage.samples == PARTIAL
