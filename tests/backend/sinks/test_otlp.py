import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_DELTA,
    HistogramDataPoint,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from src.backend.sinks.base import Receipt, Row
from src.backend.sinks.calls import ITEMS_PER_CALL
from src.backend.sinks.otlp import OtlpSink
from src.shared.errors import SettingsError
from tests.backend.sinks.made_rows import RUN_SPAN_ID, TRACE_ID, event, metric, moment, rows, span
from tests.backend.sinks.otlp_receiver import Item, Receiver, Verdict, otlp_receiver
from tests.insights.stack import free_port

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with otlp_receiver() as receiver:
        yield receiver


@asynccontextmanager
async def sink_to(url: str, headers: str = "", **options: Any) -> AsyncIterator[OtlpSink]:
    sink = OtlpSink(url, headers, **options)
    try:
        yield sink
    finally:
        await sink.close()


def attributes_of(item: Item) -> dict[str, str | float]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value") or "") for a in item.attributes}


def in_microseconds(nanoseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1000)


# --- what arrives -------------------------------------------------------------------------------


async def test_an_event_is_a_log_record_with_texts_and_numbers(receiver: Receiver):
    async with sink_to(receiver.url) as sink:
        assert await sink.emit([event(7)]) == Receipt((), [], "")

    [(service, record)] = receiver.logs
    assert service == "acme/rocket"
    assert (record.event_name, record.body.string_value) == ("WorkflowJob", "WorkflowJob")
    assert (record.trace_id.hex(), record.span_id.hex()) == (
        f"{TRACE_ID:032x}",
        f"{RUN_SPAN_ID + 7:016x}",
    )
    assert in_microseconds(record.time_unix_nano) == moment(7)
    assert attributes_of(record) == {
        "record_id": "github.com/jobs/7",
        "job_name": "build ü\n'\"",
        "duration_seconds": 7.25,
        "revision": 3_000_000.0,
    }
    assert {a.value.WhichOneof("value") for a in record.attributes} == {
        "string_value",
        "double_value",
    }


async def test_a_run_and_its_step_are_spans_with_their_times_and_kinship(receiver: Receiver):
    async with sink_to(receiver.url) as sink:
        await sink.emit([span(0), span(7, failed=True)])

    [(service, run), (_, step)] = receiver.spans
    assert service == "acme/rocket"
    assert (run.kind, step.kind) == (Span.SPAN_KIND_SERVER, Span.SPAN_KIND_INTERNAL)
    assert (run.status.code, step.status.code) == (
        Status.STATUS_CODE_UNSET,
        Status.STATUS_CODE_ERROR,
    )
    assert (run.parent_span_id, step.parent_span_id) == (b"", run.span_id)
    assert run.trace_id == step.trace_id == TRACE_ID.to_bytes(16)
    assert step.name == "span 7"
    assert in_microseconds(step.start_time_unix_nano) == moment(7)
    assert step.end_time_unix_nano - step.start_time_unix_nano == 60_007_000_000
    assert attributes_of(step) == {"record_id": "github.com/jobs/7"}


async def test_metrics_are_histograms_of_their_minutes_without_buckets(receiver: Receiver):
    written = replace(metric(8), properties={"disk.io.direction": "write"})
    async with sink_to(receiver.url) as sink:
        sent = [metric(7), written, replace(metric(9), name="other", unit="1")]
        assert await sink.emit(sent) == Receipt((), [], "")

    (service, disk), (_, other) = receiver.metrics
    assert (service, disk.name, disk.unit) == ("acme/rocket", "system.disk.io", "By")
    assert (other.name, other.unit) == ("other", "1")
    assert disk.histogram.aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA
    first, second = disk.histogram.data_points
    assert (first.count, first.sum, first.min, first.max) == (60, 4103.0, 0.0, 1024.5)
    assert in_microseconds(first.start_time_unix_nano) == moment(7)
    assert first.time_unix_nano - first.start_time_unix_nano == 60_000_000_000
    assert [*first.bucket_counts, *first.explicit_bounds] == []
    assert attributes_of(first) == {"job_id": "7", "disk.io.direction": "read"}
    assert attributes_of(second) == {"disk.io.direction": "write"}


async def test_of_metrics_too_those_that_are_rejected_are_found(receiver: Receiver):
    def judge(items: Sequence[Any]) -> Verdict:
        return Verdict(rejected=sum(point.sum == 4096.0 for point in items), why="too late")

    receiver.judge = judge
    sent = [metric(number) for number in range(4)]
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit(sent)

    assert ([*receipt.refused], [*receipt.missing]) == ([sent[0]], [])
    assert receipt.complaint == "the OTLP endpoint answered 200: too late"


async def test_a_collector_without_metrics_refuses_them_at_once_and_takes_the_rest(
    receiver: Receiver,
):
    def judge(items: Sequence[Any]) -> Verdict:
        return Verdict(status=404 if isinstance(items[0], HistogramDataPoint) else 200)

    receiver.judge = judge
    metrics = [metric(number) for number in range(3)]
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit([event(), *metrics])

    assert receipt == Receipt((), metrics, "the OTLP endpoint takes no metrics")
    assert receiver.calls == [1, 3]


