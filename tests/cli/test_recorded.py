import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from src.cli.recorded import UnreadableRecordingError, find_files, read_deliveries
from src.simulate.days import simulate_day
from src.simulate.deliveries import Delivery

RUN = '{"action": "requested", "workflow_run": {}}'
JOB = '{"action": "queued", "workflow_job": {}}'


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(*files: Path) -> list[Delivery]:
    return list(read_deliveries(files))


# --- which files --------------------------------------------------------------------------------


def test_files_below_folders_come_in_the_order_of_their_names(tmp_path: Path):
    names = ["b/2.json", "a/1.json", "a/c/3.jsonl", "10.json"]
    for name in names:
        write(tmp_path / name, "{}")
    write(tmp_path / "truth.json", "{}")
    write(tmp_path / "a" / "README.md", "no delivery")
    (tmp_path / "folder.json").mkdir()

    found = find_files([tmp_path])

    assert [str(file.relative_to(tmp_path)) for file in found] == sorted(names)


def test_files_that_are_named_come_as_they_are_named(tmp_path: Path):
    last, first = write(tmp_path / "a.txt", "{}"), write(tmp_path / "b.json", "{}")

    assert find_files([first, last]) == [first, last]


# --- which event --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "event"),
    [
        ("0001.workflow_job.queued.abc-1.json", RUN, "workflow_job"),
        ("workflow_run/x.json", RUN, "workflow_run"),
        ("workflow_job/x.json", JOB, "workflow_job"),
        ("ping/x.json", '{"zen": "Keep it simple."}', "ping"),
        ("check_run/x.json", '{"check_run": {}, "workflow_run": {}}', "check_run"),
        ("deployment_review/x.json", RUN, "deployment_review"),
        ("anywhere/x.json", RUN, "workflow_run"),
        ("anywhere/x.json", JOB, "workflow_job"),
        ("anywhere/1.2.json", JOB, "workflow_job"),
        ("anywhere/a.b.c.d.json", JOB, "workflow_job"),
        ("workflow_run/x.json", JOB, "workflow_job"),
        ("push/x.json", '{"ref": "main"}', "push"),
    ],
)
def test_the_event_is_told_by_name_folder_or_content(
    name: str, text: str, event: str, tmp_path: Path
):
    [delivery] = read(write(tmp_path / name, text))

    assert (delivery.event, delivery.body) == (event, text.encode())


def test_a_named_file_has_its_delivery_id(tmp_path: Path):
    [delivery] = read(write(tmp_path / "0001.workflow_job.queued.abc-1.json", JOB))

    assert delivery.delivery_id == "abc-1"


def test_the_same_body_is_the_same_delivery(tmp_path: Path):
    one, same = write(tmp_path / "a.json", JOB), write(tmp_path / "b.json", JOB)
    other = write(tmp_path / "c.json", RUN)

    ids = [delivery.delivery_id for delivery in read(one, same, other)]

    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 36, "as GitHub's"


def test_lines_are_deliveries(tmp_path: Path):
    lines = [
        {"at": "2026-03-01T12:00:00Z", "event": "workflow_job", "delivery_id": "a", "body": JOB},
        {"at": "", "event": "ping", "delivery_id": "b", "body": "ü"},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)

    first, second = read(write(tmp_path / "day.jsonl", text))

    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert first == Delivery(at, "workflow_job", "a", JOB.encode())
    assert (second.event, second.delivery_id, second.body) == ("ping", "b", "ü".encode())


def test_a_file_is_read_when_its_turn_comes(tmp_path: Path):
    deliveries = read_deliveries([write(tmp_path / "a.json", JOB), tmp_path / "missing.json"])

    assert next(deliveries).event == "workflow_job"
    with pytest.raises(UnreadableRecordingError, match=r"missing\.json"):
        next(deliveries)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", b""),
        ("x.json", b"hello"),
        ("x.json", b"7"),
        ("x.json", b"null"),
        ("x.json", b"[" * 100_000),
        ("x.json", b'{"a": "\xff"}'),
        ("x.jsonl", b"hello\n"),
        ("x.jsonl", b"[]\n"),
        ("x.jsonl", b"\n"),
        ("x.jsonl", b'{"event": "ping"}\n'),
        ("x.jsonl", b'{"at": "", "event": "ping", "delivery_id": "b", "body": {}}\n'),
        ("x.jsonl", b'{"at": 7, "event": "ping", "delivery_id": "b", "body": ""}\n'),
    ],
)
def test_what_is_no_delivery_is_named(name: str, content: bytes, tmp_path: Path):
    file = tmp_path / name
    file.write_bytes(content)

    with pytest.raises(UnreadableRecordingError, match=str(file)):
        read(file)


# --- what others wrote --------------------------------------------------------------------------


def test_recorded_deliveries_are_told_by_their_folders(corpus: Path):
    files = find_files([corpus / "payloads"])

    for file, delivery in zip(files, read(*files), strict=True):
        assert delivery.event == file.parent.name, file
    assert len(files) > 90


def test_a_simulated_day_is_read_back(tmp_path: Path):
    day = simulate_day(7, datetime(2026, 3, 1, tzinfo=UTC), runs=1)
    for number, delivery in enumerate(day.deliveries, 1):
        name = f"{number:04}.{delivery.event}.action.{delivery.delivery_id}.json"
        (tmp_path / name).write_bytes(delivery.body)
    write(tmp_path / "truth.json", "{}")

    found = read(*find_files([tmp_path]))

    assert [(d.event, d.delivery_id, d.body) for d in found] == [
        (d.event, d.delivery_id, d.body) for d in day.deliveries
    ]
