"""CPU time as it was attributed in; the figures of Usage about it out."""

from __future__ import annotations

from .attribution import Used
from .coverage import Coverage
from .usage import BY_PROCESS, BY_TIME, MIXED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Optional

    from .consumption import Column

_SECOND_US = 1_000_000
_MS_US = 1000
_PERCENT = 100
_NEARLY_ALL = 0.95


def cpu_figures(
    used: Mapping[int, Used], cores_allowed: float, coverage: Mapping[int, Coverage]
) -> dict[str, Column]:
    """By field of Usage, and by whom."""
    means = {who: _mean_cores(use, coverage[who].counted_ms) for who, use in used.items()}
    return {
        "cpu_seconds": {who: _total_us(use) / _SECOND_US for who, use in used.items()},
        "cpu_seconds_by_time": {who: use.by_time_us / _SECOND_US for who, use in used.items()},
        "cpu_percent_mean": {who: _percent(mean, cores_allowed) for who, mean in means.items()},
        "cpu_percent_max": {
            who: _percent(None if mean is None else max(mean, used[who].most_cores), cores_allowed)
            for who, mean in means.items()
        },
        "cpu_one_core_percent": {
            who: None if means[who] is None else _percent(use.one_core_share, 1)
            for who, use in used.items()
        },
    }


def how_found(use: Used, *, has_owner: bool) -> str:
    """BY_PROCESS, BY_TIME or MIXED; what used nothing was looked at by its processes, or not."""
    total_us = _total_us(use)
    own_share = use.own_us / total_us if total_us else float(has_owner)
    if own_share >= _NEARLY_ALL:
        return BY_PROCESS
    return MIXED if own_share else BY_TIME


def _total_us(use: Used) -> float:
    return use.own_us + use.by_time_us


def _mean_cores(use: Used, counted_ms: float) -> Optional[float]:
    """Each part of its CPU time over the time in which it was counted."""
    if not counted_ms or not use.rest_known_ms:
        return None
    return (use.own_us / counted_ms + use.by_time_us / use.rest_known_ms) / _MS_US


def _percent(cores: Optional[float], cores_allowed: float) -> Optional[float]:
    """Clamped: the seconds of GitHub's times may cut off more time than CPU time."""
    return None if cores is None else min(cores / cores_allowed * _PERCENT, _PERCENT)
