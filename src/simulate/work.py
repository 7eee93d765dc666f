"""What really went on in a job: its plan, its machine and its steps' loads in, its activity out.

Loads are typical; what happens varies about them: from job to job, from moment to moment, with
moments of idleness, a start that takes its time, and the system's own work underneath.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from random import Random

from .activity import Activity
from .blueprints import MachineBlueprint
from .intensity import Intensity
from .limits import within_limits
from .loads import Load, Phase, Program
from .noise import Noise
from .plan import Job
from .spans import RUN, Span, job_epoch, job_spans

CELL_LENGTHS = (0.4, 1.6)  # how long a rate stays as it is, about the usual length
# What a workflow writes under `run:` is a script, and its shell waits for what it starts.
SHELL = Phase(programs=(Program(name="bash", cores=0.001, memory_mib=4),), memory_starts_at=1.0)


@dataclass(frozen=True, slots=True)
class Work:
    """A job as it went on its machine; seconds in it count from `epoch`."""

    machine: MachineBlueprint
    epoch: datetime
    spans: tuple[Span, ...]
    activity: Activity
    short_of: Mapping[int, str | None]  # by the step's number

    @property
    def end(self) -> float:
        """When the last step ends."""
        return max(span.end for span in self.spans)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase from start to end; `owner` is the GITHUB_ACTION in whose environment it runs."""

    owner: str
    phase: Phase
    start: float
    end: float


def work_of(
    rng: Random,
    job: Job,
    machine: MachineBlueprint,
    loads: Mapping[str, Load],
    background: Phase,
    cell_seconds: float = 1.0,
) -> Work:
    """The job's work, given the loads of its steps by name; steps without one only wait.

    Rates stay as they are for about `cell_seconds`.
    """
    spans = job_spans(rng, job)
    end = max(span.end for span in spans)
    loaded = [(span, loads[span.step.name]) for span in spans if span.step.name in loads]
    stretches = [Stretch("", background, 0.0, end)]
    stretches.extend(stretch for span in spans for stretch in _shell(span))
    for span, load in loaded:
        stretches.extend(_phases(span, load))
        stretches.extend(_left_behind(span, load, end))
    edges = _edges(rng, stretches, end, cell_seconds)
    activity = _activity(rng, machine, stretches, edges)
    short_of = {span.step.number: load.short_of for span, load in loaded}
    return Work(machine, job_epoch(job), spans, activity, short_of)


def _shell(span: Span) -> Iterator[Stretch]:
    if span.key and span.key.startswith(RUN):
        yield Stretch(span.key, SHELL, span.start, span.end)


def _phases(span: Span, load: Load) -> Iterator[Stretch]:
    whole = sum(phase.share for phase in load.phases)
    start = span.start
    for phase in load.phases:
        end = min(start + (span.end - span.start) * phase.share / whole, span.end)
        yield Stretch(span.key or "", phase, start, end)
        start = end


def _left_behind(span: Span, load: Load, end: float) -> Iterator[Stretch]:
    if load.leaves and span.end < end:
        phase = Phase(programs=load.leaves, memory_starts_at=1.0)
        yield Stretch(span.key or "", phase, span.end, end)


def _activity(
    rng: Random, machine: MachineBlueprint, stretches: list[Stretch], edges: list[float]
) -> Activity:
    intensity = Intensity(rng, machine, edges)
    for stretch in stretches:
        intensity.add(stretch.owner, stretch.phase, stretch.start, stretch.end)
    return Activity(edges, within_limits(Noise(rng), machine, intensity.rates))


def _edges(rng: Random, stretches: list[Stretch], end: float, cell_seconds: float) -> list[float]:
    """Moments at which something changes: every stretch's, and others between them."""
    fixed = sorted({at for stretch in stretches for at in (stretch.start, stretch.end)} | {end})
    edges = []
    for start, end_of_part in pairwise(fixed):
        at = start
        while at < end_of_part:
            edges.append(at)
            at += rng.uniform(*CELL_LENGTHS) * cell_seconds
    return [*edges, fixed[-1]]
