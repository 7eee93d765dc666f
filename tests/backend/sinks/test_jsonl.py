import json
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from src.backend.sinks.jsonl import JsonlSink
from src.model.times import format_time
from tests.backend.sinks.made_rows import event, metric, moment, rows, span

pytestmark = pytest.mark.anyio


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


async def test_each_row_is_a_line_with_ids_in_hexadecimal(tmp_path: Path):
    path = tmp_path / "deep" / "er" / "rows.jsonl"

    await JsonlSink(path).emit([event(7), span(0), span(7, failed=True)])

    job, run, failed = lines_of(path)
    assert job == {
        "table": "event",
        "name": "WorkflowJob",
        "at": format_time(moment(7)),
        "trace_id": "00f00000000000000000000000000001",
        "span_id": "0a00000000000008",
        "operation": "RUN CI",
        "role": "acme/rocket",
        "properties": {"record_id": "github.com/jobs/7", "job_name": "build ü\n'\""},
        "measurements": {"duration_seconds": 7.25, "revision": 3_000_000},
    }
    assert (run["table"], run["span_id"], run["parent_span_id"]) == (
        "span",
        "0a00000000000001",
        None,
    )
    assert (failed["parent_span_id"], failed["failed"]) == ("0a00000000000001", True)
    assert failed["started_at"] == format_time(moment(7))


async def test_a_metric_is_a_line_too(tmp_path: Path):
    path = tmp_path / "rows.jsonl"

    await JsonlSink(path).emit([metric(7)])

    assert lines_of(path) == [
        {
            "table": "metric",
            "name": "system.disk.io",
            "unit": "By",
            "started_at": format_time(moment(7)),
            "ended_at": format_time(moment(67).replace(microsecond=moment(7).microsecond)),
            "count": 60,
            "sum": 4103.0,
            "min": 0.0,
            "max": 1024.5,
            "record_id": "0000000000000007",
            "role": "acme/rocket",
            "properties": {"job_id": "7", "disk.io.direction": "read"},
        }
    ]


async def test_rows_are_appended(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"old": true}\n')

    await JsonlSink(path).emit(rows(2))
    sink = JsonlSink(path)
    await sink.emit(rows(1, spans=1))
    await sink.emit([])
    await sink.close()

    assert len(lines_of(path)) == 5
    assert lines_of(path)[0] == {"old": True}


async def test_rows_are_synced_before_they_are_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path, synced, sync = tmp_path / "rows.jsonl", [], os.fsync

    def noting_sync(file: int) -> None:
        sync(file)
        synced.append(len(lines_of(path)))

    monkeypatch.setattr(os, "fsync", noting_sync)
    await JsonlSink(path).emit(rows(3))

    assert synced == [3]


def directory(folder: Path) -> Path:
    return folder


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "rows.jsonl"


def full_disk(_: Path) -> Path:
    return Path("/dev/full")


@pytest.mark.parametrize("place", [directory, below_a_file, full_disk])
async def test_a_file_that_takes_no_rows_is_unavailable(
    place: Callable[[Path], Path], tmp_path: Path
):
    path = place(tmp_path)

    sent = rows()
    receipt = await JsonlSink(path).emit(sent)

    assert (receipt.missing, receipt.refused) == (sent, ())
    assert str(path) in receipt.complaint


async def test_a_disk_that_fills_up_leaves_no_half_line(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    await JsonlSink(path).emit(rows())
    before, limits = path.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (before + 10, limits[1]))
    try:
        receipt = await JsonlSink(path).emit(rows())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert len(receipt.missing) == 1
    assert path.stat().st_size == before
