"""A collector on this machine, beside what others say of the same moment."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from src.model import samples
from src.model.batches import decode, encode
from src.model.samples import Batch
from src.sampler import assembly
from src.sampler.collector import Collector
from src.sampler.proc.pid_environ import parse_variable

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
BURN = "import time\nwhile time.process_time() < {}: sum(range(10_000))"
FORKS = "for i in $(seq {}); do /bin/true; done"


def started(interval_seconds: float = 1.0) -> Collector:
    collector = assembly.collector(
        "/proc", interval_seconds, lambda text: parse_variable(text, b"GITHUB_ACTION")
    )
    collector.sample(all_of_them=True)
    return collector


def last(batch: Batch, column: str) -> int:
    value = batch.columns[column][-1]
    assert value is not None
    return value


def test_the_machine_is_as_psutil_sees_it():
    batch = started().batch()
    memory, swap, cpu = psutil.virtual_memory(), psutil.swap_memory(), psutil.cpu_times()

    assert batch.host.cpus == psutil.cpu_count()
    assert batch.host.memory_total_kb == memory.total // 1024
    used_kb = (memory.total - memory.available) // 1024
    assert last(batch, samples.MEMORY_USED_KB) == pytest.approx(used_kb, abs=100_000)
    assert last(batch, samples.SWAP_USED_KB) == pytest.approx(swap.used // 1024, abs=1000)
    user_ticks = (cpu.user + cpu.nice) * TICKS_PER_SECOND
    assert last(batch, samples.CPU_USER) == pytest.approx(user_ticks, abs=100)
    assert last(batch, samples.CPU_IDLE) == pytest.approx(cpu.idle * TICKS_PER_SECOND, abs=100)
    assert batch.uptime_ms[0] / 1000 == pytest.approx(time.time() - psutil.boot_time(), abs=3)


def test_disks_and_filesystems_are_as_psutil_sees_them():
    batch = started().batch()
    disks = psutil.disk_io_counters(perdisk=True)

    for name, columns in batch.disks.items():
        assert columns[samples.WRITES][-1] == pytest.approx(disks[name].write_count, rel=0.01)
    for point, size_kb in batch.host.filesystems.items():
        usage = psutil.disk_usage(point)
        assert size_kb == pytest.approx(usage.total // 1024, rel=0.1)  # less what root keeps
        assert batch.filesystems[point][-1] == pytest.approx(usage.free // 1024, abs=100_000)


def test_every_column_has_a_value_a_sample():
    collector = started()
    for _ in range(3):
        time.sleep(0.01)
        collector.sample(missed_ticks=5)
    batch = collector.batch(final=True)

    assert batch.final
    assert len(batch.time_ms) == len(batch.uptime_ms) == 4
    of_disks = [column for columns in batch.disks.values() for column in columns.values()]
    for column in (*batch.columns.values(), *of_disks, *batch.filesystems.values()):
        assert len(column) == 4
    assert batch.columns[samples.SAMPLER_MISSED_TICKS] == [0, 5, 5, 5]
    own_us = batch.columns[samples.SAMPLER_CPU_US]
    assert own_us == sorted(own_us)  # type: ignore[type-var]  # none is None
    assert encode(decode(encode(batch))) == encode(batch)


def test_batches_follow_one_another():
    collector = started()
    first = collector.batch()
    time.sleep(0.01)
    collector.sample()
    second = collector.batch()

    assert (first.sequence, second.sequence) == (0, 1)
    assert first.sampler == second.sampler
    assert second.uptime_ms[0] > first.uptime_ms[0]
    assert last(second, samples.CPU_IDLE) >= last(first, samples.CPU_IDLE)


def test_two_samples_of_one_millisecond_are_one(monkeypatch: pytest.MonkeyPatch):
    collector = started()
    monkeypatch.setattr("src.sampler.clock.uptime_ms", lambda: 5)
    collector.sample()

    assert collector.count == 1


@contextmanager
def step(key: str, *command: str, **more: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A process as a runner starts it for a step."""
    environment = {**os.environ, "GITHUB_ACTION": key}
    with subprocess.Popen(command, env=environment, **more) as process:
        yield process


def test_who_wakes_after_long_idleness_is_seen_by_the_second_sample():
    """All of them, though no more than two can be those whose turn it is."""
    keys = [f"waking-{number}-{os.getpid()}" for number in range(4)]
    burn = f"input()\n{BURN.format(5.0)}"
    with ExitStack() as stack:
        command = (sys.executable, "-c", burn)
        sleepers = [stack.enter_context(step(key, *command, stdin=subprocess.PIPE)) for key in keys]
        collector = started(0.4)
        for _ in range(40):
            time.sleep(0.005)
            collector.sample()
        for sleeper in sleepers:
            assert sleeper.stdin
            sleeper.stdin.write(b"\n")
            sleeper.stdin.flush()
        for _ in range(2):
            time.sleep(0.4)
            collector.sample()
        for sleeper in sleepers:
            sleeper.kill()

    ticks = {own.key: own.cpu_ticks[-1] for own in collector.owners}
    assert min(ticks[key] for key in keys) >= 5


@pytest.mark.slow
def test_cpu_time_is_its_step_s_also_in_parallel(tmp_path: Path):
    # Other tests on this machine may run steps of usual names at the same time.
    burning, forking, launching = (f"{name}-{os.getpid()}" for name in ("burn", "__run", "__run_2"))
    collector = started(0.25)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    marker = tmp_path / "daemon-done"
    burn = BURN.format(1.0)
    daemon = f'setsid {sys.executable} -c \'{BURN.format(0.6)}\nopen("{marker}", "w")\' & sleep 0.3'
    with (
        step(burning, sys.executable, "-c", burn) as burner,
        step(forking, "bash", "-c", FORKS.format(400)) as forker,
        step(launching, "bash", "-c", daemon) as launcher,
    ):
        while not marker.exists() or None in (burner.poll(), forker.poll(), launcher.poll()):
            time.sleep(0.25)
            collector.sample()
    time.sleep(0.25)
    collector.sample(all_of_them=True)
    ticks = {own.key: own.cpu_ticks[-1] for own in collector.batch().owners}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    reaped_seconds = sum(after[:2]) - sum(before[:2])

    assert ticks[burning] == pytest.approx(100 * 1.03, abs=6)
    assert ticks[launching] == pytest.approx(60 * 1.05, abs=8)
    reaped_ticks = ticks[burning] + ticks[forking]  # the daemon was not ours to reap
    assert reaped_ticks / 100 == pytest.approx(reaped_seconds, rel=0.05, abs=0.05)
