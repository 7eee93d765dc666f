"""How a command ended and what was sampled meanwhile in; what it used, by name, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, NamedTuple, Optional

from ..analysis.measure import measure
from ..analysis.timeline import Job, Step
from ..analysis.verdict import conclude
from .alone import alone, leading

if TYPE_CHECKING:
    from ..analysis.usage import Usage
    from ..analysis.verdict import Verdict
    from ..model.samples import Batch, Host
    from .ending import Ending
    from .own_use import OwnUse, ProcessesOfAName

_DIGITS = 6


class Figure(NamedTuple):
    """A name in the answer of `run`; `unit` is a UCUM code, "" where there is none."""

    name: str
    unit: str
    meaning: str


FIGURES = (
    Figure("command", "", "the program's name; never its arguments"),
    Figure("exit_code", "", "the command's; 128 and the signal's number where one ended it"),
    Figure("wall_seconds", "s", "from its start to its end"),
    Figure("cpu_seconds", "s", "of all its processes, whether it waited for them or not"),
    Figure("cpu_cores_mean", "{core}", "cpu_seconds over wall_seconds"),
    Figure("cpu_cores_max", "{core}", "between the two samples where it used most"),
    Figure("cpu_cores_others", "{core}", "what others on the machine used meanwhile, on average"),
    Figure(
        "memory_peak_bytes",
        "By",
        "resident: all its processes at a sample, or its largest at any time",
    ),
    Figure("disk_read_bytes", "By", "from storage, by all that it waited for; caches not counted"),
    Figure("disk_write_bytes", "By", "to storage, by all that it waited for, even if still cached"),
    Figure("network_received_bytes", "By", "by the whole machine meanwhile"),
    Figure("network_sent_bytes", "By", "by the whole machine meanwhile"),
    Figure("out_of_memory_kills", "{kill}", "on the whole machine, or in its control group"),
    Figure("findings", "", "what it was short of, the strongest first: rule, words, advice"),
    Figure("unjudged", "", "why it was not judged: what was too little to judge by"),
    Figure("processes", "", "those of most CPU time, by name: seen, cpu_seconds, memory, disk"),
    Figure("cores", "{core}", "of the machine, or what its control group allows"),
    Figure("memory_bytes", "By", "of the machine, or what its control group allows"),
    Figure("is_container", "", "whether the machine is shared with what cannot be seen"),
    Figure("samples", "{sample}", "how often it was looked at, the beginning and the end included"),
    Figure("interval_seconds", "s", "how often it was meant to be"),
    Figure("sampler_cpu_seconds", "s", "what looking cost"),
    Figure("complaints", "", "what went wrong with looking, a line each"),
)
"""Every name, in the order of the answer. What is unknown is None."""


def what_was_used(
    ending: Ending,
    own: OwnUse,
    batches: Iterable[Batch],
    host: Optional[Host],
    complaints: list[str],
) -> dict[str, object]:
    """Each of FIGURES."""
    # The kernel's sum of what was waited for is exact; a daemon is in the samples' only.
    cpu_seconds = max(ending.cpu_seconds, own.cpu_seconds)
    wall_seconds = ending.wall_seconds
    cores_mean = cpu_seconds / wall_seconds if wall_seconds else None
    # What ended between two samples is in the mean alone.
    cores_max = None if own.cores_max is None else max(own.cores_max, cores_mean or 0.0)
    verdict = _verdict(ending, batches, own, cores_max)
    whole, machine = verdict.usage.usage, verdict.usage.machine
    diagnosis = verdict.diagnoses[1]
    return {
        "command": ending.name,
        "exit_code": ending.exit_code,
        "wall_seconds": _rounded(wall_seconds),
        "cpu_seconds": _rounded(cpu_seconds),
        "cpu_cores_mean": _rounded(cores_mean),
        "cpu_cores_max": _rounded(cores_max),
        "cpu_cores_others": _rounded(_cores_of_others(whole)),
        "memory_peak_bytes": max(ending.memory_max_bytes or 0, own.memory_max_bytes) or None,
        "disk_read_bytes": ending.disk_read_bytes,
        "disk_write_bytes": ending.disk_write_bytes,
        "network_received_bytes": whole.network_received_bytes,
        "network_sent_bytes": whole.network_sent_bytes,
        "out_of_memory_kills": whole.out_of_memory_kills,
        "findings": [
            {"rule": found.rule, "words": found.words, "advice": found.advice}
            for found in diagnosis.findings
        ],
        "unjudged": diagnosis.unjudged,
        "processes": [_told(each) for each in leading(own.processes.values())],
        "cores": machine.cores_allowed if machine else None,
        "memory_bytes": machine.memory_allowed_bytes if machine else None,
        "is_container": machine.is_container if machine else None,
        "samples": own.samples,
        "interval_seconds": host.interval_ms / 1000 if host else None,
        "sampler_cpu_seconds": _rounded(own.sampler_cpu_seconds),
        "complaints": complaints,
    }


def _verdict(
    ending: Ending, batches: Iterable[Batch], own: OwnUse, cores_max: Optional[float]
) -> Verdict:
    """The judge's, on a job that has this command for its only step."""
    conclusion = "failure" if ending.exit_code else "success"
    step = Step(1, ending.name, ending.start_ms, ending.end_ms, conclusion)
    job = Job(ending.name, ending.start_ms, ending.end_ms, (step,))
    disk_bytes = ending.disk_read_bytes + ending.disk_write_bytes
    used = alone(measure(job, batches), own, cores_max, disk_bytes)
    return conclude(used, exit_code=ending.exit_code)


def _cores_of_others(usage: Usage) -> Optional[float]:
    """What ran without being the command's."""
    if usage.cpu_seconds_by_time is None or not usage.covered_seconds:
        return None
    return usage.cpu_seconds_by_time / usage.covered_seconds


def _told(process: ProcessesOfAName) -> dict[str, object]:
    """Memory is told to two MiB: of less there is nothing to say."""
    told = {name: getattr(process, name) for name in process.__slots__}
    return {**told, "memory_max_bytes": process.memory_max_bytes or None}


def _rounded(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, _DIGITS)
