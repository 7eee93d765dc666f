"""A sampler's batches: in order, as a kernel counts, and disturbed as asked."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.model import samples as s
from src.model.batches import encode
from src.model.process_groups import decode_processes
from src.model.samples import Batch
from src.simulate import activity as a
from src.simulate.blueprints import MachineBlueprint
from src.simulate.runners import DEVICE_MACHINE, HOSTED_MACHINE
from src.simulate.sampling import SAMPLES_PER_BATCH, Sampler, sample
from src.simulate.work import Work
from tests.analysis.plants import POD
from tests.simulate.works import SERVE, small_work

MACHINES = (HOSTED_MACHINE, DEVICE_MACHINE, POD)
MAY_RUN_BACK = {s.CPU_IOWAIT, s.CPU_IDLE}
samplers = st.builds(
    Sampler,
    late_share=st.floats(0, 0.3),
    starts_after_seconds=st.floats(0, 60),
    dies_after_seconds=st.none() | st.floats(0, 200),
    clock_ahead_ms=st.integers(-(10**7), 10**7),
)


def batches(work: Work, sampler: Sampler | None = None, seed: int = 1) -> list[Batch]:
    return list(sample(Random(seed), work, sampler or Sampler()))  # noqa: S311


def joined(told: list[Batch], name: str) -> list[int]:
    return [value for batch in told for value in batch.columns[name]]


def seen(told: list[Batch], work: Work) -> tuple[float, float]:
    """The first and the last look, in the job's seconds."""
    epoch = work.epoch.timestamp()
    return told[0].time_ms[0] / 1000 - epoch, told[-1].time_ms[-1] / 1000 - epoch


@given(st.integers(0, 9), st.sampled_from(MACHINES), samplers)
def test_batches_follow_one_another(seed: int, machine: MachineBlueprint, sampler: Sampler):
    told = batches(small_work(seed, machine), sampler)
    assert [batch.sequence for batch in told] == list(range(len(told)))
    assert [len(batch.time_ms) for batch in told[:-1]] == [SAMPLES_PER_BATCH] * (len(told) - 1)
    assert [batch.final for batch in told[:-1]] == [False] * (len(told) - 1)
    assert told[-1].final == (sampler.dies_after_seconds is None)
    uptime = [ms for batch in told for ms in batch.uptime_ms]
    assert all(before < after for before, after in pairwise(uptime))
    assert len({(batch.sampler, batch.host.boot_id) for batch in told}) == 1


@given(st.integers(0, 9), st.sampled_from(MACHINES), samplers)
def test_counters_rise_and_gauges_are_not_negative(
    seed: int, machine: MachineBlueprint, sampler: Sampler
):
    told = batches(small_work(seed, machine), sampler)
    tables = [(name, joined(told, name)) for name in told[0].columns]
    disks = [batch.disks[machine.disk] for batch in told]
    tables.extend((name, [v for disk in disks for v in disk[name]]) for name in s.DISK_COLUMNS)
    for name, values in tables:
        assert min(values) >= 0
        if name not in s.GAUGES | MAY_RUN_BACK:
            assert values == sorted(values), name
    for batch in told:
        assert all(list(owner.cpu_ticks) == sorted(owner.cpu_ticks) for owner in batch.owners)
        assert len(encode(batch)) > 0


def test_what_can_be_told_is_told():
    pod, hosted = batches(small_work(1, POD))[0], batches(small_work(1))[0]
    assert set(pod.columns) == set(s.COLUMNS)
    assert set(hosted.columns) == {name for name in s.COLUMNS if not name.startswith("cgroup_")}
    assert (pod.host.cpu_limit_cores, pod.host.is_container) == (2.0, True)
    assert set(pod.disks["nvme0n1"]) == set(s.DISK_COLUMNS)