async def test_where_the_path_of_events_is_unknown_they_wait(receiver: Receiver):
    receiver.judge = lambda _: Verdict(status=404)
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit([event(), metric()])

    assert (len(receipt.missing), receipt.complaint) == (2, "the OTLP endpoint answered 404")


async def test_rows_of_several_repositories_are_several_services(receiver: Receiver):
    other = replace(event(2), role="acme/orders")
    async with sink_to(receiver.url) as sink:
        await sink.emit([event(1), other, event(3)])

    assert [service for service, _ in receiver.logs] == ["acme/rocket"] * 2 + ["acme/orders"]
    assert receiver.calls == [3]


@pytest.mark.parametrize("compress", [False, True])
async def test_headers_go_along_and_bodies_are_compressed_where_told(
    receiver: Receiver, *, compress: bool
):
    headers = "api-key=a%20b%2Cc, x-team = ci"
    async with sink_to(f"{receiver.url}/", headers, compress=compress) as sink:
        await sink.emit(rows(1, spans=1))

    assert len(receiver.logs) == len(receiver.spans) == 1
    for sent in receiver.headers:
        assert (sent["api-key"], sent["x-team"]) == ("a b,c", "ci")
        assert sent["content-type"] == "application/x-protobuf"
        assert sent.get("content-encoding") == ("gzip" if compress else None)


async def test_many_items_go_in_several_calls(receiver: Receiver):
    async with sink_to(receiver.url) as sink:
        await sink.emit(rows(2 * ITEMS_PER_CALL + 1, spans=ITEMS_PER_CALL + 2))

    assert receiver.calls == [ITEMS_PER_CALL, ITEMS_PER_CALL, 1, ITEMS_PER_CALL, 2]


async def test_no_rows_are_no_call(receiver: Receiver):
    async with sink_to(receiver.url) as sink:
        assert await sink.emit([]) == Receipt((), [], "")

    assert receiver.calls == []


# --- what does not ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 429, 500, 502, 503, 504])
async def test_an_answer_that_says_nothing_of_the_rows_is_an_outage(
    receiver: Receiver, status: int
):
    receiver.judge = lambda _: Verdict(status, headers={"Location": "/elsewhere"})
    sent = rows(2, spans=1)
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit(sent)
    assert ([*receipt.missing], [*receipt.refused]) == (sent, [])
    assert receipt.complaint == f"the OTLP endpoint answered {status}"
    assert receiver.calls == [2], "asked once: the queue does the retrying"


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("7", 7, 7),
        ("soon", None, None),
        ("", None, None),
        (format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True), 3000, 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
    ids=["seconds", "no time", "nothing", "a date", "a date that is past"],
)
async def test_when_to_ask_again_is_told(
    receiver: Receiver, text: str, least: float | None, most: float | None
):
    receiver.judge = lambda _: Verdict(429, headers={"Retry-After": text})
    async with sink_to(receiver.url) as sink:
        after = (await sink.emit(rows(1, spans=1))).retry_after_seconds
    if least is None or most is None:
        assert after is None
    else:
        assert after is not None
        assert least <= after <= most


@pytest.mark.parametrize("body", [b"<html>", b'{"partialSuccess": {}}'])
async def test_a_success_that_is_no_receipt_is_an_outage(receiver: Receiver, body: bytes):
    receiver.judge = lambda _: Verdict(body=body)
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit(rows())
    assert len(receipt.missing) == 1
    assert receipt.complaint == "the OTLP endpoint answered 200, but not in OTLP"


async def test_a_success_without_a_body_is_one(receiver: Receiver):
    receiver.judge = lambda _: Verdict(body=b"")
    async with sink_to(receiver.url) as sink:
        assert await sink.emit(rows(2)) == Receipt((), [], "")


@pytest.mark.parametrize("why", ["some field was odd", ""])
async def test_a_warning_without_a_rejection_is_a_success(receiver: Receiver, why: str):
    receiver.judge = lambda _: Verdict(why=why)
    async with sink_to(receiver.url) as sink:
        assert await sink.emit(rows(2)) == Receipt((), [], "")


async def test_no_answer_in_time_is_an_outage(receiver: Receiver):
    receiver.judge = lambda _: Verdict(hang=True)
    async with sink_to(receiver.url, timeout_seconds=0.2) as sink:
        receipt = await sink.emit(rows(1, spans=1))
    assert len(receipt.missing) == 2
    assert receipt.complaint == "the OTLP endpoint did not answer: TimeoutError"
    assert receiver.calls == [1]


async def test_nobody_there_is_an_outage():
    async with sink_to(f"http://127.0.0.1:{free_port()}") as sink:
        receipt = await sink.emit(rows())
    assert (len(receipt.missing), receipt.complaint) == (
        1,
        "the OTLP endpoint did not answer: ConnectError",
    )


