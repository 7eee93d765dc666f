"""Whose CPU time, whose processes, and how busy the machine was meanwhile."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.cpu import reconciled
from src.analysis.measure import measure
from src.analysis.timeline import Step
from src.analysis.usage import BY_PROCESS, BY_TIME, MIXED, ProcessUse, StepUsage, Usage
from src.model.samples import (
    IO_MS,
    READ_MS,
    READ_SECTORS,
    READS,
    WEIGHTED_MS,
    WRITE_MS,
    WRITES,
    WRITTEN_SECTORS,
    Batch,
    Host,
    ProcessGroup,
)
from tests.analysis.made import batch, job, ms, owner, step

SECONDS = [*range(11)]


def approx(seconds: float) -> float:
    """That or nearly so, as a figure to compare with."""
    nearly: float = pytest.approx(seconds)  # type: ignore[assignment]
    return nearly


def measured(*steps: Step, told: Batch, end: float = 10) -> list[StepUsage]:
    return list(measure(job(*steps, end=end), [told]).steps)


def usage_of(told: Batch, start: float = 0, end: float = 10) -> Usage:
    """Of a job of one step."""
    return measured(step(1, "one", start, end), told=told)[0].usage


rises = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20)


@given(rises)
def test_debts_are_taken_from_the_nearest_rest_before_and_no_more_than_there_is(
    told: list[tuple[int, int]],
):
    rests: list[int] = []
    for whole, own in told:
        rests.append(max(whole - own, 0))
        debt = max(own - whole, 0)
        for index in reversed(range(len(rests))):
            taken = min(debt, rests[index])
            rests[index] -= taken
            debt -= taken
    expected = [own + rest for (_, own), rest in zip(told, rests, strict=True)]

    machine, owned = (
        [7 + sum(column[:end]) for end in range(len(told) + 1)]
        for column in zip(*told, strict=True)
    )
    assert [after - before for before, after in pairwise(reconciled(machine, owned))] == expected


@pytest.mark.parametrize(
    ("own_share", "found"), [(1, BY_PROCESS), (0.95, BY_PROCESS), (0.94, MIXED), (0.01, MIXED)]
)
def test_how_cpu_time_was_found(own_share: float, found: str):
    used = [own_share * at for at in SECONDS]
    assert usage_of(batch(SECONDS, SECONDS, owners=[owner("a", 0.1, used)])).attribution == found


def test_without_an_owner_cpu_time_was_found_by_time():
    assert usage_of(batch(SECONDS, SECONDS)).attribution == BY_TIME


def test_a_step_that_used_nothing_was_looked_at_by_its_processes():
    idle = [0] * len(SECONDS)
    assert usage_of(batch(SECONDS, idle, owners=[owner("a", 0.1, idle)])).attribution == BY_PROCESS
    assert usage_of(batch(SECONDS, idle)).attribution == BY_TIME


def test_where_nobody_looked_at_cpu_time_it_is_unknown():
    usage = usage_of(batch(SECONDS))
    assert usage.cpu_seconds is usage.cpu_percent_mean is usage.attribution is None


def test_where_only_processes_were_looked_at_they_take_nothing_from_before():
    parts = [
        batch([0, 1, 2], [0, 1, 2]),
        batch([3, 4, 5], sampler="cd", owners=[owner("b", 3, [0, 1, 2])]),
    ]
    one, two = measure(job(step(1, "a", 0, 2), step(2, "b", 3, 5), end=5), parts).steps
    assert one.usage.cpu_seconds == pytest.approx(2)
    assert two.usage.cpu_seconds == pytest.approx(2)


def test_a_short_step_s_share_is_at_most_all_cores():
    """GitHub says 1 s; its processes used 4 cores for 1.9."""
    used = [0, 0, 4, 7.6, *[7.6] * 7]
    [only] = measured(step(1, "one", 1, 2), told=batch(SECONDS, used, owners=[owner("a", 1, used)]))
    assert only.usage.cpu_seconds == pytest.approx(7.6)
    assert only.usage.cpu_percent_mean == only.usage.cpu_percent_max == 100


def test_what_a_daemon_did_after_its_step_in_a_long_interval_is_not_the_step_s():
    """A tick a minute; the step of 15 s on 2 cores cannot have used 52.5 s."""
    host = Host(cpus=2, memory_total_kb=1, interval_ms=60_000)
    used = [0, 52.5, 52.5]
    told = batch([0, 60, 120], used, host=host, owners=[owner("a", 0.1, used)])
    steps = step(1, "one", 0, 15), step(2, "two", 15, 120)
    one, two = (each.usage for each in measured(*steps, told=told, end=120))
    assert one.cpu_seconds - one.cpu_seconds_by_time == pytest.approx(2 * (15 + 2))
    assert one.cpu_seconds + two.cpu_seconds == pytest.approx(52.5)


def test_the_maximum_is_of_the_intervals_that_are_mostly_the_step_s():
    used = [0, 2, 3, 3.5, 7.5, *[7.5] * 6]
    usage = usage_of(batch(SECONDS, used), start=1.4, end=3.6)
    assert usage.cpu_percent_max == pytest.approx(1 / 4 * 100 + 75, abs=1e-9)


def test_a_step_within_an_interval_has_its_mean_as_its_maximum():
    used = [0, 0, 0.1, *[0.1] * 8]
    told = batch(SECONDS, used, owners=[owner("a", 1.1, used)])
    [only] = measured(step(1, "one", 1.1, 1.3), told=told)
    assert only.usage.cpu_percent_max == only.usage.cpu_percent_mean == pytest.approx(12.5)


@pytest.mark.parametrize(("first", "samples"), [(1.5, "complete"), (1.6, "partial"), (3, "none")])
def test_what_was_mostly_missed_is_not_complete(first: float, samples: str):
    told = batch([first, 4, 5], [0, 1, 2])
    [only] = measured(step(1, "one", 0, 3), told=told)
    assert only.usage.samples == samples


def test_without_a_limit_the_machine_s_memory_counts():
    columns = {"memory_used_kb": [700] * 11, "cgroup_memory_kb": [300] * 11}
    assert usage_of(batch(SECONDS, columns=columns)).memory_max_bytes == 700 * 1024
    host = Host(cpus=1, memory_total_kb=1000, memory_limit_kb=500)
    limited = usage_of(batch(SECONDS, host=host, columns=columns))
    assert limited.memory_max_bytes == 300 * 1024
    assert limited.memory_headroom_bytes == 200 * 1024


def test_without_the_group_s_own_columns_the_machine_s_are_not_put_to_a_limit():
    columns = {"memory_used_kb": [100 << 20] * 11}
    busy, used = [20 * at for at in SECONDS], [1.5 * at for at in SECONDS]
    host = Host(cpus=64, memory_total_kb=128 << 20, cpu_limit_cores=2, memory_limit_kb=4 << 20)
    told = batch(SECONDS, busy, host=host, columns=columns, owners=[owner("a", 0.1, used)])
    usage = usage_of(told)
    assert usage.cpu_seconds == pytest.approx(15)
    memory = usage.memory_mean_bytes, usage.memory_max_bytes, usage.memory_headroom_bytes
    assert memory == (None, None, None)


def test_a_set_of_cpus_says_nothing_against_the_machine_s_memory():
    host = Host(cpus=64, memory_total_kb=128 << 20, cpu_limit_cores=2)
    told = batch(SECONDS, SECONDS, host=host, columns={"memory_used_kb": [1 << 20] * 11})
    assert usage_of(told).memory_max_bytes == 1 << 30
    assert usage_of(told).cpu_seconds is None


@pytest.mark.parametrize(("total_kb", "most_kb"), [(1000, 800), (0, 900)])
def test_memory_is_never_more_than_is_allowed_where_that_is_known(total_kb: int, most_kb: int):
    host = Host(cpus=1, memory_total_kb=total_kb, memory_limit_kb=800)
    told = batch(SECONDS, host=host, columns={"cgroup_memory_kb": [900] * 11})
    assert usage_of(told).memory_max_bytes == most_kb * 1024


def test_memory_is_the_machine_s_and_what_the_step_s_own_processes_held():
    told = batch(
        SECONDS,
        owners=[owner("a", 0.1, SECONDS, held_mib=300)],
        columns={"memory_used_kb": [1024 * at for at in SECONDS]},
    )
    usage = usage_of(told)
    assert usage.memory_max_bytes == usage.memory_delta_bytes == 10 << 20
    assert usage.memory_mean_bytes == 5 << 20
    assert usage.memory_headroom_bytes == (16 << 30) - (10 << 20)
    assert usage.memory_own_max_bytes == 300 << 20


def disk(**columns: int) -> dict[str, list[int | None]]:
    """A disk whose counters rise by so much each second."""
    return {name: [each * at for at in SECONDS] for name, each in columns.items()}


def test_disks_are_summed_and_the_busiest_tells_how_busy():
    one = disk(**{READS: 30, WRITES: 10, READ_MS: 60, WRITE_MS: 100, IO_MS: 900, WEIGHTED_MS: 1500})
    other = disk(**{READS: 8, READ_MS: 8, IO_MS: 100, WEIGHTED_MS: 500})
    sizes = disk(**{READ_SECTORS: 2000, WRITTEN_SECTORS: 40})
    usage = usage_of(batch(SECONDS, disks={"sda": one | sizes, "sdb": other}), start=2, end=4)
    assert usage.disk_reads == pytest.approx(76)
    assert usage.disk_writes == pytest.approx(20)
    assert usage.disk_read_bytes == 2 * 2000 * 512
    assert usage.disk_written_bytes_per_second == pytest.approx(40 * 512)
    assert usage.disk_utilisation_percent == pytest.approx(90)
    assert usage.disk_await_ms == pytest.approx(168 / 48)
    assert usage.disk_queue_depth == pytest.approx(2.0)


def test_steps_at_once_share_what_was_moved_but_see_the_same_disk():
    told = batch(
        SECONDS, disks={"sda": disk(**{READ_SECTORS: 200, IO_MS: 800, READS: 2, READ_MS: 8})}
    )
    one, two = (
        each.usage for each in measured(step(1, "a", 0, 10), step(2, "b", 0, 10), told=told)
    )
    assert one == two
    assert one.disk_read_bytes == 1000 * 512
    assert one.disk_utilisation_percent == pytest.approx(80)
    assert one.disk_await_ms == pytest.approx(4)


def test_a_disk_that_did_nothing_has_no_wait():
    usage = usage_of(batch(SECONDS, disks={"sda": disk(**{READS: 0, WRITES: 0, READ_MS: 0})}))
    assert usage.disk_reads == 0
    assert usage.disk_await_ms is None
    assert usage.disk_read_bytes is None


def test_the_fullest_filesystem_is_told():
    host = Host(cpus=1, memory_total_kb=1, filesystems={"/": 1000, "/mnt": 100})
    free: dict[str, list[int | None]] = {
        "/": [300 - 10 * at for at in SECONDS],
        "/mnt": [50] * 11,
        "/unknown": [1] * 11,
    }
    usage = usage_of(batch(SECONDS, host=host, filesystems=free))
    assert usage.disk_free_min_bytes == 200 * 1024
    assert usage.disk_free_min_percent == pytest.approx(20)
    unknown = usage_of(batch(SECONDS, filesystems={"/": [7] * 11}))
    assert unknown.disk_free_min_bytes == 7 * 1024
    assert unknown.disk_free_min_percent is None
    assert (usage.disk_free_fell_bytes, unknown.disk_free_fell_bytes) == (100 * 1024, 0)


def test_no_more_than_a_whole_filesystem_is_free():
    host = Host(cpus=1, memory_total_kb=1, filesystems={"/": 1000})
    assert (
        usage_of(batch(SECONDS, host=host, filesystems={"/": [2000] * 11})).disk_free_min_percent
        == 100
    )


def test_a_filesystem_that_ran_full_hides_behind_none_that_is_fuller():
    gib_kb = 1 << 20
    sizes = {"/": 500 * gib_kb, "/always": 40_000, "/mnt": 2 * gib_kb}
    host = Host(cpus=1, memory_total_kb=1, filesystems=sizes)
    free: dict[str, list[int | None]] = {
        "/": [10 * gib_kb] * 11,
        "/always": [0] * 11,
        "/mnt": [160_000 - 10_000 * at for at in SECONDS],
    }
    usage = usage_of(batch(SECONDS, host=host, filesystems=free))
    assert usage.disk_free_min_bytes == 60_000 * 1024
    assert usage.disk_free_min_percent == pytest.approx(100 * 60_000 / (2 * gib_kb))
    assert usage.disk_free_fell_bytes == 100_000 * 1024


def test_stalls_are_everyone_s():
    columns = {"stalled_io_us": [500_000 * at for at in SECONDS]}
    one, two = measured(
        step(1, "a", 0, 4), step(2, "b", 2, 6), told=batch(SECONDS, columns=columns)
    )
    assert one.usage.stalled_io_seconds == two.usage.stalled_io_seconds == pytest.approx(2)


def group(
    name: str, at: list[int], ticks: list[int], mib: int = 0, *, of: str = "", io: bool = False
) -> ProcessGroup:
    return ProcessGroup(
        of,
        name,
        at=at,
        cpu_ticks=ticks,
        resident_kb=[mib * 1024] * len(at),
        seen=[*range(1, len(at) + 1)],
        read_kb=[1024 * tick for tick in ticks] if io else [None] * len(at),
        written_kb=[None] * len(at),
    )


def test_a_step_s_own_processes_are_its_top():
    told = batch(
        SECONDS,
        owners=[owner("a", 0.1, SECONDS)],
        groups=[
            group("rustc", [1, 2, 3], [200, 400, 600], 700, of="a"),
            group("cargo", [1, 2, 3], [10, 20, 30], 900, of="a", io=True),
        ],
    )
    usage = usage_of(told)
    rustc = ProcessUse("rustc", 3, approx(6.0), 700 << 20, None, None, approx(6.0))
    cargo = ProcessUse("cargo", 3, approx(0.3), 900 << 20, 30 << 20, None, approx(0.3))
    assert usage.top_by_cpu == (rustc, cargo)
    assert usage.top_by_memory == (cargo, rustc)


def test_at_most_five_are_told_and_only_such_as_did_something():
    groups = [group(f"p{n}", [1, 2], [n, 10 * n], 20 * n) for n in range(8)]
    usage = usage_of(batch(SECONDS, groups=groups))
    assert [top.name for top in usage.top_by_cpu] == ["p7", "p6", "p5", "p4", "p3"]
    assert [top.name for top in usage.top_by_memory] == ["p7", "p6", "p5", "p4", "p3"]
    assert usage_of(batch(SECONDS, groups=groups[:1])).top_by_cpu == ()


def test_nobody_s_processes_are_split_by_time():
    steps = step(1, "a", 0, 6), step(2, "b", 4, 8)
    told = batch(SECONDS, groups=[group("dockerd", SECONDS, [100 * at for at in SECONDS], 80)])
    used = measure(job(*steps, end=10), [told])
    [one], [two] = (each.usage.top_by_cpu for each in used.steps)
    assert one.cpu_seconds == pytest.approx(4 + 1)
    assert two.cpu_seconds == pytest.approx(1 + 2)
    assert used.between.top_by_cpu[0].cpu_seconds == pytest.approx(2)
    assert used.usage.top_by_cpu[0].cpu_seconds == pytest.approx(10)
    assert two.memory_max_bytes == 80 << 20


def test_nobody_s_processes_that_only_hold_memory_are_told():
    told = batch(SECONDS, groups=[group("redis", SECONDS, [7] * 11, 80)])
    [redis] = usage_of(told).top_by_memory
    assert redis == ProcessUse("redis", 10, 0, 80 << 20, None, None)


def test_of_a_sampler_that_is_left_out_in_part_processes_count_from_there_on():
    whole = batch([2, 3, 4, 5], sampler="cd", groups=[group("cc", [0, 1, 3], [500, 600, 690])])
    pieces = (
        batch([2, 3], sampler="cd", groups=[group("cc", [0, 1], [500, 600])]),
        batch([4, 5], sampler="cd", sequence=1, groups=[group("cc", [1], [690])]),
    )
    for told in ([whole], pieces):
        parts = [batch([0, 1, 2, 3]), *told]
        [only] = measure(job(step(1, "a", 0, 5), end=5), parts).steps
        assert [top.cpu_seconds for top in only.usage.top_by_cpu] == [pytest.approx(0.9)]


def test_another_step_s_processes_are_no_one_else_s_until_they_outlive_it():
    steps = step(1, "a", 0, 3), step(2, "b", 4, 10)
    told = batch(
        SECONDS,
        owners=[owner("a", 0.1, SECONDS), owner("b", 4.1, [max(at - 4, 0) for at in SECONDS])],
        groups=[group("java", SECONDS, [100 * at for at in SECONDS], of="a")],
    )
    one, two = (each.usage.top_by_cpu for each in measured(*steps, told=told))
    assert [top.cpu_seconds for top in one] == [pytest.approx(4)]
    assert [top.cpu_seconds for top in two] == [pytest.approx(6)]


def test_groups_of_one_name_are_one():
    groups = [group("node", [1, 2], [5, 10], 30, of="a"), group("node", [3, 4], [20, 30], 50)]
    [node] = usage_of(batch(SECONDS, owners=[owner("a", 0, SECONDS)], groups=groups)).top_by_cpu
    assert node == ProcessUse("node", 4, approx(0.4), 50 << 20, None, None, approx(0.1))


def test_what_first_shows_up_in_a_later_batch_did_nothing_before():
    parts = [
        batch([0, 1, 2], [0, 1, 2]),
        batch([3, 4], [3, 4], sequence=1, groups=[group("cc", [0, 1], [0, 90])]),
    ]
    steps = step(1, "a", 0, 3), step(2, "b", 3, 4)
    one, two = measure(job(*steps, end=4), parts).steps
    assert one.usage.top_by_cpu == ()
    assert [top.cpu_seconds for top in two.usage.top_by_cpu] == [0.9]


def test_a_broken_segment_of_processes_costs_only_itself():
    told = batch(SECONDS, SECONDS)
    told.processes = "{"
    usage = usage_of(told)
    assert usage.cpu_seconds == 10
    assert usage.top_by_cpu == ()


def test_without_samples_there_are_only_durations():
    used = measure(job(step(1, "a", 0, 3), step(2, "b", None, None), end=5), [])
    assert used.machine is None
    assert used.usage == Usage(seconds=5)
    assert [each.usage for each in used.steps] == [Usage(seconds=3), Usage()]


def test_a_job_without_times_is_as_long_as_its_samples_and_steps():
    timeless = job(step(1, "a", 2, 4), end=9)._replace(start_ms=None, end_ms=None)
    used = measure(timeless, [batch(SECONDS, SECONDS)])
    assert used.usage.cpu_seconds == 10
    assert used.usage.seconds is None
    assert used.between.cpu_seconds == 8


def test_limits_never_allow_more_than_there_is():
    host = Host(cpus=2, memory_total_kb=1000, cpu_limit_cores=8.0, memory_limit_kb=5000)
    machine = measure(job(end=10), [batch(SECONDS, host=host)]).machine
    assert machine
    assert (machine.cores_allowed, machine.memory_allowed_bytes) == (2, 1000 * 1024)


def test_an_owner_s_counter_that_is_no_longer_told_stands_still():
    parts = [
        batch([0, 1], [0, 1], owners=[owner("a", 0.1, [0, 1])]),
        batch([2, 3], [2, 3], sequence=1),
        batch([4, 5], [4, 5], sequence=2, owners=[owner("a", 0.1, [1, 2])]),
    ]
    [only] = measure(job(step(1, "one", 0, 5), end=5), parts).steps
    assert only.usage.cpu_seconds_by_time == pytest.approx(3)
    assert only.usage.cpu_seconds == pytest.approx(5)


def test_the_share_of_time_with_about_one_core():
    # Idle for 2 s, one core for 3 s in one look, two for 1 s, one for 4 s.
    told = batch([0, 1, 2, 5, 6, 7, 8, 9, 10], [0, 0, 0, 3, 5, 6, 7, 8, 9])
    assert usage_of(told).cpu_one_core_percent == pytest.approx(70)


@pytest.mark.parametrize(
    ("ends", "kills"),
    [
        ((6, 10), [1, 0]),  # the first one ended as somebody was killed
        ((10, 10), [None, None]),
        ((8, 10), [1, 0]),  # or soon after
        ((9, 10), [None, None]),
        ((4, 10), [0, 1]),  # the second was alone by then
    ],
)
def test_of_steps_at_once_it_was_hit_who_ended_then(
    ends: tuple[float, float], kills: list[int | None]
):
    told = batch(SECONDS, columns={"oom_kills": [0] * 7 + [1] * 4})
    steps = [step(number, "any", 0, end) for number, end in enumerate(ends, 1)]
    used = measure(job(*steps, end=10), [told])
    assert [each.usage.out_of_memory_kills for each in used.steps] == kills
    assert used.usage.out_of_memory_kills == 1


def test_out_of_memory_between_steps_is_nobody_s():
    told = batch(SECONDS, columns={"oom_kills": [0] * 6 + [2] * 5})
    used = measure(job(step(1, "a", 0, 3), step(2, "b", 8, 10), end=10), [told])
    assert used.between.out_of_memory_kills == used.usage.out_of_memory_kills == 2
    assert [each.usage.out_of_memory_kills for each in used.steps] == [0, 0]
    late = measure(job(end=3), [told])
    assert late.usage.out_of_memory_kills == 0
    assert ms(3) == late.job.end_ms


def test_a_tick_right_after_a_late_one_shows_no_crowd_of_cores():
    """Four ticks of the kernel's clock in two milliseconds are not twenty busy cores."""
    late = batch([0, 1, 2, 3.998, 4, 5], [0, 0.5, 1.0, 2.0, 2.04, 2.5])

    assert usage_of(late, end=5).cpu_percent_max == pytest.approx(12.5, abs=0.1)