def test_the_kernel_counts_what_went_on():
    work = small_work(2)
    told = batches(work)
    start, end = seen(told, work)
    for name, quantity, unit in (
        (s.NETWORK_RECEIVED_BYTES, a.RECEIVED_BYTES, 1),
        (s.NETWORK_SENT_BYTES, a.SENT_BYTES, 1),
        (s.STALLED_IO_US, a.IO_STALLED, 1e6),
    ):
        counted = joined(told, name)
        truth = work.activity.amount(quantity, start, end) * unit
        assert counted[-1] - counted[0] == pytest.approx(truth, rel=0.001)
    busy = [
        user + system
        for user, system in zip(joined(told, s.CPU_USER), joined(told, s.CPU_SYSTEM), strict=True)
    ]
    cores = work.activity.amount(a.JOB_CORES, start, end)
    assert (busy[-1] - busy[0]) / 100 == pytest.approx(cores, rel=0.001)


def test_all_ticks_of_all_cores_are_told():
    work = small_work(3)
    told = batches(work)
    start, end = seen(told, work)
    names = (s.CPU_USER, s.CPU_SYSTEM, s.CPU_IDLE, s.CPU_IOWAIT, s.CPU_STEAL)
    ticks = sum(joined(told, name)[-1] - joined(told, name)[0] for name in names)
    assert ticks / 100 == pytest.approx((end - start) * HOSTED_MACHINE.cpus, abs=0.1)


def test_owners_and_groups_agree():
    last = batches(small_work(4))[-1]
    groups = decode_processes(last.processes)
    assert {group.name for group in groups} >= {"server", "Runner.Worker"}
    for owner in last.owners:
        shown = [group for group in groups if group.owner == owner.key]
        assert all(group.at[-1] == len(last.time_ms) - 1 for group in shown)
        assert sum(group.cpu_ticks[-1] for group in shown) <= owner.cpu_ticks[-1]


def test_a_daemon_goes_on_after_its_step():
    work = small_work(5)
    told = batches(work)
    span = next(span for span in work.spans if span.step.number == SERVE)
    first = told[0].time_ms[0] - work.epoch.timestamp() * 1000
    assert first / 1000 < span.start
    ticks = [
        (b.time_ms[i], o.cpu_ticks[i])
        for b in told
        for o in b.owners
        if o.key == span.key
        for i in range(len(b.time_ms))
    ]
    epoch_ms = work.epoch.timestamp() * 1000
    at_end = max(count for ms, count in ticks if (ms - epoch_ms) / 1000 < span.end)
    assert ticks[-1][1] > at_end + 500


def test_one_who_starts_late_counts_from_then_on_and_does_not_see_the_dead():
    work = small_work(6)
    span = work.spans[3]  # compile is over, serve runs
    told = batches(work, Sampler(starts_after_seconds=span.start - work.spans[1].start + 5))
    assert [owner.key for owner in told[0].owners][:1] == ["__run_2"]
    server = told[0].owners[0]
    assert server.cpu_ticks[0] == 0
    assert (server.born_ms - work.epoch.timestamp() * 1000) / 1000 == pytest.approx(
        span.start, abs=0.1
    )


def test_late_ticks_come_late_and_none_is_made_up():
    told = batches(small_work(7), Sampler(late_share=0.3))
    gaps = [after - before for b in told for before, after in pairwise(b.uptime_ms)]
    assert max(gaps) > 1800
    assert len([ms for b in told for ms in b.uptime_ms]) < len(
        [ms for b in batches(small_work(7), Sampler(late_share=0)) for ms in b.uptime_ms]
    )


def test_a_clock_that_is_ahead_moves_the_wall_clock_alone():
    right, ahead = (batches(small_work(8), Sampler(clock_ahead_ms=ms)) for ms in (0, 5000))
    assert [b.uptime_ms for b in right] == [b.uptime_ms for b in ahead]
    assert [[ms + 5000 for ms in b.time_ms] for b in right] == [b.time_ms for b in ahead]
    assert [o.born_ms + 5000 for o in right[-1].owners] == [o.born_ms for o in ahead[-1].owners]


def test_the_same_seed_gives_the_same_batches():
    once, again = ([encode(batch) for batch in batches(small_work(9))] for _ in range(2))
    assert once == again
