"""Jobs to report on: simulated ones, and what they are short of steps, samples and good names."""

from collections.abc import Callable
from functools import cache
from random import Random
from typing import NamedTuple

from src.analysis.judge import judge
from src.analysis.timeline import Job, Step
from src.analysis.verdict import Verdict
from src.model.batches import encode_processes
from src.model.samples import Batch, ProcessGroup
from src.sampler.report.stages import Stage
from src.simulate.blueprints import StepBlueprint
from src.simulate.organisation_loads import LOADS as ORGANISATION
from src.simulate.organisation_loads import SYSTEM
from src.simulate.sampling import Sampler, sample
from src.simulate.work import work_of
from tests.analysis.plants import USUAL, as_timeline, job_of, planted
from tests.sampler.odd_names import ODD_NAMES
from tests.simulate.works import LOADS, small_job, small_work

START_MS = 1_790_000_000_000


class Reported(NamedTuple):
    """A verdict and what it rests on."""

    verdict: Verdict
    batches: list[Batch]
    stages: tuple[Stage, ...] = ()


def parallel() -> Reported:
    """Two steps at a time, three stages, two of them at nearly the same moment."""
    job = as_timeline(small_job(3, overlap=3))
    batches = list(sample(Random(1), small_work(3, overlap=3)))  # noqa: S311
    start_ms = job.start_ms or 0
    stages = ((20, "configure"), (22, "compile </script>"), (80, "link"))
    return Reported(
        judge(job, batches),
        batches,
        tuple(Stage(start_ms + 1000 * seconds, name) for seconds, name in stages),
    )


def failing() -> Reported:
    """A job that ran out of memory."""
    job = planted("out_of_memory", 5)
    return Reported(judge(job.timeline, job.batches), job.batches)


def with_gap() -> Reported:
    """The batches of its middle are lost, and its sampler dies before it ends."""
    job = as_timeline(small_job(3))
    sampler = Sampler(interval_ms=200, dies_after_seconds=90)
    batches = list(sample(Random(1), small_work(3), sampler))  # noqa: S311
    kept = [*batches[:2], *batches[4:]]
    return Reported(judge(job, kept), kept)


def unseen() -> Reported:
    """No samples at all."""
    return Reported(judge(as_timeline(small_job(3)), []), [])


def seen_once() -> Reported:
    """One sample, which tells no rate."""
    batch = parallel().batches[0]
    one = Batch(
        sampler=batch.sampler,
        sequence=0,
        host=batch.host,
        time_ms=batch.time_ms[:1],
        uptime_ms=batch.uptime_ms[:1],
        columns={name: values[:1] for name, values in batch.columns.items()},
    )
    return Reported(judge(as_timeline(small_job(3)), [one]), [one])


def odd() -> Reported:
    """Steps and processes of all odd names, a second each."""
    return _named(ODD_NAMES)


@cache  # judging so many takes seconds
def many() -> Reported:
    """Ten thousand steps of odd names."""
    return _named(tuple(ODD_NAMES[number % len(ODD_NAMES)] for number in range(10_000)))


@cache
def hour() -> Reported:
    """An hour in one step, sampled each second."""
    rng = Random(1)  # noqa: S311
    job = job_of(rng, (StepBlueprint("compile", 3_580),))
    work = work_of(rng, job, USUAL, ORGANISATION | LOADS, SYSTEM)
    batches = list(sample(rng, work))
    return Reported(judge(as_timeline(job), batches), batches)


def nothing() -> Reported:
    """A job of which nothing is known."""
    return Reported(judge(Job("", None, None), []), [])


REPORTED: dict[str, Callable[[], Reported]] = {
    each.__name__: each
    for each in (parallel, failing, with_gap, unseen, seen_once, odd, many, nothing)
}


def _named(names: tuple[str, ...]) -> Reported:
    steps = tuple(
        Step(number, name, START_MS + 1000 * number, START_MS + 1000 * (number + 1), "success")
        for number, name in enumerate(names)
    )
    job = Job(ODD_NAMES[2], START_MS, START_MS + 1000 * len(names), steps, "failure")
    batches = [_batch(names)]
    return Reported(
        judge(job, batches),
        batches,
        tuple(Stage(START_MS + 900 * number, name) for number, name in enumerate(names[:200])),
    )


def _batch(names: tuple[str, ...]) -> Batch:
    """A minute in which one core worked, for processes of these names."""
    at = range(60)
    host = parallel().batches[0].host
    groups = [
        ProcessGroup(
            "",
            name[:256].encode("utf-8", "replace").decode(),
            at=[0, 59],
            cpu_ticks=[0, 5_900 - number],
            resident_kb=[1024, 2048 + number],
            seen=[1, 1],
            read_kb=[None, None],
            written_kb=[0, 4096],
        )
        for number, name in enumerate(dict.fromkeys(names[: len(ODD_NAMES)]))
    ]
    return Batch(
        sampler="ab",
        sequence=0,
        host=host,
        time_ms=[START_MS + 1000 * second for second in at],
        uptime_ms=[1000 * second for second in at],
        columns={
            "cpu_user": [100 * second for second in at],
            "cpu_system": [0 for _ in at],
            "memory_used_kb": [1 << 20 for _ in at],
        },
        processes=encode_processes(groups),
    )
