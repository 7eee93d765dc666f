import asyncio
import json
import logging
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from src.backend.sinks import application_insights
from src.backend.sinks.application_insights import ApplicationInsightsSink
from src.backend.sinks.base import EventRow, Receipt
from src.backend.sinks.calls import ITEMS_PER_CALL
from src.model.times import format_time, parse_time
from src.shared import azure_exporter
from src.shared.errors import SettingsError
from tests.backend.sinks.ingestion import HANG, HANG_UP, KEY, Endpoint, ingestion
from tests.backend.sinks.made_rows import RUN_SPAN_ID, TRACE_ID, event, metric, moment, rows, span
from tests.insights.stack import Insights, free_port, running_insights

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the sink sets ends with the test; the exporter would keep files in the temp folder."""
    for name in azure_exporter._QUIET:
        monkeypatch.setenv(name, "true")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with ingestion() as endpoint:
        yield endpoint


@asynccontextmanager
async def sink_to(url: str) -> AsyncIterator[ApplicationInsightsSink]:
    sink = ApplicationInsightsSink(f"InstrumentationKey={KEY};IngestionEndpoint={url}/")
    try:
        yield sink
    finally:
        await sink.close()


# --- what arrives -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def insights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Insights]:
    with running_insights(tmp_path_factory.mktemp("insights")) as insights:
        yield insights


async def test_rows_arrive_with_their_ids_times_and_numbers(insights: Insights):
    async with sink_to(insights.url) as sink:
        receipt = await sink.emit([event(7), span(0), span(7, failed=True)])
    assert receipt == Receipt((), [], "")

    [job] = await asyncio.to_thread(insights.ask, "customEvents")
    assert parse_time(job["timestamp"]) == moment(7)
    assert (job["name"], job["cloud_RoleName"], job["operation_Name"]) == (
        "WorkflowJob",
        "acme/rocket",
        "RUN CI",
    )
    assert job["operation_Id"] == f"{TRACE_ID:032x}"
    assert job["operation_ParentId"] == f"{RUN_SPAN_ID + 7:016x}"
    assert job["customDimensions"] == {
        "record_id": "github.com/jobs/7",
        "job_name": "build ü\n'\"",
        "ai.operation.name": "RUN CI",  # the exporter uses it, and leaves it here too
    }
    assert job["customMeasurements"] == {"duration_seconds": 7.25, "revision": 3_000_000}

    [run] = await asyncio.to_thread(insights.ask, "requests")
    [step] = await asyncio.to_thread(insights.ask, "dependencies")
    for number, row in ((0, run), (7, step)):
        assert parse_time(row["timestamp"]) == moment(number), format_time(moment(number))
        assert row["id"] == f"{RUN_SPAN_ID + number:016x}"
        assert row["operation_Id"] == f"{TRACE_ID:032x}"
        assert row["name"] == f"span {number}"
        assert row["customDimensions"] == {"record_id": f"github.com/jobs/{number}"}
        assert row["duration"] == timedelta(minutes=1, milliseconds=number) / timedelta(
            milliseconds=1
        )
    assert step["operation_ParentId"] == run["id"]
    assert (run["success"], step["success"]) in {(True, False), ("True", "False")}


async def test_a_metric_is_an_aggregate_at_the_beginning_of_its_minute(insights: Insights):
    async with sink_to(insights.url) as sink:
        assert await sink.emit([metric(7), metric(8)]) == Receipt((), [], "")

    query = "customMetrics | order by valueSum asc"
    read, later = await asyncio.to_thread(insights.ask, query)
    assert parse_time(read["timestamp"]) == moment(7)
    assert (read["name"], read["cloud_RoleName"]) == ("system.disk.io", "acme/rocket")
    assert [read[f"value{name}"] for name in ("Count", "Sum", "Min", "Max")] == [
        60,
        4103.0,
        0.0,
        1024.5,
    ]
    assert read["customDimensions"] == {
        "record_id": "0000000000000007",
        "job_id": "7",
        "disk.io.direction": "read",
    }
    assert later["valueSum"] == 4104.0


async def test_many_items_go_in_calls_that_the_exporter_does_not_cut(endpoint: Endpoint):
    async with sink_to(endpoint.url) as sink:
        await sink.emit(rows(2 * ITEMS_PER_CALL + 1, spans=ITEMS_PER_CALL + 2, metrics=3))

    assert endpoint.calls == [ITEMS_PER_CALL, ITEMS_PER_CALL, 1, ITEMS_PER_CALL, 2, 3]


async def test_no_rows_are_no_call(endpoint: Endpoint):
    async with sink_to(endpoint.url) as sink:
        await sink.emit([])

    assert endpoint.calls == []


# --- what does not ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 429, 439, 500, 502, 503, 504])
async def test_an_answer_that_is_no_success_is_an_outage_with_its_status(
    endpoint: Endpoint, status: int
):
    endpoint.answer(status)
    sent = rows(2)
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(sent)
    assert ([*receipt.missing], [*receipt.refused]) == (sent, [])
    assert receipt.complaint == f"Application Insights answered {status}"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (206, b""),
        (206, b"<html>"),
        (206, b'{"errors": [{"index": 0}]}'),
        (206, b'{"errors": [{"index": 9, "statusCode": 400}]}'),
        (400, b""),
        (400, b"[1]"),
        (400, b"null"),
        (400, b'{"errors": null}'),
        (400, b'{"errors": [7]}'),
        (206, b'{"errors": [{"index": 0.0, "statusCode": 400}]}'),
        (206, b'{"errors": [{"index": [], "statusCode": 400}]}'),
        (206, b"[" * 100_000),
    ],
)
async def test_an_answer_that_tells_nothing_of_the_items_is_an_outage(
    endpoint: Endpoint, status: int, body: bytes
):
    endpoint.status, endpoint.body = status, body
    sent = rows()
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(sent)
    assert ([*receipt.missing], [*receipt.refused]) == (sent, [])


@pytest.mark.parametrize(
    ("status", "item_statuses", "refused", "missing"),
    [
        (206, [400], [0], []),
        (206, [400, 413], [0, 1], []),
        (400, [400, 400, 400], [0, 1, 2], []),
        (206, [429], [], [0]),
        (206, [400, 500], [0], [1]),
        (206, [503, 413], [1], [0]),
    ],
)
async def test_each_row_that_is_not_taken_is_named(
    endpoint: Endpoint,
    status: int,
    item_statuses: list[int],
    refused: list[int],
    missing: list[int],
):
    endpoint.answer(status, *item_statuses)
    sent = rows(3)
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(sent)
    assert [*receipt.refused] == [sent[i] for i in refused]
    assert [*receipt.missing] == [sent[i] for i in missing]
    assert receipt.complaint == f"Application Insights answered {status}: no good"


async def test_a_metric_that_is_not_taken_is_named(endpoint: Endpoint):
    endpoint.answer(206, 400)
    sent = [metric(number) for number in range(3)]
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(sent)
    assert ([*receipt.refused], [*receipt.missing]) == ([sent[0]], [])


async def test_what_is_too_large_together_goes_by_halves_until_one_stands_alone(
    endpoint: Endpoint,
):
    endpoint.answer(413)
    sent = rows(3)
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(sent)
    assert ([*receipt.refused], [*receipt.missing]) == (sent, [])
    assert endpoint.calls == [3, 1, 2, 1, 1]


async def test_a_row_that_the_exporter_cannot_write_is_refused_alone(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
):
    write = application_insights.log_record

    def cursed(row: EventRow) -> object:
        return write(row) if row.at != moment(1) else 1 / 0

    monkeypatch.setattr(application_insights, "log_record", cursed)
    sent = rows(4)
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(sent)
    assert ([*receipt.refused], [*receipt.missing]) == ([sent[1]], [])
    assert receipt.complaint.startswith("ZeroDivisionError")


@pytest.mark.parametrize(
    ("others", "refused", "missing"), [([], 0, 0), ([400], 1, 0), ([503], 0, 1)]
)
async def test_what_the_resource_samples_out_is_taken(
    endpoint: Endpoint, others: list[int], refused: int, missing: int
):
    sampled = {"index": 2, "statusCode": 206, "message": "Telemetry sampled out."}
    endpoint.answer(206, *others)
    content = json.loads(endpoint.body)
    content["errors"].append(sampled)
    endpoint.body = json.dumps(content).encode()
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(rows(3))
    assert (len(receipt.refused), len(receipt.missing)) == (refused, missing)


@pytest.mark.parametrize("trouble", [HANG, HANG_UP], ids=["hangs", "hangs up"])
async def test_no_answer_is_an_outage(
    endpoint: Endpoint, trouble: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(application_insights, "READ_TIMEOUT_SECONDS", 0.2)
    endpoint.status = trouble
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(rows())
    assert (len(receipt.missing), receipt.complaint) == (1, "Application Insights did not answer")
    assert endpoint.calls == [1], "asked once: the queue does the retrying"


async def test_nobody_there_is_an_outage():
    async with sink_to(f"http://127.0.0.1:{free_port()}") as sink:
        receipt = await sink.emit(rows())
    assert (len(receipt.missing), receipt.complaint) == (1, "Application Insights did not answer")


async def test_a_sink_works_again_after_an_outage(endpoint: Endpoint):
    async with sink_to(endpoint.url) as sink:
        endpoint.answer(503)
        missing = (await sink.emit(rows(2))).missing
        endpoint.answer(200)
        assert await sink.emit(missing) == Receipt((), [], "")

    assert endpoint.calls == [2, 2]


async def test_what_comes_after_a_failed_call_is_not_tried_and_not_forgotten(endpoint: Endpoint):
    endpoint.answer(500)
    sent = rows(ITEMS_PER_CALL + 1, spans=1)
    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(sent)

    assert endpoint.calls == [ITEMS_PER_CALL]
    assert [*receipt.missing] == sent


def names_below(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*")]


async def test_nothing_is_kept_on_disk(endpoint: Endpoint, tmp_path: Path):
    async with sink_to(endpoint.url) as sink:
        await sink.emit(rows())
        endpoint.answer(206, 429)
        assert (await sink.emit(rows(2))).missing

    assert names_below(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "item_statuses"), [(200, []), (206, [400]), (401, []), (500, [])]
)
async def test_nothing_of_a_row_is_logged(
    endpoint: Endpoint, status: int, item_statuses: list[int], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    endpoint.answer(status, *item_statuses)
    async with sink_to(endpoint.url) as sink:
        await sink.emit([event(job_name="hunter2")])

    said = " ".join(str(vars(record)) + record.getMessage() for record in caplog.records)
    assert "hunter2" not in said
    assert KEY not in said


# --- where to -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["hunter2", "InstrumentationKey=hunter2", "IngestionEndpoint=http://hunter2/", ";=;"]
)
def test_a_wrong_connection_string_is_named_and_not_shown(text: str):
    with pytest.raises(SettingsError, match="APPLICATIONINSIGHTS_CONNECTION_STRING") as caught:
        ApplicationInsightsSink(text)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("status", [402, 429, 439, 503])
async def test_it_says_when_to_ask_again(endpoint: Endpoint, status: int):
    endpoint.answer(status)
    endpoint.retry_after = "17"

    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit(rows(2))

    assert (len(receipt.missing), receipt.retry_after_seconds) == (2, 17.0)


async def test_of_some_rows_too(endpoint: Endpoint):
    endpoint.answer(206, 429)
    endpoint.retry_after = "17"

    async with sink_to(endpoint.url) as sink:
        receipt = await sink.emit([event(1), event(2)])

    assert (len(receipt.missing), receipt.retry_after_seconds) == (1, 17.0)
