"""What pairings of two ordered rows cost in; the best alignment out, and what of it is certain.

An alignment is a chain of pairings, each further down both rows than the one before. What chains
spare is asked only where an answer can differ, so that the time goes with the number of pairings
that there can be, and not with rows times columns.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Iterator, Mapping, Sequence

    Prices = Mapping[int, int]
    """By column, for one row: what it costs, or spares, to pair the two."""


MARGIN = 500
"""A pairing is certain where every alignment without it is at least so much dearer."""

_UNPAIRED = 10**6  # a row is paired wherever it can be


class Alignment(NamedTuple):
    """Pairings, row to column: the best ones, and those of them that are certain.

    Where several alignments are as good as any, `best` is one of them.
    """

    best: dict[int, int]
    certain: dict[int, int]


class _Most:
    """The most that was put at any place up to one: a Fenwick tree of maxima."""

    def __init__(self, places: int) -> None:
        """Places count from 0; nothing is put yet."""
        self._most = [0] * (places + 1)

    def put(self, place: int, value: int) -> None:
        """Counts for this place and all after it."""
        node = place + 1
        while node < len(self._most):
            self._most[node] = max(self._most[node], value)
            node += node & -node

    def up_to(self, place: int) -> int:
        """0 where nothing was put."""
        most, node = 0, place + 1
        while node:
            most = max(most, self._most[node])
            node &= node - 1
        return most


def align(costs: Sequence[Prices], bare: Sequence[int]) -> Alignment:
    """The cheapest pairings of rows and columns.

    `costs` tells of those that can be, row by row; they do not cross, and none has two partners.
    `bare` is what a column costs without one.
    """
    spared = [
        {column: _UNPAIRED + bare[column] - cost for column, cost in prices.items()}
        for prices in costs
    ]
    cuts = list(_cuts(spared))
    ahead = _chains(spared, [{*cut, *prices} for cut, prices in zip(cuts, spared)], len(bare))
    behind = _chains_behind(spared, cuts, len(bare))
    ways = [
        {column: before[column] + price + after[column + 1] for column, price in prices.items()}
        for before, prices, after in zip(ahead, spared, behind)
    ]
    without = [
        max(before[cut] + after[cut] for cut in row_cuts)
        for before, after, row_cuts in zip(ahead, behind, cuts)
    ]
    best = _best(ways, ahead, spared)
    return Alignment(
        best,
        {row: best[row] for row in best if _is_certain(ways[row], best[row], without[row])},
    )


def _is_certain(ways: Prices, column: int, without: int) -> bool:
    others = (spared for other, spared in ways.items() if other != column)
    return ways[column] - MARGIN >= max([without, *others])


def _cuts(rows: Sequence[Iterable[int]]) -> Iterator[set[int]]:
    """For each row where columns can be parted, so that one part is for the rows before it.

    That is before each column that a later row, too, may have, and after all that earlier ones may.
    """
    last = {column: row for row, columns in enumerate(rows) for column in columns}
    waiting, reach, open_columns = sorted(last, reverse=True), -1, set[int]()
    for row, columns in enumerate(rows):
        while waiting and waiting[-1] <= reach:
            open_columns.add(waiting.pop())
        open_columns = {column for column in open_columns if last[column] > row}
        yield {*open_columns, reach + 1}
        reach = max([reach, *columns])


def _chains(
    rows: Sequence[Prices], asked: Sequence[Iterable[int]], width: int
) -> list[dict[int, int]]:
    """The most that a chain of rows before each one spares, in the columns before those asked."""
    most = _Most(width + 1)
    found = []
    for prices, places in zip(rows, asked):
        found.append({place: most.up_to(place) for place in places})
        chains = {column + 1: most.up_to(column) + price for column, price in prices.items()}
        for place, spared in chains.items():
            most.put(place, spared)
    return found


def _chains_behind(
    rows: Sequence[Prices], cuts: Sequence[Iterable[int]], width: int
) -> list[dict[int, int]]:
    """As `_chains`, of the rows after each one, in the columns from those asked on."""
    mirrored = [
        {width - 1 - column: price for column, price in prices.items()} for prices in rows[::-1]
    ]
    asked = [
        {width - cut for cut in row_cuts} | {*prices}
        for row_cuts, prices in zip(cuts[::-1], mirrored)
    ]
    found = _chains(mirrored, asked, width)
    return [{width - place: spared for place, spared in row.items()} for row in found[::-1]]


def _best(
    ways: Sequence[Prices], ahead: Sequence[Prices], spared: Sequence[Prices]
) -> dict[int, int]:
    """From its first pairing on, the chain that spares most."""
    most = max((way for row in ways for way in row.values()), default=0)
    best: dict[int, int] = {}
    last, so_far = -1, 0
    for row, columns in enumerate(ways):
        for column, way in columns.items():
            if way == most and column > last and ahead[row][column] == so_far:
                best[row], last = column, column
                so_far += spared[row][column]
                break
    return best
