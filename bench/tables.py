"""Rows of cells in, a Markdown table out; rounds in, their median out."""

from collections.abc import Iterable, Sequence
from statistics import quantiles


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, its first column text and the others figures."""
    rule = ["---", *("---:" for _ in heads[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, rule, *rows))


def figure(value: float) -> str:
    """Three digits that mean something: `1,234`, `56.7`, `0.123`."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not exceed, interpolated."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]
