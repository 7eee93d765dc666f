"""What a job's steps truly used: the work in, rows of truth out, from rates and never from samples.

What is a step's by definition: the CPU of its own processes while it lasts; of all other CPU, of
disk and of network its share at each moment, as large as that of every other step that runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from . import activity as a
from .spans import Span
from .work import Work

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class UsageTruth:
    """One step. Memory is the machine's or, where the job has one, its control group's.

    `cpu_seconds_by_time` is the part of `cpu_seconds` that its own processes did not use.
    `short_of` is the planted bottleneck, by the name of the diagnosis.
    """

    job_id: int
    number: int
    name: str
    seconds: float
    cpu_seconds: float
    cpu_seconds_by_time: float
    memory_max_bytes: int
    disk_read_bytes: int
    disk_written_bytes: int
    network_received_bytes: int
    network_sent_bytes: int
    short_of: str | None


def usage_truths(job_id: int, work: Work) -> Iterator[UsageTruth]:
    """The rows of a job's steps that ran."""
    memory = a.JOB_MIB if work.machine.has_group else a.MACHINE_MIB
    for span in work.spans:
        own = _own_cpu_seconds(work, span, span.start, span.end)
        by_time = _cpu_seconds_by_time(work, span)
        yield UsageTruth(
            job_id=job_id,
            number=span.step.number,
            name=span.step.name,
            seconds=span.end - span.start,
            cpu_seconds=own + by_time,
            cpu_seconds_by_time=by_time,
            memory_max_bytes=round(MIB * work.activity.peak(memory, span.start, span.end)),
            disk_read_bytes=round(_share(work, span, a.READ_BYTES)),
            disk_written_bytes=round(_share(work, span, a.WRITTEN_BYTES)),
            network_received_bytes=round(_share(work, span, a.RECEIVED_BYTES)),
            network_sent_bytes=round(_share(work, span, a.SENT_BYTES)),
            short_of=work.short_of.get(span.step.number),
        )


def _share(work: Work, span: Span, quantity: a.Quantity) -> float:
    return sum(
        work.activity.amount(quantity, start, end) / len(running)
        for start, end, running in _moments(work, span)
    )


def _cpu_seconds_by_time(work: Work, span: Span) -> float:
    """The span's share of what is no running step's own."""
    return sum(
        (
            work.activity.amount(a.JOB_CORES, start, end)
            - sum(_own_cpu_seconds(work, one, start, end) for one in running)
        )
        / len(running)
        for start, end, running in _moments(work, span)
    )


def _own_cpu_seconds(work: Work, span: Span, start: float, end: float) -> float:
    programs = [who for who in work.activity.programs() if span.key and who[0] == span.key]
    return sum(work.activity.amount(a.cores_of(*who), start, end) for who in programs)


def _moments(work: Work, span: Span) -> Iterator[tuple[float, float, list[Span]]]:
    """The parts of a span during which the same steps run, itself among them."""
    edges = {at for one in work.spans for at in (one.start, one.end)}
    within = sorted(at for at in edges if span.start <= at <= span.end)
    for start, end in pairwise(within):
        yield start, end, [one for one in work.spans if one.start <= start and end <= one.end]
