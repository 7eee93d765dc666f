import pytest

from src.model import samples
from src.model.batches import encode_processes
from src.model.samples import Batch, Host, Owner, ProcessGroup
from src.sampler.own_use import OwnUse

HOST = Host(cpus=4, memory_total_kb=1000)


def batch(uptime_ms: list[int], cpu_ticks: list[int], resident_kb: list[int]) -> Batch:
    group = ProcessGroup(
        *("command", "make"),
        at=[0, len(uptime_ms) - 1],
        cpu_ticks=[0, cpu_ticks[-1]],
        resident_kb=[2048, 4096],
        seen=[0, 3],
        read_kb=[None, None],
        written_kb=[None, 1024],
    )
    others = ProcessGroup(
        *("", "others"),
        at=[0],
        cpu_ticks=[1],
        resident_kb=[1],
        seen=[1],
        read_kb=[0],
        written_kb=[0],
    )
    return Batch(
        sampler="ab",
        sequence=0,
        host=HOST,
        time_ms=uptime_ms,
        uptime_ms=uptime_ms,
        columns={samples.SAMPLER_CPU_US: [1000 * at for at in range(len(uptime_ms))]},
        owners=[Owner("command", 0, cpu_ticks, resident_kb), Owner("x", 0, [9, 9], [9, 9])],
        processes=encode_processes([group, others]),
    )


def used(*batches: Batch) -> OwnUse:
    own = OwnUse("command")
    for each in batches:
        own.add(each)
    return own


def test_what_one_owner_used_over_batches():
    own = used(batch([0, 1000], [0, 50], [0, 70]), batch([2000, 3000], [200, 220], [30, 20]))

    assert (own.samples, own.cpu_seconds, own.sampler_cpu_seconds) == (4, 2.2, 0.001)
    assert own.memory_max_bytes == 70 * 1024
    assert own.cores_max == 1.5  # from one batch to the next
    assert list(own.processes) == ["make"]


def test_processes_of_a_name():
    make = used(batch([0, 1000], [0, 50], [0, 70])).processes["make"]

    assert (make.seen, make.cpu_seconds, make.memory_max_bytes) == (3, 0.5, 4 * 2**20)
    assert (make.read_bytes, make.written_bytes) == (None, 2**20)


@pytest.mark.parametrize(("last_ms", "cores"), [(1100, 0.5), (1600, 0.5), (1500, 0.6)])
def test_ticks_close_together_do_not_tell_how_many_cores(last_ms: int, cores: float):
    assert used(batch([0, 1000, last_ms], [0, 50, 80], [0, 0, 0])).cores_max == cores


def test_no_more_cores_than_there_are_were_used():
    assert used(batch([0, 1000], [0, 900], [0, 0])).cores_max == 4  # children reaped all at once


def test_how_long_about_one_core_was_busy():
    own = used(batch([0, 1000, 3000, 4000, 4100], [0, 90, 150, 350, 360], [0] * 5))
    assert (own.one_core_ms, own.counted_ms) == (1000, 4000)


def test_nothing_seen_is_nothing_known():
    assert OwnUse("command").cores_max is None
