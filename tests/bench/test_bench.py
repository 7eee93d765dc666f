"""The bench with tiny counts: every table is printed, and what it rests on holds."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def quick(part: str) -> str:
    done = run_bench(part, "--quick", "--rounds", "1")
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(markdown: str) -> list[list[str]]:
    """The cells of all rows but heads and rules."""
    lines = [line for line in markdown.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = [i for i, row in enumerate(cells) if row[0] == "---"]
    return [row for i, row in enumerate(cells) if i not in rules and i + 1 not in rules]


def number(cell: str) -> float:
    return float(cell.replace(",", ""))


@pytest.mark.slow
def test_every_delivery_to_the_frontend_is_taken_and_ours_are_in_the_queue():
    printed = quick("frontend")
    queued, taken = re.search(r"Queue: (\S+) messages for (\S+) answers of 202", printed).groups()
    assert queued == taken
    assert number(taken) > 0
    table = rows(printed)
    assert len(table) >= 4
    assert {row[-1] for row in table} == {"0"}
    assert [row[2] for row in table if "synced to SQLite" in row[0]] == ["1.00"]


@pytest.mark.slow
def test_under_pressure_everybody_gets_the_answer_that_is_his():
    table = rows(quick("pressure"))
    assert [row[1] for row in table] == ["500", "300", "5,000"]
    assert [row[-1] for row in table] == ["0", "0", "0"]
    assert all(0 < number(median) <= number(p99) for *_, median, p99, _ in table)


@pytest.mark.slow
def test_the_workers_tables_have_floors_below_them():
    table = rows(quick("worker"))
    microseconds = {row[0]: number(row[1]) for row in table}
    reading, deciding, remembering = list(microseconds.values())[:3]
    assert 0 < reading < deciding < remembering
    assert [row[0] for row in table[-3:]] == ["0", "250", "1,000"]


@pytest.mark.slow
def test_rows_come_after_the_answer():
    answer, visible = rows(quick("latency"))
    assert 0 < number(answer[1]) < number(visible[1])


@pytest.mark.slow
def test_every_part_starts():
    began = time.monotonic()
    starts = rows(quick("startup"))
    took_seconds = time.monotonic() - began
    seconds = [number(row[1]) for row in starts]
    assert len(seconds) == 4
    assert all(number(row[4]) > 0 for row in starts), "of CPU"
    assert min(seconds) > 0
    assert sum(seconds) < took_seconds


@pytest.mark.slow
def test_a_busy_batch_weighs_more_than_a_quiet_one():
    busy, quiet = rows(quick("batch"))
    assert number(busy[2]) > number(quiet[2]) > 0


@pytest.mark.slow
def test_an_hour_is_read_decoded_and_measured():
    told = {row[0]: number(row[1]) for row in rows(quick("judge"))}
    assert 0 < told["json.loads of its batches"] < told["measure"]


@pytest.mark.slow
def test_a_batch_is_pushed_in_each_round():
    printed = quick("push")
    assert "1 batches came" in printed
    bare, idle, pushed = (number(row[1]) for row in rows(printed))
    assert bare < min(idle, pushed)


@pytest.mark.slow
def test_every_reader_is_seen_in_every_crowd_and_every_start_takes_its_time():
    table = rows(quick("sampler"))
    assert len(table) in {6 + 4, 9 + 4}  # with a compiler, a floor
    assert all(number(row[3]) > 0 for row in table[:-4])
    assert all(number(row[1]) > 0 for row in table[-4:])


@pytest.mark.slow
def test_what_the_action_adds_is_the_sum_of_its_parts():
    *parts, whole = ([number(cell) for cell in row[1:]] for row in rows(quick("action")))
    assert len(parts) == 3
    assert whole[0] == pytest.approx(sum(part[0] for part in parts), rel=0.01)


@pytest.mark.slow
def test_an_hour_is_joined_and_jobs_that_push_are_kept_up_with():
    told = {row[0]: row[1:] for row in rows(quick("join"))}
    assert len(told) == 6
    assert all(number(values[0]) > 0 for values in told.values())
    assert number(told["50"][-1]) < 5


def test_an_unknown_part_is_refused():
    done = run_bench("nothing")
    assert done.returncode == 2
    assert "no such part: nothing" in done.stderr


@pytest.mark.slow
def test_of_a_flood_as_many_batches_are_taken_as_a_job_may_send_and_a_delivery_passes():
    printed = quick("flood")
    counts = {status: int(count) for count, status in re.findall(r"(\d+) times (\d+)", printed)}
    assert 300 <= counts["202"] < 330
    assert counts["202"] + counts["429"] == 1_000
    assert "Of 1 deliveries beside them 1 were taken" in printed
