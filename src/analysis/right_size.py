"""A job's usage and its machine in; whether the machine was the right size, in words, out.

Larger where CPU or memory is at 90 % on average, or memory ran short; smaller where both are at
30 % at most on average and never above 70 %, and a smaller size would hold the peaks; else right.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .amounts import number, say, say_bytes, say_seconds
from .diagnosis import is_hardly_seen
from .figures import percent
from .rules import OWN_LIMIT_PERCENT
from .usage import NONE, Machine, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

LARGER, SMALLER, RIGHT, UNKNOWN = "larger", "smaller", "right", "unknown"

FULL_MEAN_PERCENT = 90.0
IDLE_MEAN_PERCENT = 30.0
IDLE_PEAK_PERCENT = 70.0
ENOUGH_SECONDS = 30.0

_FRACTIONS = {2: "half", 4: "a quarter", 8: "an eighth"}


class RightSize(NamedTuple):
    """`verdict` is what the runner should be: larger, smaller, right (as it is), or unknown.

    `cores` and `memory_bytes` are a better size to have: one that would hold the peaks at 70 % of
    it, or the present one with twice of what was full. None where there is none to name.
    """

    verdict: str
    words: str
    cores: Optional[float] = None
    memory_bytes: Optional[int] = None


class _Load(NamedTuple):
    """Percent of what is allowed."""

    cpu_mean: float
    cpu_max: float
    memory_mean: float
    memory_max: float


def right_size(
    usage: Usage, machine: Optional[Machine], *, is_short_of_memory: bool = False
) -> RightSize:
    """The verdict on the machine that a job ran on; whether a step ran short of memory is told."""
    load = _load(usage, machine)
    if machine is None or load is None:
        return RightSize(UNKNOWN, "CPU or memory of the job is unknown")
    # A kill with memory to spare was for a limit of the process's own: no size mends that.
    ran_out = (usage.out_of_memory_kills or 0) > 0 and load.memory_max >= OWN_LIMIT_PERCENT
    unseen = None if ran_out else _too_little(usage)
    if unseen:
        return RightSize(UNKNOWN, unseen)
    ran_short = ran_out or is_short_of_memory
    if ran_short or max(load.cpu_mean, load.memory_mean) >= FULL_MEAN_PERCENT:
        return _larger(load, machine, ran_short=ran_short)
    if _is_idle(load) and max(load.cpu_max, load.memory_max) <= IDLE_PEAK_PERCENT:
        return _smaller(load, machine)
    return RightSize(RIGHT, _on_average(load, machine))


def is_mostly_idle(usage: Usage, machine: Optional[Machine]) -> bool:
    """Whether a smaller machine would do, were it not for the peaks; no core can be halved."""
    load = _load(usage, machine)
    return machine is not None and load is not None and machine.cores_allowed > 1 and _is_idle(load)


def _is_idle(load: _Load) -> bool:
    return max(load.cpu_mean, load.memory_mean) <= IDLE_MEAN_PERCENT


def _load(usage: Usage, machine: Optional[Machine]) -> Optional[_Load]:
    allowed = machine.memory_allowed_bytes if machine else None
    memory_mean = percent(usage.memory_mean_bytes, allowed)
    memory_max = percent(usage.memory_max_bytes, allowed)
    cpu_mean, cpu_max = usage.cpu_percent_mean, usage.cpu_percent_max
    if cpu_mean is None or cpu_max is None or memory_mean is None or memory_max is None:
        return None
    return _Load(cpu_mean, cpu_max, memory_mean, memory_max)


def _too_little(usage: Usage) -> Optional[str]:
    """Why a job is not judged, or None."""
    seen, seconds = usage.covered_seconds, usage.seconds
    if seconds is None:
        return "the job is not over, as far as is known"
    if seconds < ENOUGH_SECONDS:
        return f"the job took under {say_seconds(ENOUGH_SECONDS)}"
    if usage.samples != NONE and not is_hardly_seen(usage, ENOUGH_SECONDS):
        return None
    return f"too little was seen: {say_seconds(seen)} of {say_seconds(seconds)}"


def _larger(load: _Load, machine: Machine, *, ran_short: bool) -> RightSize:
    """Twice of what was full, which does not say how much more it would take; no more of the rest.

    `ran_short` is of memory.
    """
    is_cpu_full = load.cpu_mean >= FULL_MEAN_PERCENT
    is_memory_full = ran_short or load.memory_mean >= FULL_MEAN_PERCENT
    return RightSize(
        LARGER,
        _on_average(load, machine) + (": memory ran short" if ran_short else ""),
        cores=machine.cores_allowed * (2 if is_cpu_full else 1),
        memory_bytes=machine.memory_allowed_bytes * (2 if is_memory_full else 1),
    )


def _smaller(load: _Load, machine: Machine) -> RightSize:
    """The machine halved as often as its peaks stay within 70 %; right where they would not."""
    cores = load.cpu_max / 100 * machine.cores_allowed
    memory = load.memory_max / 100 * machine.memory_allowed_bytes
    used = (
        f"{number(cores)} of {say(machine.cores_allowed, '{core}')} and"
        f" {say_bytes(memory)} of {say_bytes(machine.memory_allowed_bytes)} were ever used"
    )
    divisor = _divisor(load, machine)
    if divisor == 1:
        return RightSize(RIGHT, f"{used}: there is room to spare, but not half of it")
    size = _FRACTIONS.get(divisor, f"1/{divisor} of")
    return RightSize(
        SMALLER,
        f"{used}: a runner {size} its size would do",
        cores=machine.cores_allowed / divisor,
        memory_bytes=machine.memory_allowed_bytes // divisor,
    )


def _divisor(load: _Load, machine: Machine) -> int:
    """The largest power of two that leaves room for the peaks, and a core."""
    peak = max(load.cpu_max, load.memory_max)
    divisor = 1
    while peak * divisor * 2 <= IDLE_PEAK_PERCENT and machine.cores_allowed >= divisor * 2:
        divisor *= 2
    return divisor


def _on_average(load: _Load, machine: Machine) -> str:
    return (
        f"on average {number(load.cpu_mean)} % of {say(machine.cores_allowed, '{core}')} and"
        f" {number(load.memory_mean)} % of {say_bytes(machine.memory_allowed_bytes)} were used,"
        f" at most {number(load.cpu_max)} % and {number(load.memory_max)} %"
    )
