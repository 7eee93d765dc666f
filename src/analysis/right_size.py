"""A job's usage and its machine in; whether the machine was the right size, in words, out.

Larger where CPU or memory is at 90 % on average; smaller where both are at 30 % at most on average
and never above 70 %; else right.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .amounts import number, say, say_bytes, say_seconds
from .figures import percent
from .usage import NONE, Machine, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

LARGER, SMALLER, RIGHT, UNKNOWN = "larger", "smaller", "right", "unknown"

FULL_MEAN_PERCENT = 90.0
IDLE_MEAN_PERCENT = 30.0
IDLE_PEAK_PERCENT = 70.0
ENOUGH_SECONDS = 30.0
ENOUGH_PERCENT = 50.0

_FRACTIONS = {2: "half", 4: "a quarter", 8: "an eighth"}


class RightSize(NamedTuple):
    """`verdict` is what the runner should be: larger, smaller, right (as it is), or unknown.

    `cores` and `memory_bytes` are a size that would hold the peaks at 70 % of it: the present one,
    doubled or halved as a whole. None where there is no better size to name.
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


def right_size(usage: Usage, machine: Optional[Machine]) -> RightSize:
    """The verdict on the machine that a job ran on."""
    load = _load(usage, machine)
    if machine is None or load is None:
        return RightSize(UNKNOWN, "CPU or memory of the job is unknown")
    unseen = _too_little(usage)
    if unseen:
        return RightSize(UNKNOWN, unseen)
    if max(load.cpu_mean, load.memory_mean) >= FULL_MEAN_PERCENT:
        return _larger(load, machine)
    means, peaks = (load.cpu_mean, load.memory_mean), (load.cpu_max, load.memory_max)
    if max(means) <= IDLE_MEAN_PERCENT and max(peaks) <= IDLE_PEAK_PERCENT:
        return _smaller(load, machine)
    return RightSize(RIGHT, _on_average(load, machine))


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
    if seconds is not None and seconds < ENOUGH_SECONDS:
        return f"too short to judge: {say_seconds(seconds)}"
    share = percent(seen, seconds)
    if usage.samples != NONE and seen >= ENOUGH_SECONDS and (share or 100.0) >= ENOUGH_PERCENT:
        return None
    whole = "" if seconds is None else f" of {say_seconds(seconds)}"
    return f"too little was seen: {say_seconds(seen)}{whole}"


def _larger(load: _Load, machine: Machine) -> RightSize:
    """Twice the size: what is full does not say how much more it would take."""
    return RightSize(
        LARGER,
        _on_average(load, machine),
        cores=2 * machine.cores_allowed,
        memory_bytes=2 * machine.memory_allowed_bytes,
    )


def _smaller(load: _Load, machine: Machine) -> RightSize:
    """The machine halved as often as its peaks stay within 70 %."""
    cores = load.cpu_max / 100 * machine.cores_allowed
    memory = load.memory_max / 100 * machine.memory_allowed_bytes
    used = (
        f"{number(cores)} of {say(machine.cores_allowed, '{core}')} and"
        f" {say_bytes(memory)} of {say_bytes(machine.memory_allowed_bytes)} were ever used"
    )
    divisor = _divisor(load, machine)
    if divisor == 1:
        return RightSize(SMALLER, f"{used}: there is room to spare, though less than half of it")
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
