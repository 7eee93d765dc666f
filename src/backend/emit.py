"""Planned emissions in, rows to every sink; which rows are not out, and why, out.

What a sink took is kept in mind until its letter is done with, so that one sink's outage fills no
other with copies.

A metric that a sink refuses is let go: many a time series store takes nothing late and nothing
twice, and the events tell what a job used, too.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from ..model.semconv import EMITTED
from ..shared.errors import SinkRefusedError, SinkUnavailableError
from ..shared.health import Health
from .batch import Planned, RowName
from .pauses import all_of
from .sinks.base import MetricRow, Receipt, Row, Sink, SpanRow

MOST_KEPT_IN_MIND = 100_000  # rows a sink

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a row is not out.

    Attributes:
        error: SinkRefusedError for good, SinkUnavailableError for now.
        passed_at: when that sink last took a row of that kind, this time included; None: never.
        retry_after_seconds: when it wants to be asked again, where it says so.
    """

    error: SinkRefusedError | SinkUnavailableError
    passed_at: datetime | None
    retry_after_seconds: float | None

    @property
    def is_for_good(self) -> bool:
        """Whether trying again is of no use."""
        return isinstance(self.error, SinkRefusedError)


Shortfalls: TypeAlias = dict[int, Shortfall]
"""By the row's `id()`; those that are out at every sink are not in it."""


class Emitter:
    """Sends rows to all sinks."""

    def __init__(self, sinks: Sequence[Sink], health: Health) -> None:
        self._sinks = [_SinkProgress(sink, health) for sink in sinks]

    async def emit(self, planned: Sequence[Planned], now: datetime) -> Shortfalls:
        """Every row to every sink that does not have it yet.

        What one sink may still take outweighs another's refusal.
        """
        named = [pair for p in planned for pair in p.named_rows]
        refused: Shortfalls = {}
        missing: Shortfalls = {}
        for shortfalls in await all_of(sink.emit(named, now) for sink in self._sinks):
            for row, shortfall in shortfalls.items():
                (refused if shortfall.is_for_good else missing)[row] = shortfall
        return refused | missing

    def forget(self, planned: Iterable[Planned]) -> None:
        """These are out and remembered; nobody will ask for them again."""
        names = [name for p in planned for name, _ in p.named_rows]
        for sink in self._sinks:
            sink.forget(names)


def _kind_of(row: Row) -> tuple[type[Row], object]:
    """What a sink may refuse as a whole: a signal, or one sort of its rows.

    That it takes the spans of a job says nothing about the job's event.
    """
    return type(row), row.parent_span_id is None if isinstance(row, SpanRow) else row.name


class _SinkProgress:
    """A sink, and what it took."""

    def __init__(self, sink: Sink, health: Health) -> None:
        self._sink = sink
        self._sink_name = type(sink).__name__
        self._health = health
        self._taken: dict[RowName, None] = {}  # in the order in which they were taken
        self._passed_at: dict[object, datetime] = {}  # by the kind of row
        self._let_go_for = ""

    async def emit(self, named: Sequence[tuple[RowName, Row]], now: datetime) -> Shortfalls:
        lacking = [pair for pair in named if pair[0] not in self._taken]
        if not lacking:
            return {}
        receipt = await self._sink.emit([row for _, row in lacking])
        not_taken = {id(row) for row in (*receipt.missing, *receipt.refused)}
        took = {name: row for name, row in lacking if id(row) not in not_taken}
        if took:
            self._taken.update(dict.fromkeys(took))
            self._passed_at.update((_kind_of(row), now) for row in took.values())
            self._health.count(EMITTED, len(took), self._sink_name)
        return self._shortfalls(receipt)

    def _shortfalls(self, receipt: Receipt) -> Shortfalls:
        refused = SinkRefusedError(receipt.complaint)
        missing = SinkUnavailableError(receipt.complaint)
        wait = receipt.retry_after_seconds
        told = [row for row in receipt.refused if not isinstance(row, MetricRow)]
        self._let_go(len(receipt.refused) - len(told), receipt.complaint)
        return {
            **{id(row): Shortfall(refused, self._last(row), None) for row in told},
            **{id(row): Shortfall(missing, self._last(row), wait) for row in receipt.missing},
        }

    def _let_go(self, metrics: int, complaint: str) -> None:
        """Said once while the reason is the same: there may be rows of many runners a minute."""
        if metrics and complaint != self._let_go_for:
            self._let_go_for = complaint
            told = {"sink": self._sink_name, "metrics": metrics, "error": complaint}
            log.warning("metrics refused", extra=told)

    def _last(self, row: Row) -> datetime | None:
        return self._passed_at.get(_kind_of(row))

    def forget(self, names: Iterable[RowName]) -> None:
        """Also the oldest of too many: what another worker has taken over never comes back here."""
        for name in names:
            self._taken.pop(name, None)
        while len(self._taken) > MOST_KEPT_IN_MIND:
            del self._taken[next(iter(self._taken))]