async def test_a_sink_works_again_after_an_outage(receiver: Receiver):
    async with sink_to(receiver.url) as sink:
        receiver.judge = lambda _: Verdict(503)
        missing = (await sink.emit(rows(2))).missing
        receiver.judge = lambda _: Verdict()
        assert await sink.emit(missing) == Receipt((), [], "")


def numbers_of(items: Sequence[Item]) -> list[int]:
    return [int(str(attributes_of(item)["record_id"]).rpartition("/")[2]) for item in items]


def rejecting(*numbers: int) -> Callable[[Sequence[Item]], Verdict]:
    """These are rejected and the others of their call are taken, as OTLP has it."""

    def judge(items: Sequence[Item]) -> Verdict:
        bad = [number for number in numbers_of(items) if number in numbers]
        return Verdict(rejected=len(bad), why=f"odd:\n{bad}" if bad else "")

    return judge


def turning_down(status: int, *numbers: int) -> Callable[[Sequence[Item]], Verdict]:
    """A call with any of these is turned down as a whole."""
    return lambda items: Verdict(status if set(numbers_of(items)) & set(numbers) else 200)


@pytest.mark.parametrize("kind", ["events", "spans"])
@pytest.mark.parametrize(
    ("bad", "calls"),
    [
        ([0], [8, 4, 2, 1]),  # the other halves are known to be taken
        ([7], [8, 4, 4, 2, 2, 1, 1]),
        ([0, 7], [8, 4, 2, 1, 4, 2, 2, 1, 1]),
        ([2, 3], [8, 4, 2, 2]),
        (list(range(8)), [8]),
    ],
    ids=str,
)
async def test_what_a_partial_success_rejects_is_found_by_halves(
    receiver: Receiver, kind: str, bad: list[int], calls: list[int]
):
    receiver.judge = rejecting(*bad)
    sent = rows(8) if kind == "events" else rows(0, spans=8)
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit(sent)
    assert [*receipt.refused] == [sent[number] for number in bad]
    assert [*receipt.missing] == []
    assert receipt.complaint.startswith("the OTLP endpoint answered 200: odd: [")
    assert receiver.calls == calls


@pytest.mark.parametrize("status", [400, 413])
async def test_what_spoils_a_call_is_found_by_halves(receiver: Receiver, status: int):
    receiver.judge = turning_down(status, 1, 6)
    sent = rows(8)
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit(sent)
    assert [*receipt.refused] == [sent[1], sent[6]]
    assert [*receipt.missing] == []
    assert receipt.complaint == f"the OTLP endpoint answered {status}"
    assert sorted(numbers_of([record for _, record in receiver.logs])) == [0, 2, 3, 4, 5, 7]


async def test_an_outage_while_the_bad_one_is_looked_for_leaves_nothing_out(receiver: Receiver):
    answers = iter([Verdict(400), Verdict(), Verdict(503)])
    receiver.judge = lambda _: next(answers)
    sent = rows(4, spans=1)
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit(sent)
    assert [*receipt.missing] == sent[2:]
    assert receiver.calls == [4, 2, 2]


@pytest.mark.parametrize("rejected", [9, 1 << 40])
async def test_a_count_that_cannot_be_is_not_believed(receiver: Receiver, rejected: int):
    receiver.judge = lambda items: Verdict(rejected=rejected if len(items) > 1 else 0)
    async with sink_to(receiver.url) as sink:
        assert await sink.emit(rows(4)) == Receipt((), [], "")

    assert receiver.calls == [4, 2, 1, 1, 2, 1, 1]


async def test_a_row_that_protobuf_cannot_write_is_refused_alone(receiver: Receiver):
    sent: list[Row] = [event(0), event(1, branch="\ud800"), event(2)]
    async with sink_to(receiver.url) as sink:
        receipt = await sink.emit(sent)
    assert ([*receipt.refused], [*receipt.missing]) == ([sent[1]], [])
    assert "cannot be written" in receipt.complaint
    assert len(receiver.logs) == 2


async def test_nothing_of_a_row_or_a_header_is_logged(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    for verdict in (Verdict(), Verdict(503), Verdict(400)):
        receiver.judge = lambda _, verdict=verdict: verdict
        async with sink_to(receiver.url, "api-key=hunter2") as sink:
            await sink.emit([event(job_name="hunter3")])

    said = " ".join(str(vars(record)) + record.getMessage() for record in caplog.records)
    assert "hunter" not in said


# --- where to -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint", ["hunter2", "localhost:4318", "ftp://hunter2", "http://", "h\0"]
)
def test_a_wrong_endpoint_is_named_and_not_shown(endpoint: str):
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT") as caught:
        OtlpSink(endpoint)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "headers", ["hunter2", "=hunter2", "a=hunter2%0d%0ab", "a=hunter2,b", "ä=1"]
)
def test_wrong_headers_are_named_and_not_shown(headers: str):
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_HEADERS") as caught:
        OtlpSink("http://localhost:4318", headers)
    assert "hunter2" not in str(caught.value)
