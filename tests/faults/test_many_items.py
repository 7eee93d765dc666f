"""A flood of rows: the exporter's own limiter, which drops and says nothing, is off."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from src.backend.sinks.application_insights import ApplicationInsightsSink
from src.backend.sinks.base import Receipt, Row
from tests.backend.sinks.made_rows import event, moment, span
from tests.insights.stack import running_insights
from tests.integration.stack import connection_string

pytestmark = pytest.mark.slow

EVENTS, SPANS = 12_000, 12_000  # of each kind more than the 10,000 that the limiter lets through


def test_twelve_thousand_items_at_once_all_arrive(tmp_path: Path):
    with running_insights(tmp_path) as insights:
        sink = ApplicationInsightsSink(connection_string(insights.url))
        assert asyncio.run(emit_all(sink, flood())) == Receipt((), [], "")
        events = insights.ask("customEvents | summarize n = count() by operation_ParentId | count")
        spans = insights.ask("union requests, dependencies | summarize n = count() by id | count")
    assert (events, spans) == ([{"Count": EVENTS}], [{"Count": SPANS}])


def flood() -> list[Row]:
    """All at one moment, or the last of them would be in the future."""
    at, end = moment(0), moment(60)
    events = (replace(event(number), at=at) for number in range(EVENTS))
    spans = (replace(span(number), started_at=at, ended_at=end) for number in range(SPANS))
    return [*events, *spans]


async def emit_all(sink: ApplicationInsightsSink, everything: list[Row]) -> Receipt:
    try:
        return await sink.emit(everything)
    finally:
        await sink.close()