KILLED_UNSEEN = {
    "a gap": batch([0, 1, 2, 18, 19, 20], columns={"oom_kills": [0, 0, 0, 1, 1, 1]}),
    "a hole": batch(range(21), columns={"oom_kills": [0] * 3 + [None] * 15 + [1] * 3}),
}


@pytest.mark.parametrize("told", KILLED_UNSEEN.values(), ids=KILLED_UNSEEN)
def test_what_nobody_saw_for_long_hit_nobody_for_certain(told: Batch):
    """Not who was there first, nor who ran when somebody looked again."""
    steps = step(1, "a", 0, 5), step(2, "b", 5, 16), step(3, "c", 16, 18), step(4, "d", 19, 20)
    used = measure(job(*steps, end=20), [told])
    assert [each.usage.out_of_memory_kills for each in used.steps] == [None, None, None, 0]
    assert used.usage.out_of_memory_kills == 1


@pytest.mark.parametrize("told", KILLED_UNSEEN.values(), ids=KILLED_UNSEEN)
def test_who_ran_alone_was_hit_though_nobody_looked(told: Batch):
    used = measure(job(step(1, "only", 1, 19), end=20), [told])
    assert used.steps[0].usage.out_of_memory_kills == used.usage.out_of_memory_kills == 1


def test_who_may_have_begun_only_after_a_kill_gives_way_to_who_was_there():
    told = batch(SECONDS, columns={"oom_kills": [0] * 7 + [1] * 4})
    used = measure(job(step(1, "a", 0, 10), step(2, "b", 6, 10), end=10), [told])
    assert [each.usage.out_of_memory_kills for each in used.steps] == [1, 0]
