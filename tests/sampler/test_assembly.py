"""A collector that reads a made /proc and /sys."""

import os
from pathlib import Path

import pytest

from src.model import samples
from src.model.samples import Batch
from src.sampler import assembly
from src.sampler.assembly import NothingToSeeError
from tests.sampler.made_proc import MadeProc

NET = "head\n eth0:{} 0 0 0 0 0 0 0 {} 0 0 0 0 0 0 0\n"
DISK = "8 0 {} 1 2 3 4 5 6 7 8 9 10 11\n"
IDLE_DISK = "8 0 {} 0 0 0 0 0 0 0 0 0 0 0\n"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A machine of three CPUs, one process, and a disk that works among others."""
    folder = tmp_path / "proc"
    folder.mkdir()
    MadeProc(folder).write(1)
    own = folder / str(os.getpid())
    for path in (folder / "1" / "net", own / "net", tmp_path / "sys" / "block"):
        path.mkdir(parents=True)
    (folder / "self").symlink_to(own.name)
    (folder / "net").symlink_to("self/net")
    (folder / "stat").write_text("cpu 1 2 3 4 5 6 7 8\ncpu0 1\ncpu1 1\ncpu2 1\n")
    (folder / "meminfo").write_text("MemTotal: 1000 kB\nMemAvailable: 300 kB\n")
    (folder / "diskstats").write_text(
        DISK.format("sda") + DISK.format("sda1") + IDLE_DISK.format("sdb") + DISK.format("dm-0")
    )
    (own / "net" / "dev").write_text(NET.format(5, 7))
    (folder / "1" / "net" / "dev").write_text(NET.format(500, 700))
    for name in ("sda", "sdb", "dm-0"):
        (tmp_path / "sys" / "block" / name).mkdir()
    return folder


def sampled(proc: Path) -> Batch:
    collector = assembly.collector(str(proc), 1.0, lambda _: None, sys=str(proc.parent / "sys"))
    collector.sample()
    return collector.batch()


def test_what_there_is_is_told_and_the_rest_is_unknown(proc: Path):
    batch = sampled(proc)

    assert (batch.host.cpus, batch.host.memory_total_kb) == (3, 1000)
    assert batch.columns[samples.MEMORY_USED_KB] == [700]
    assert samples.SWAP_USED_KB not in batch.columns
    assert samples.STALLED_CPU_US not in batch.columns
    assert batch.host.filesystems == {}


def test_only_whole_disks_that_work_are_told_of(proc: Path):
    assert sampled(proc).disks.keys() == {"sda"}


def test_a_disk_that_comes_late_was_unknown_before(proc: Path):
    collector = assembly.collector(str(proc), 1.0, lambda _: None, sys=str(proc.parent / "sys"))
    collector.sample()
    (proc.parent / "sys" / "block" / "sdc").mkdir()
    (proc / "diskstats").write_text(DISK.format("sda") + DISK.format("sdc") * 4)
    while collector.count < 2:
        collector.sample()

    assert collector.batch().disks["sdc"][samples.READS] == [None, 1]


def test_the_network_is_our_own(proc: Path):
    assert sampled(proc).columns[samples.NETWORK_RECEIVED_BYTES] == [5]


def test_the_network_of_a_host_is_its_first_process_s(proc: Path):
    (proc / "self").unlink()
    (proc / "self").symlink_to("1")

    assert sampled(proc).columns[samples.NETWORK_RECEIVED_BYTES] == [500]


def test_fewer_cpus_than_there_are_are_a_limit(proc: Path):
    (proc / "stat").write_text("cpu 1 2 3 4 5 6 7 8\n" + "cpu0 1\n" * 10_000)

    assert sampled(proc).host.cpu_limit_cores == len(os.sched_getaffinity(0))


def test_a_folder_without_processes_is_refused(tmp_path: Path):
    with pytest.raises(NothingToSeeError, match="no processes can be seen in"):
        assembly.collector(str(tmp_path), 1.0, lambda _: None)
