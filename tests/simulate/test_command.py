"""`simulate` on the command line: what it writes, and that it is the same in every process."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from src.cli.analyse import command as analyse
from src.cli.recorded import find_files
from src.cli.simulate import command
from src.model.batches import decode
from src.simulate.days import simulate_day
from src.simulate.truth import truth_json

END_TEXT, END = "2026-03-04T15:20:31Z", datetime(2026, 3, 4, 15, 20, 31, tzinfo=UTC)
ARGUMENTS = ["--seed", "7", "--runs", "4", "--end", END_TEXT]


def simulate(*arguments: str):
    return CliRunner().invoke(command, [*ARGUMENTS, *arguments])


def test_files_are_named_by_order_event_action_and_delivery(tmp_path: Path):
    result = simulate("--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    day = simulate_day(7, END, 4)
    files = sorted(tmp_path.glob("[0-9]*.json"))
    assert [file.read_bytes() for file in files] == [d.body for d in day.deliveries]
    for number, (file, delivery) in enumerate(zip(files, day.deliveries, strict=True), 1):
        action = json.loads(delivery.body)["action"]
        assert file.name == f"{number:04}.{delivery.event}.{action}.{delivery.delivery_id}.json"
    assert (tmp_path / "truth.json").read_text() == truth_json(day.truth)


def test_lines_hold_whole_deliveries(tmp_path: Path):
    assert simulate("--out", str(tmp_path), "--format", "jsonl").exit_code == 0
    lines = [json.loads(line) for line in (tmp_path / "deliveries.jsonl").read_text().splitlines()]
    day = simulate_day(7, END, 4)
    assert [line["body"].encode() for line in lines] == [d.body for d in day.deliveries]
    assert [line["delivery_id"] for line in lines] == [d.delivery_id for d in day.deliveries]
    assert datetime.fromisoformat(lines[0]["at"]) == day.deliveries[0].at


def test_samples_come_with_their_jobs_and_truth_and_change_nothing_else(tmp_path: Path):
    plain, sampled = tmp_path / "plain", tmp_path / "sampled"
    assert simulate("--out", str(plain)).exit_code == 0
    result = simulate("--out", str(sampled), "--samples")
    assert result.exit_code == 0, result.output
    bodies = {file.name: file.read_bytes() for file in plain.glob("[0-9]*.json")}
    assert {file.name: file.read_bytes() for file in sampled.glob("[0-9]*.json")} == bodies
    truth = json.loads((sampled / "truth.json").read_text())
    usage = truth.pop("usage")
    _tells_what_next(result.stdout.splitlines()[-1], sampled, usage)
    assert truth == json.loads((plain / "truth.json").read_text())

    jobs = {int(file.stem): json.loads(file.read_bytes()) for file in sampled.glob("jobs/*.json")}
    assert jobs.keys() == {row["job_id"] for row in usage}
    assert {int(file.stem) for file in sampled.glob("samples/*.jsonl")} == jobs.keys()
    for number, body in jobs.items():
        assert (body["action"], body["workflow_job"]["id"]) == ("completed", number)
        lines = (sampled / "samples" / f"{number}.jsonl").read_bytes().splitlines()
        batches = [decode(line) for line in lines]
        assert [batch.final for batch in batches] == [False] * (len(batches) - 1) + [True]
        assert {batch.job["job_id"] for batch in batches} == {number}


def _tells_what_next(line: str, folder: Path, usage: list[dict[str, Any]]) -> None:
    """The longest job's files, ready to be analysed."""
    jobs = {row["job_id"] for row in usage}
    longest = max(jobs, key=lambda job: sum(r["seconds"] for r in usage if r["job_id"] == job))
    assert line == (
        f"{len(jobs)} jobs with samples (Linux only); try: python -m src analyse"
        f" {folder}/jobs/{longest}.json {folder}/samples/{longest}.jsonl"
    )
    assert CliRunner().invoke(analyse, line.split("analyse ")[1].split()).exit_code == 0


def test_what_lies_beside_a_day_is_not_replayed(tmp_path: Path):
    assert simulate("--out", str(tmp_path), "--samples").exit_code == 0
    assert find_files([tmp_path]) == sorted(tmp_path.glob("[0-9]*.json"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--end", "tomorrow"), "'tomorrow' is no ISO time", id="no time"),
        pytest.param(("--runs", "0"), "0 is not in the range", id="no runs"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, arguments: tuple[str, ...], said: str):
    result = simulate("--out", str(tmp_path / "day"), *arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "day").exists()


def test_two_days_do_not_share_a_folder(tmp_path: Path):
    assert simulate("--out", str(tmp_path)).exit_code == 0
    again = simulate("--out", str(tmp_path))
    assert again.exit_code == 1
    assert "is not empty" in again.output


def test_every_process_makes_the_same_bytes(tmp_path: Path):
    digests = set()
    for hash_seed in ("1", "2"):
        out = tmp_path / hash_seed
        subprocess.run(
            [sys.executable, "-m", "src", "simulate", *ARGUMENTS, "--samples", "--out", str(out)],
            check=True,
            capture_output=True,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
        )
        files = [
            file.name.encode() + file.read_bytes()
            for file in sorted(out.rglob("*"))
            if file.is_file()
        ]
        digests.add(hashlib.sha256(b"".join(files)).hexdigest())
    assert len(digests) == 1
