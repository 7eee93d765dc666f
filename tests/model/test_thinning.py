import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.batch import busy_batch
from src.model import samples
from src.model.batches import decode_processes, encode_processes
from src.model.samples import Batch, Host, Owner, ProcessGroup
from src.model.thinning import thin
from tests.model.made import batches, plain

CPU, MEMORY = samples.CPU_USER, samples.MEMORY_USED_KB
MIB = 1024


def batch(**others: object) -> Batch:
    return Batch(
        sampler="3f2a",
        sequence=1,
        host=Host(cpus=2, memory_total_kb=1),
        time_ms=[10, 11, 12, 13, 14],
        uptime_ms=[0, 1, 2, 3, 4],
        **others,
    )


def group(**others: object) -> ProcessGroup:
    facts = {
        "at": [0, 1, 3],
        "cpu_ticks": [5, 6, 9],
        "resident_kb": [2 * MIB, 8 * MIB, 4 * MIB],
        "seen": [1, 1, 2],
        "read_kb": [None, None, None],
        "written_kb": [0, MIB, 2 * MIB],
    }
    return ProcessGroup("__run", "make", **(facts | others))


def test_counters_stay_and_gauges_show_their_worst():
    thinned = thin(
        batch(
            columns={CPU: [0, 1, 3, 6, 10], MEMORY: [1, 9, 2, None, 3]},
            disks={"sda": {samples.READS: [0, 5, 5, 6, 7]}},
            filesystems={"/": [90, 10, 80, 70, 75]},
            owners=[Owner("__run", 0, [0, 2, 4, 4, 5], [7, 0, 0, 8, 1])],
        ),
        3,
    )

    assert (thinned.time_ms, thinned.uptime_ms) == ([10, 12, 14], [0, 2, 4])
    assert thinned.columns == {CPU: [0, 3, 10], MEMORY: [1, 9, 3]}
    assert thinned.disks == {"sda": {samples.READS: [0, 5, 7]}}
    assert thinned.filesystems == {"/": [90, 10, 70]}
    assert plain(thinned.owners[0]) == plain(Owner("__run", 0, [0, 4, 5], [7, 0, 8]))


def test_what_is_unknown_throughout_stays_unknown():
    thinned = thin(batch(columns={MEMORY: [1, None, None, 4, 4]}), 3)

    assert thinned.columns == {MEMORY: [1, None, 4]}


def test_a_group_keeps_what_was_last_known_of_it():
    [thinned] = decode_processes(thin(batch(processes=encode_processes([group()])), 3).processes, 3)

    assert plain(thinned) == plain(
        group(
            at=[0, 1, 2],
            cpu_ticks=[5, 6, 9],
            resident_kb=[2 * MIB, 8 * MIB, 4 * MIB],
        )
    )


def test_a_group_within_one_kept_sample_becomes_one_record():
    within = group(at=[2, 3, 4], resident_kb=[8 * MIB, 2 * MIB, 4 * MIB])
    [thinned] = decode_processes(thin(batch(processes=encode_processes([within])), 2).processes, 2)

    assert (thinned.at, thinned.cpu_ticks, thinned.seen) == ([1], [9], [2])
    assert thinned.resident_kb == [8 * MIB]


def test_processes_that_cannot_be_read_cost_only_themselves():
    thinned = thin(batch(columns={CPU: [0, 1, 2, 3, 4]}, processes="{oops"), 2)

    assert thinned.columns == {CPU: [0, 4]}
    assert decode_processes(thinned.processes) == []


@given(batches(), st.integers(2, 8))
def test_thinned_it_is_still_a_batch_with_the_same_ends(any_batch: Batch, most: int):
    thinned = thin(any_batch, most)

    assert len(thinned.uptime_ms) == min(most, len(any_batch.uptime_ms))
    for column in ("uptime_ms", "time_ms"):
        ends, kept = getattr(any_batch, column), getattr(thinned, column)
        assert (kept[:1], kept[-1:]) == (ends[:1], ends[-1:])
    for owner, before in zip(thinned.owners, any_batch.owners, strict=True):
        assert max(owner.resident_kb, default=0) == max(before.resident_kb, default=0)
    groups = decode_processes(thinned.processes, len(thinned.uptime_ms))
    before = decode_processes(any_batch.processes, len(any_batch.uptime_ms))
    assert [sum(g.cpu_ticks[-1:]) for g in groups] == [sum(g.cpu_ticks[-1:]) for g in before]


def test_kept_samples_lie_evenly():
    thinned = thin(busy_batch(1), 7)

    gaps = [b - a for a, b in zip(thinned.uptime_ms, thinned.uptime_ms[1:], strict=False)]
    assert max(gaps) - min(gaps) < 1010


def test_fewer_than_its_two_ends_cannot_be_kept():
    with pytest.raises(ValueError, match="two ends"):
        thin(batch(), 1)
