import gzip
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.insights.ingestion import (
    MAX_BODY_BYTES,
    NEWEST,
    OLDEST,
    BadBodyError,
    decompress,
    ingest,
)
from src.insights.tables import TABLES
from tests.insights.items import NOW, body, item

MOMENT = timedelta(milliseconds=1)


def only_row(table: str, *items: dict[str, object]):
    ingested = ingest(body(*items), NOW)
    assert ingested.refusals == []
    (row,) = ingested.rows[table]
    return row


def refusal(sent: object) -> str:
    ingested = ingest(body(sent), NOW)
    assert (ingested.status, ingested.rows) == (400, {})
    return ingested.refusals[0].message


def test_an_event_keeps_properties_measurements_and_tags():
    row = only_row(
        "customEvents",
        item(content={"properties": {"a": "b"}, "measurements": {"seconds": 1.5}}),
    )
    assert row["name"] == "E"
    assert json.loads(row["customDimensions"]) == {"a": "b"}
    assert json.loads(row["customMeasurements"]) == {"seconds": 1.5}
    assert row["cloud_RoleName"] == "worker"
    assert row["operation_Id"] == "0" * 31 + "1"
    assert row["timestamp"] == NOW.replace(tzinfo=None)


def test_a_time_with_an_offset_is_stored_in_utc():
    sent = item(time="2026-03-01T13:30:00.1234567+02:00")
    assert only_row("customEvents", sent)["timestamp"] == datetime(  # noqa: DTZ001 -- as stored
        2026, 3, 1, 11, 30, 0, 123456
    )


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0.00:00:00.000", 0),
        ("00:00:01.5", 1500),
        ("0.00:00:00.0000001", 0.0001),
        ("1.03:46:40.000", 100_000_000),
        ("35.23:59:59.999", 3_110_399_999),
    ],
)
def test_durations_are_milliseconds(text: str, milliseconds: float):
    sent = item("RequestData", {"id": "1", "duration": text, "responseCode": "0", "success": True})
    row = only_row("requests", sent)
    assert row["duration"] == pytest.approx(milliseconds)
    assert row["success"] == "True"


@pytest.mark.parametrize("text", ["", "1 s", "24:00:00", "00:60:00", "1:2", "٠٠:٠٠:٠١"])  # noqa: RUF001
def test_what_is_no_duration_is_refused(text: str):
    sent = item("RemoteDependencyData", {"duration": text, "success": False})
    assert "duration" in refusal(sent)


def test_metrics_become_a_row_a_point():
    points = [
        {"name": "h", "value": 8, "count": 2, "min": 3, "max": 5},
        {"name": "c", "value": 2},
    ]
    ingested = ingest(body(item("MetricData", {"metrics": points})), NOW)
    columns = ("name", "value", "valueCount", "valueSum", "valueMin", "valueMax")
    rows = [tuple(row[c] for c in columns) for row in ingested.rows["customMetrics"]]
    assert rows == [("h", 8, 2, 8, 3, 5), ("c", 2, 1, 2, 2, 2)]
    assert ingested.answer["itemsAccepted"] == 1


def test_an_exception_keeps_its_chain():
    chain = [{"typeName": "Outer", "message": "o"}, {"typeName": "Inner", "message": "i"}]
    row = only_row("exceptions", item("ExceptionData", {"exceptions": chain, "severityLevel": 3}))
    assert (row["type"], row["innermostMessage"], row["severityLevel"]) == ("Outer", "i", 3)
    assert [one["typeName"] for one in json.loads(row["details"])] == ["Outer", "Inner"]


@pytest.mark.parametrize(("level", "number"), [(2, 2), ("Warning", 2), (None, None)])
def test_severity_is_a_number_however_it_is_written(level: int | str | None, number: int | None):
    row = only_row("traces", item("MessageData", {"message": "m", "severityLevel": level}))
    assert row["severityLevel"] == number


def test_sampling_is_counted():
    assert only_row("customEvents", item(sampleRate=25))["itemCount"] == 4


def test_every_column_that_is_written_exists():
    kinds = {
        "EventData": {},
        "MessageData": {"message": "m"},
        "RequestData": {"duration": "00:00:01", "responseCode": "0"},
        "RemoteDependencyData": {"duration": "00:00:01"},
        "MetricData": {"metrics": [{"name": "m", "value": 1}]},
        "ExceptionData": {"exceptions": [{"typeName": "T"}]},
    }
    ingested = ingest(body(*(item(kind, content) for kind, content in kinds.items())), NOW)
    assert ingested.rows.keys() == TABLES.keys()
    for table, (row,) in ingested.rows.items():
        assert row.keys() <= TABLES[table].keys()


