"""The figures of a build and of an earlier one in; how much worse it is, and a score, out. Pure.

A difference is in percent of the earlier build's figure, None where either is unknown.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

REGRESSION_PERCENT = 20.0
"""What has grown by as much has got worse; less is what one run differs from the next by."""

BEST_SCORE = 100
_DECIMALS = 1


class BuildFigures(NamedTuple):
    """What builds are compared by; a MB is 1024 * 1024 bytes."""

    duration_seconds: Optional[float] = None
    peak_memory_mb: Optional[float] = None


class Comparison(NamedTuple):
    """`regressions` are lines for people; `score` is BEST_SCORE less the largest growth in percent.

    It is at least 0, and None where nothing could be compared.
    """

    duration_diff_percent: Optional[float]
    memory_diff_percent: Optional[float]
    regressions: tuple[str, ...]
    score: Optional[int]


def compare(build: BuildFigures, baseline: BuildFigures) -> Comparison:
    """A build with the one that was saved for it."""
    duration = _diff_percent(build.duration_seconds, baseline.duration_seconds)
    memory = _diff_percent(build.peak_memory_mb, baseline.peak_memory_mb)
    grown = (("Build duration", duration), ("Memory usage", memory))
    return Comparison(
        duration,
        memory,
        tuple(
            f"{what} increased by {percent:g}%"
            for what, percent in grown
            if percent is not None and percent >= REGRESSION_PERCENT
        ),
        _score([percent for _, percent in grown if percent is not None]),
    )


def _diff_percent(now: Optional[float], before: Optional[float]) -> Optional[float]:
    """Rounded as it is told, so that what is told is what decides."""
    if now is None or not before:
        return None
    return round(100 * (now - before) / before, _DECIMALS)


def _score(diffs_percent: list[float]) -> Optional[int]:
    if not diffs_percent:
        return None
    return round(min(BEST_SCORE, max(0.0, BEST_SCORE - max(diffs_percent))))
