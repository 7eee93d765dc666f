"""Rows with nothing behind them, numbered."""

from datetime import UTC, datetime, timedelta

from src.backend.sinks.base import EventRow, MetricRow, Row, SpanRow

NOW = datetime.now(UTC)
TRACE_ID = 0x00F0_0000_0000_0000_0000_0000_0000_0001
RUN_SPAN_ID = 0x0A00_0000_0000_0001


def moment(number: int) -> datetime:
    """Past and to the microsecond, another for each number."""
    return NOW - timedelta(hours=1) + timedelta(seconds=number, microseconds=number)


def event(number: int = 0, **properties: str) -> EventRow:
    return EventRow(
        name="WorkflowJob",
        at=moment(number),
        trace_id=TRACE_ID,
        span_id=RUN_SPAN_ID + number,
        operation="RUN CI",
        role="acme/rocket",
        properties={
            "record_id": f"github.com/jobs/{number}",
            "job_name": "build ü\n'\"",
            **properties,
        },
        measurements={"duration_seconds": number + 0.25, "revision": 3_000_000},
    )


def span(number: int = 0, *, failed: bool = False) -> SpanRow:
    """Number 0 is the run."""
    return SpanRow(
        name=f"span {number}",
        trace_id=TRACE_ID,
        span_id=RUN_SPAN_ID + number,
        parent_span_id=RUN_SPAN_ID if number else None,
        started_at=moment(number),
        ended_at=moment(number) + timedelta(minutes=1, milliseconds=number),
        failed=failed,
        role="acme/rocket",
        attributes={"record_id": f"github.com/jobs/{number}"},
    )


def metric(number: int = 0) -> MetricRow:
    return MetricRow(
        name="system.disk.io",
        unit="By",
        started_at=moment(number),
        ended_at=moment(number) + timedelta(minutes=1),
        count=60,
        sum=4096.0 + number,
        min=0.0,
        max=1024.5,
        record_id=f"{number:016x}",
        role="acme/rocket",
        properties={"job_id": "7", "disk.io.direction": "read"},
    )


def rows(events: int = 1, spans: int = 0, metrics: int = 0) -> list[Row]:
    return [
        *(event(n) for n in range(events)),
        *(span(n) for n in range(spans)),
        *(metric(n) for n in range(metrics)),
    ]
