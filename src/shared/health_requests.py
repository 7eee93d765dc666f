"""Answers and how long they took in; a share of them out as spans, which become requests.

Made by hand when the answer is out: a span that nobody samples costs the webhook nothing.
"""

import time
from collections.abc import Sequence
from random import random

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from ..model.semconv import ANSWER_DURATION

LONGEST_QUEUE = 512  # spans that wait; what is more is dropped
FAULT = "5"  # what the status of an answer that is our fault begins with

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class RequestSpans:
    """Tells of so many of all requests, chosen at random; each stands for 1/ratio of them."""

    def __init__(self, ratio: float, resource: Resource, exporters: Sequence[SpanExporter]) -> None:
        self._ratio = ratio
        self._resource = resource
        self._ids = RandomIdGenerator()
        self._processors = [
            BatchSpanProcessor(exporter, max_queue_size=LONGEST_QUEUE, max_export_batch_size=128)
            for exporter in exporters
        ]

    def tell(self, name: str, seconds: float, status: str) -> None:
        """One duration; only those of answers are requests."""
        if name != ANSWER_DURATION or random() >= self._ratio:  # noqa: S311 -- no secret
            return
        span = self._span(seconds, status)
        for processor in self._processors:
            processor.on_end(span)

    def stop(self) -> None:
        """Send what waits."""
        for processor in self._processors:
            processor.shutdown()  # type: ignore[no-untyped-call]

    def _span(self, seconds: float, status: str) -> ReadableSpan:
        ended_at = time.time_ns()
        ids = self._ids.generate_trace_id(), self._ids.generate_span_id()
        return ReadableSpan(
            name="POST /webhook",
            context=SpanContext(*ids, is_remote=False, trace_flags=_SAMPLED),
            resource=self._resource,
            # The last is Azure's: how many rows a row stands for.
            attributes={
                "http.request.method": "POST",
                "http.response.status_code": int(status),
                "url.path": "/webhook",
                "_MS.sampleRate": 100 * self._ratio,
            },
            kind=SpanKind.SERVER,
            status=Status(StatusCode.ERROR if status.startswith(FAULT) else StatusCode.UNSET),
            start_time=ended_at - int(seconds * 1e9),
            end_time=ended_at,
        )
