import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from src.backend.batch import Letter, Planned
from src.backend.decide import Known, decide
from src.backend.emit import Emitter
from src.backend.sinks.base import EventRow, MetricRow, Receipt, Row, SpanRow
from src.model.semconv import EMITTED
from src.shared.errors import SinkRefusedError, SinkUnavailableError
from src.shared.health import Health
from tests.backend.bodies import arrival_of, job_body
from tests.backend.sinks.made_rows import event, metric

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class PickySink:
    """Refuses metrics, and misses what it is told to."""

    def __init__(self, *missing: type[Row], refused: type[Row] = MetricRow) -> None:
        self.missing = missing
        self.refused = refused
        self.asked: list[Row] = []

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        self.asked += rows
        missing = [row for row in rows if isinstance(row, self.missing)]
        refused = [row for row in rows if isinstance(row, self.refused)]
        return Receipt(missing, refused, "too late")

    async def close(self) -> None:
        """Nothing is open."""


def planned(*rows: Row) -> Planned:
    arrival = arrival_of(job_body())
    [emission] = decide(arrival, Known())
    return Planned(Letter(arrival.event, NOW, arrival), arrival.subject, emission, rows)


async def test_a_metric_that_is_refused_is_let_go_and_said(caplog: pytest.LogCaptureFixture):
    health, sink = Health(), PickySink()
    of_job, *metrics = rows = [event(), metric(1), metric(2)]

    with caplog.at_level(logging.WARNING, "src.backend.emit"):
        emitter = Emitter([sink], health)
        shortfalls = await emitter.emit([planned(*rows)], NOW)
        assert (shortfalls, sink.asked) == ({}, [of_job, *metrics])
        await emitter.emit([planned(metric(3))], NOW)

    assert health.counts[EMITTED, "PickySink"] == 1
    [said] = caplog.records
    assert (said.getMessage(), vars(said)["metrics"], vars(said)["error"]) == (
        "metrics refused",
        2,
        "too late",
    )


async def test_an_event_that_is_refused_is_not_let_go():
    rows = [event(), metric()]
    emitter = Emitter([PickySink(refused=EventRow)], Health())

    shortfalls = await emitter.emit([planned(*rows)], NOW)

    assert shortfalls.keys() == {id(rows[0])}
    assert isinstance(shortfalls[id(rows[0])].error, SinkRefusedError)


async def test_a_metric_that_is_missing_is_waited_for():
    rows = [event(), metric()]
    emitter = Emitter([PickySink(MetricRow, refused=SpanRow)], Health())

    shortfalls = await emitter.emit([planned(*rows)], NOW)

    assert shortfalls.keys() == {id(rows[1])}
    assert isinstance(shortfalls[id(rows[1])].error, SinkUnavailableError)
