"""A session's batches, spans and marks in; its four logs, for people and for awk, out.

Three are CSV with a head: `timestamp` is in seconds since 1970, a MB is 1024 * 1024 bytes, bytes
count since the session's first sample, what is unknown is empty. The fourth is the story of it.
"""

from __future__ import annotations

from ...analysis.build_document import iso
from ...model.printable import printable
from ...model.samples import NETWORK_RECEIVED_BYTES, NETWORK_SENT_BYTES
from ..marks import DONE, END, FAILURE, FINAL, INIT, SAVED, STAGE, START
from .build_session import memory_seen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Optional

    from ...analysis.timeline import Step
    from ...model.samples import Batch
    from ..marks import Mark
    from ..spans import Span

    Row = Sequence[object]

_COUNTERS = (NETWORK_RECEIVED_BYTES, NETWORK_SENT_BYTES)
_EVENTS = {
    INIT: "began {name} {version}",
    START: "step {name} began",
    END: "step {name} ended: {status}",
    STAGE: "stage {name} began",
    DONE: "stage {name} ended: {status}",
    FAILURE: "stage {name} failed: {reason}",
    SAVED: "saved as the baseline of later builds",
    FINAL: "finalized",
}


def memory_log(batches: Iterable[Batch]) -> str:
    """`timestamp,memory_mb`: every sample, of what limits the job, or else of the machine."""
    return _csv(("timestamp", "memory_mb"), memory_seen(batches))


def network_log(batches: Sequence[Batch]) -> str:
    """`timestamp,bytes_downloaded,bytes_uploaded`: of all interfaces that lead out, so far."""
    return _csv(("timestamp", "bytes_downloaded", "bytes_uploaded"), _network_rows(batches))


def stages_log(spans: Iterable[tuple[Step, Span]]) -> str:
    """`name,status,start_time,end_time,duration,message`: a stage or step a line."""
    heads = ("name", "status", "start_time", "end_time", "duration", "message")
    return _csv(heads, (_stage_row(step, span) for step, span in spans))


def telemetry_log(
    marks: Iterable[Mark], when_ms: Callable[[Mark], int], figures: Mapping[str, object]
) -> str:
    """A line an event, then a line for each of the figures that sum it up.

    2026-01-24T12:00:00+00:00 stage compile ended: success, 3 warnings
    peak_memory_mb: 2048
    """
    events = (f"{iso(when_ms(mark))} {_event(mark)}\n" for mark in marks)
    known = (f"{name}: {_said(value)}\n" for name, value in figures.items())
    return "".join((*events, *known))


def _network_rows(batches: Sequence[Batch]) -> Iterable[Row]:
    times = [time_ms // 1000 for batch in batches for time_ms in batch.time_ms]
    return zip(times, *(_since_the_first(_counts(batches, name)) for name in _COUNTERS))


def _counts(batches: Iterable[Batch], name: str) -> Iterator[Optional[int]]:
    for batch in batches:
        yield from batch.columns.get(name) or [None] * len(batch.time_ms)


def _since_the_first(counts: Iterable[Optional[int]]) -> Iterator[Optional[int]]:
    """A counter that has fallen began anew with the machine."""
    total, before = 0, None
    for count in counts:
        if count is None:
            yield None
            continue
        total += 0 if before is None else max(0, count - before)
        before = count
        yield total


def _stage_row(step: Step, span: Span) -> Row:
    start_ms, end_ms = step.start_ms, step.end_ms
    told = span.end.more if span.end else {}
    return (
        step.name,
        span.status,
        None if start_ms is None else iso(start_ms),
        None if end_ms is None else iso(end_ms),
        None if start_ms is None or end_ms is None else (end_ms - start_ms) / 1000,
        told.get("message") or told.get("reason"),
    )


def _event(mark: Mark) -> str:
    """On one line, whatever was told."""
    words = {"name": mark.name, "version": "", "status": "success", "reason": "", **mark.more}
    told = _EVENTS.get(mark.kind, mark.kind).format_map(words).rstrip()
    message = f", {words['message']}" if "message" in words else ""
    code = f" (code {words['code']})" if "code" in words else ""
    return printable(f"{told}{message}{code}")


def _said(figure: object) -> str:
    if isinstance(figure, list):
        return ", ".join(map(str, figure)) or "none"
    return "unknown" if figure is None else str(figure) or "none"


def _csv(heads: Row, rows: Iterable[Row]) -> str:
    """A line a row: what would break it is replaced."""
    from csv import writer
    from io import StringIO

    text = StringIO()
    lines = writer(text, lineterminator="\n")
    lines.writerow(heads)
    lines.writerows([printable(v) if isinstance(v, str) else v for v in row] for row in rows)
    return text.getvalue()