def test_keys_over_150_go_and_longer_values_and_names_are_cut():
    properties = {"k" * 150: "v" * 8193, "k" * 151: "v"}
    measurements = {"m" * 150: 1, "m" * 151: 2}
    row = only_row(
        "customEvents",
        item(content={"name": "n" * 1025, "properties": properties, "measurements": measurements}),
    )
    assert json.loads(row["customDimensions"]) == {"k" * 150: "v" * 8192}
    assert json.loads(row["customMeasurements"]) == {"m" * 150: 1}
    assert row["name"] == "n" * 1024


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (item(at=NOW - OLDEST - MOMENT), "Field 'time' on type 'Envelope' is older"),
        (item(at=NOW + NEWEST + MOMENT), "Field 'time' on type 'Envelope' is newer"),
        (item(time="yesterday"), "not a valid time string"),
        (item(time=None), "Field 'time' on type 'Envelope' is required"),
        (item(iKey="mine"), "Invalid instrumentation key"),
        (item(iKey=None), "Field 'iKey' on type 'Envelope' is required"),
        (item(data=None), "data"),
        (item("PageViewData"), "PageViewData"),
        (item(content={"name": ""}), "Field 'name' on type 'EventData' is required"),
        (item(content={"name": 5}), "Expected `str"),
        (item("MetricData"), "metrics"),
        (item("ExceptionData", {"exceptions": []}), "exceptions"),
        (item("MessageData", {"message": "m", "severityLevel": "loud"}), "severityLevel"),
        (item("MetricData", {"metrics": [{"name": "m", "value": 1, "count": 2**31}]}), "int"),
        (item(sampleRate=1e-300), "sampleRate"),
        (item(content={"properties": {str(n): "v" * 8000 for n in range(9)}}), "65536"),
        ([], "Expected `object`"),
        (None, "Expected `object`"),
    ],
)
def test_an_item_out_of_bounds_is_refused_by_name(sent: object, reason: str):
    assert reason in refusal(sent)


@pytest.mark.parametrize("at", [NOW - OLDEST, NOW + NEWEST])
def test_the_bounds_themselves_are_taken(at: datetime):
    assert ingest(body(item(at=at)), NOW).status == 200


def test_one_bad_item_does_not_harm_its_neighbours():
    ingested = ingest(body(item(), item(iKey="x"), item()), NOW)
    assert ingested.status == 206
    assert len(ingested.rows["customEvents"]) == 2
    assert ingested.answer == {
        "itemsReceived": 3,
        "itemsAccepted": 2,
        "errors": [{"index": 1, "statusCode": 400, "message": "Invalid instrumentation key"}],
    }


def test_lines_are_as_good_as_an_array():
    lines = b"\n".join(json.dumps(item()).encode() for _ in range(3)) + b"\n"
    assert len(ingest(lines, NOW).rows["customEvents"]) == 3


@pytest.mark.parametrize("garbage", [b"[", b"nonsense", b"\xff\xfe", b'[{"a":}]', b"[1] 2"])
def test_what_is_no_json_is_refused_whole(garbage: bytes):
    with pytest.raises(BadBodyError) as refused:
        ingest(garbage, NOW)
    assert refused.value.status == 400


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(garbage: bytes):
    try:
        assert ingest(garbage, NOW).status in {200, 206, 400}
    except BadBodyError as refused:
        assert refused.status == 400  # noqa: PT017 -- both ends are right


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["name", "properties", "measurements", "duration", "success", "message", "metrics",
     "exceptions", "severityLevel", "responseCode", "id"]
)  # fmt: skip
kinds = st.sampled_from(
    ["EventData", "MessageData", "RequestData", "RemoteDependencyData", "MetricData",
     "ExceptionData"]
)  # fmt: skip


@given(kinds, st.dictionaries(fields, json_values), json_values, json_values)
def test_any_json_in_any_field_is_taken_or_refused(
    kind: str, content: dict[str, Any], tags: object, time: object
):
    for sent in (item(kind, content), item(kind, content, tags=tags), item(kind, time=time)):
        assert ingest(body(sent), NOW).status in {200, 400}


def test_gzip_is_unpacked():
    assert decompress(gzip.compress(b"[]")) == b"[]"


@pytest.mark.parametrize(
    ("packed", "status"),
    [
        (b"[]", 400),
        (gzip.compress(b"[]")[:-4], 400),
        (gzip.compress(b" " * (MAX_BODY_BYTES + 1)), 413),
    ],
    ids=["no gzip", "cut off", "too large inside"],
)
def test_bad_gzip_is_refused(packed: bytes, status: int):
    with pytest.raises(BadBodyError) as refused:
        decompress(packed)
    assert refused.value.status == status
