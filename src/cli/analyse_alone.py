"""A file of samples without a job in; what it tells of, as one step, out.

Where a command was sampled (`run --samples`), that is the command: the others on the machine are
not its to answer for.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..analysis.amounts import number, say
from ..analysis.measure import measure
from ..analysis.usage import JobUsage
from ..model.samples import SAMPLER_CPU_US, Batch
from ..sampler.alone import alone
from ..sampler.mark import OWNER
from ..sampler.own_use import OwnUse
from .analyse_samples import read_all_samples

COMMAND = "the command"
_MACHINE_S = (
    "Memory in all, disk I/O and network are the whole machine's; what the command's own processes"
    " read and wrote stands beside their names."
)
LEAST_CORES = 0.1  # what others use is worth a line


def measured_alone(file: Path) -> tuple[JobUsage, list[str]]:
    """What was used, and what is to be said of the file.

    Raises:
        NoSamplesError: it has no samples, or those of several jobs.
    """
    job, samples = read_all_samples(file)
    used = measure(job, samples.batches)
    if not _is_of_a_command(samples.batches):
        return _of_all(used), samples.complaints
    return _of_command(used, samples.batches), [*samples.complaints, *_others(used), _MACHINE_S]


def _of_all(used: JobUsage) -> JobUsage:
    """All that was sampled is no owner's own, whoever of them it looks like."""
    [only] = used.steps
    usage = only.usage._replace(memory_own_max_bytes=None)
    return used._replace(steps=(only._replace(owner=None, usage=usage),))


def _is_of_a_command(batches: Sequence[Batch]) -> bool:
    """Whether they are one command's, as its sampler has written them."""
    owners = {owner.key for batch in batches for owner in batch.owners}
    is_whole = all(SAMPLER_CPU_US in batch.columns for batch in batches)
    return OWNER in owners and is_whole and len({batch.sampler for batch in batches}) == 1


def _of_command(used: JobUsage, batches: Sequence[Batch]) -> JobUsage:
    """Each batch counts once, in the order in which they were written."""
    own = OwnUse(OWNER)
    for _, batch in sorted({batch.sequence: batch for batch in batches}.items()):
        own.add(batch)
    told = alone(used, own, own.cores_max)
    [only] = told.steps
    named = only._replace(step=only.step._replace(name=COMMAND))
    return told._replace(usage=only.usage, steps=(named,))


def _others(used: JobUsage) -> Iterator[str]:
    usage, machine = used.usage, used.machine
    if machine is None or usage.cpu_seconds_by_time is None or not usage.covered_seconds:
        return
    cores = usage.cpu_seconds_by_time / usage.covered_seconds
    if cores >= LEAST_CORES:
        busy = f"{number(cores)} of {say(machine.cores_allowed, '{core}')}"
        yield f"Others on the machine kept {busy} busy meanwhile; they are left out."
