"""Every capture of a kernel file that is read here parses, or says that there is no data."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from src.sampler.cgroup import v2
from src.sampler.proc.diskstats import parse_disks
from src.sampler.proc.loadavg import parse_last_pid
from src.sampler.proc.meminfo import parse_memory_kb, parse_swap_kb
from src.sampler.proc.net_dev import parse_network_bytes
from src.sampler.proc.pid_cgroup import parse_control_groups
from src.sampler.proc.pid_cmdline import parse_words
from src.sampler.proc.pid_io import parse_io_bytes
from src.sampler.proc.pid_stat import parse_pid_stat
from src.sampler.proc.pid_statm import parse_resident_pages
from src.sampler.proc.pressure import parse_stalled_us
from src.sampler.proc.stat import count_cpus, parse_cpu_ticks
from src.sampler.proc.vmstat import parse_oom_kills


class Anything:
    """Every disk is asked for."""

    def __contains__(self, name: object) -> bool:
        return True


PARSERS: dict[str, tuple[Callable[[bytes], object], ...]] = {
    "stat": (parse_cpu_ticks, count_cpus),
    "meminfo": (parse_memory_kb, parse_swap_kb),
    "vmstat": (parse_oom_kills,),
    "diskstats": (lambda text: parse_disks(text, Anything()),),
    "net-dev": (parse_network_bytes,),
    "loadavg": (parse_last_pid,),
    "pressure": (parse_stalled_us,),
    "pid-stat": (parse_pid_stat,),
    "pid-statm": (parse_resident_pages,),
    "pid-io": (parse_io_bytes,),
    "pid-cgroup": (parse_control_groups,),
    "pid-cmdline": (parse_words,),
    "cgroup:cpu.max": (v2.parse_cpu_max,),
    "cgroup:cpu.stat": (v2.parse_cpu_stat,),
    "cgroup:memory.current": (v2.parse_memory_current,),
    "cgroup:memory.events": (v2.parse_oom_kills,),
    "cgroup:memory.max": (v2.parse_memory_max,),
    "cgroup:memory.stat": (v2.parse_cached_files,),
}
NO_DATA = {
    *((f"psutil/meminfo.0{n}", "parse_swap_kb") for n in (1, 2, 4, 6)),  # a few lines only
    ("prometheus-procfs/sys/devices/system/node/node1/vmstat", "parse_oom_kills"),  # of a node
    ("prometheus-procfs/sys/devices/system/node/node2/vmstat", "parse_oom_kills"),
    ("prometheus-procfs/proc/26232/cmdline", "parse_words"),  # a kernel thread
}
NOT_READ = {
    "pid-comm": "stat has it",
    "pid-schedstat": "no figure needs it",
    "pid-smaps_rollup": "proportional shares are not told yet",
    "pid-status": "stat and statm have it, and are cheaper",
    "pid-wchan": "no figure needs it",
    "sys-block-stat": "diskstats has all disks in one file",
    "xfs-stat": "of one filesystem only",
    "cgroup:inline": "texts of tests; those that are ours are in test_v2",
    "cgroup:cpu.weight": "a share, no limit",
    "cgroup:cpuset.cpus.effective": "sched_getaffinity tells",
    "cgroup:io.max": "limits are told by what they did: throttled disks are slow",
    "cgroup:io.stat": "per device; the tree's is in pid io",
    "cgroup:memory.high": "presses, and does not limit",
    "cgroup:memory.low": "protects, and does not limit",
    "cgroup:memory.min": "protects, and does not limit",
    "cgroup:memory.peak": "of the group's whole life, not of a job's",
    "cgroup:memory.swap.current": "swap is told of the machine",
    "cgroup:memory.swap.events": "swap is told of the machine",
    "cgroup:memory.swap.max": "swap is told of the machine",
    "cgroup:pids.current": "no figure needs it",
    "cgroup:pids.max": "no figure needs it",
    "cgroup:pids.peak": "no figure needs it",
}


@pytest.fixture(scope="module")
def captures(corpus: Path) -> list[tuple[str, str, bytes]]:
    """Name, kind and text of each."""
    folder = corpus / "proc"
    with (folder / "INDEX.tsv").open(encoding="utf-8") as index:
        rows = list(csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["file"], row["kind"], (folder / row["file"]).read_bytes()) for row in rows]


def is_empty(value: object) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, tuple) and set(value) == {None})


def test_every_kind_is_read_or_said_not_to_be(captures: list[tuple[str, str, bytes]]):
    assert {kind for _, kind, _ in captures} <= PARSERS.keys() | NOT_READ.keys()


def test_all_but_these_have_data(captures: list[tuple[str, str, bytes]]):
    empty = {
        (name, parse.__name__)
        for name, kind, text in captures
        for parse in PARSERS.get(kind, ())
        if is_empty(parse(text))
    }

    assert empty == NO_DATA


def test_there_are_as_many_as_are_known(captures: list[tuple[str, str, bytes]]):
    assert sum(kind in PARSERS for _, kind, _ in captures) >= 60
