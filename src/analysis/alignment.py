"""The costs of pairing two ordered rows in; the pairings that every good alignment has out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Sequence, TypeVar

    Cost = Optional[int]
    """None: these two cannot be paired."""
    _Cell = TypeVar("_Cell")


MARGIN = 500
"""A pairing is certain where every alignment without it is at least so much dearer."""

_UNPAIRED = 10**6  # a row is paired wherever it can be
_NEVER = float("inf")


def certain(costs: Sequence[Sequence[Cost]], bare: Sequence[int]) -> dict[int, int]:
    """The certain pairings, row to column.

    Pairings do not cross, and none has two partners; `bare` is what a column costs without one.
    """
    if not costs:
        return {}
    ahead = _best(costs, bare)
    behind = _turned(_best(_turned(costs), bare[::-1]))
    pairings = {}
    for row, prices in enumerate(costs):
        with_each = {
            column: ahead[row][column] + price + behind[row + 1][column + 1]
            for column, price in enumerate(prices)
            if price is not None
        }
        unpaired = _UNPAIRED + min(map(sum, zip(ahead[row], behind[row + 1])))
        if with_each:
            best = min(with_each, key=with_each.__getitem__)
            others = [price for column, price in with_each.items() if column != best]
            if with_each[best] + MARGIN <= min([unpaired, *others]):
                pairings[row] = best
    return pairings


def _best(costs: Sequence[Sequence[Cost]], bare: Sequence[int]) -> list[list[float]]:
    """The least cost of the first so many rows and columns, `[rows][columns]`."""
    best: list[list[float]] = [[0.0]]
    for bare_cost in bare:
        best[0].append(best[0][-1] + bare_cost)
    for prices in costs:
        above, line = best[-1], [best[-1][0] + _UNPAIRED]
        for column, price in enumerate(prices):
            paired = _NEVER if price is None else above[column] + price
            line.append(min(paired, above[column + 1] + _UNPAIRED, line[-1] + bare[column]))
        best.append(line)
    return best


def _turned(table: Sequence[Sequence[_Cell]]) -> list[Sequence[_Cell]]:
    """The table from its last row and column to its first."""
    return [line[::-1] for line in table[::-1]]
