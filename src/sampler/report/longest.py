"""Steps in; those worth showing where not all can be, out."""

from __future__ import annotations

from typing import Sequence

from ...analysis.usage import StepUsage


def longest(steps: Sequence[StepUsage], most: int) -> list[StepUsage]:
    """Those that took longest, in their order."""
    by_length = sorted(range(len(steps)), key=lambda i: -(steps[i].usage.seconds or 0))
    return [steps[index] for index in sorted(by_length[:most])]
