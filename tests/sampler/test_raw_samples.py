"""Raw lines, and the batches that are made of them again: on real samples of this machine."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from src.analysis.measure import measure
from src.analysis.timeline import Job
from src.model import samples
from src.model.samples import Batch
from src.sampler import assembly
from src.sampler.folder import Folder
from src.sampler.formats.raw_samples import batches_of
from src.sampler.proc.pid_environ import parse_variable
from src.sampler.session import RawFile
from src.sampler.stored import session_batches, stored_batches
from tests.sampler.in_background import session

MOST_BYTES = 2**26
STEP = f"burn-{os.getpid()}"
BURN = "import time\nwhile time.process_time() < 0.4: sum(range(10_000))"


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], Batch]:
    """Some lines, and the batch of the same samples; somebody burned CPU time meanwhile."""
    path = tmp_path_factory.mktemp("raw") / "F.jsonl"
    collector = assembly.collector("/proc", 0.1, lambda env: parse_variable(env, b"GITHUB_ACTION"))
    raw = RawFile(str(path), MOST_BYTES)
    raw.add(collector.sample(all_of_them=True), collector)
    environment = {**os.environ, "GITHUB_ACTION": STEP}
    with subprocess.Popen([sys.executable, "-c", BURN], env=environment) as burner:
        while burner.poll() is None:
            time.sleep(0.1)
            raw.add(collector.sample(), collector)
    return [json.loads(line) for line in path.read_text().splitlines()], collector.batch(final=True)


def test_the_seven_keys_say_what_they_say(sampled: tuple[list[dict[str, Any]], Batch]):
    lines, batch = sampled
    last, host = lines[-1], batch.host
    memory, load = last["memory_stats"], last["system_load"]

    assert last["timestamp"] == time.strftime(
        f"%Y-%m-%dT%H:%M:%S.{last['time_ms'] % 1000:03}000", time.gmtime(last["time_ms"] // 1000)
    )
    assert memory["used_bytes"] + memory["available_bytes"] == memory["total_bytes"]
    assert memory["total_bytes"] == host.memory_total_kb * 1024
    assert 0 < load["cpu_percent"] <= 100
    assert load["load_1m"] >= 0
    assert last["network"][0]["received_bytes"] == batch.columns["network_received_bytes"][-1]
    assert {space["mount"] for space in last["disk_space"]} == set(host.filesystems)
    assert all(0 <= space["used_percent"] <= 100 for space in last["disk_space"])


def test_processes_are_by_what_they_hold_and_by_what_they_use_now(
    sampled: tuple[list[dict[str, Any]], Batch],
):
    lines, _ = sampled
    held = [process["memory_bytes"] for process in lines[-1]["processes_memory"]]
    assert held == sorted(held, reverse=True)
    assert len(held) >= 5
    assert lines[0]["processes_cpu"] == []  # nothing lies between it and a line before
    busy = [
        process["cpu_percent"]
        for line in lines[1:]
        for process in line["processes_cpu"]
        if process["step"] == STEP
    ]
    assert max(busy) > 30
    assert max(busy) < 150


def test_only_the_first_line_tells_of_the_machine(sampled: tuple[list[dict[str, Any]], Batch]):
    lines, batch = sampled

    assert ["host" in line for line in lines] == [True] + [False] * (len(lines) - 1)
    assert lines[0]["host"]["boot_id"] == batch.host.boot_id


def test_lines_become_the_batch_again(sampled: tuple[list[dict[str, Any]], Batch]):
    lines, batch = sampled
    (again,) = batches_of(lines)

    assert (again.time_ms, again.uptime_ms) == (batch.time_ms, batch.uptime_ms)
    assert again.columns == batch.columns
    assert again.filesystems == batch.filesystems
    assert again.disks == batch.disks
    assert {owner.key: list(owner.cpu_ticks) for owner in again.owners} == {
        owner.key: list(owner.cpu_ticks) for owner in batch.owners if owner.cpu_ticks[-1]
    }


def test_a_control_group_s_stalls_are_told_too(sampled: tuple[list[dict[str, Any]], Batch]):
    lines, _ = sampled
    told = {"stalled_cpu_seconds": 1.5, "stalled_io_full_seconds": 0.25}
    (again,) = batches_of({**line, "cgroup": {**line["cgroup"], **told}} for line in lines)

    assert lines[0]["cgroup"].keys() >= told.keys()
    assert again.columns[samples.CGROUP_STALLED_CPU_US] == [1_500_000] * len(lines)
    assert again.columns[samples.CGROUP_STALLED_IO_FULL_US] == [250_000] * len(lines)


def test_the_judge_says_the_same_of_them(sampled: tuple[list[dict[str, Any]], Batch]):
    lines, batch = sampled
    job = Job("build", batch.time_ms[0], batch.time_ms[-1])
    batch.processes = "{}"

    assert measure(job, batches_of(lines)) == measure(job, [batch])


def test_whatever_is_collected_can_be_told_of(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", "--interval", "0.1", "--output-file", "far/F.jsonl")
        time.sleep(0.5)
        running.call("stop")
        running.call("summarize", "--input-file", "far/F.jsonl", "--github-summary", "out/S.md")
        batches = str(running.folder / "batches.jsonl")
        running.call("summarize", "--input-file", batches, "--html", "out/R.html")

    assert (tmp_path / "out" / "S.md").read_text().startswith("### ")
    assert (tmp_path / "out" / "R.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    "text",
    ["", "{}\n", "[1]\n", "nonsense\n", '{"processes_memory": 1}\n', '{"sampler": {"id": "a"}}\n'],
)
def test_what_was_never_collected_tells_nothing(text: str, tmp_path: Path):
    folder = Folder({}, str(tmp_path))
    Path(folder.samples).write_text(text)
    Path(folder.batches).write_text(text)

    assert session_batches(folder) == stored_batches(folder.batches) == []
