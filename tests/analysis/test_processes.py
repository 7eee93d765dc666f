"""What is told of processes by name; its sums are in the golden jobs and the laws."""

from src.analysis.ledger import Ledger
from src.analysis.measure import measure
from src.analysis.usage import ProcessUse
from src.model.samples import ProcessGroup
from tests.analysis.made import batch, job, step, ticks

WORKER = (50, 50, 1, None, "Runner.Worker", 0, 0, 1, None, None, 1_000_050)

Io = tuple[int | None, int | None]


def make(cpu: int, io: Io) -> tuple[object, ...]:
    return (110, 110, 50, "__run", "make", cpu, 0, 1, *io, 1_790_000_001_500)


def made_by_make(*ticks: list[tuple[object, ...]]) -> ProcessUse:
    """What `make` did in the one step of a job, as a ledger tells of these ticks."""
    ledger = Ledger()
    for readings in ticks:
        ledger.tick([WORKER, *readings])
    seconds = range(len(ticks))
    told = batch(seconds, seconds, owners=ledger.owners(), groups=ledger.processes())
    measured = measure(job(step(1, "Run make", 0, len(ticks)), end=len(ticks)), [told])
    [use] = [use for use in measured.steps[0].usage.top_by_cpu if use.name == "make"]
    return use


def test_what_was_done_before_the_first_sight_of_it_is_counted():
    use = made_by_make(
        [], [make(10, (None, None))], [make(20, (None, None))], [make(30, (4096, 1024))]
    )

    assert (use.read_bytes, use.written_bytes) == (4096 << 10, 1024 << 10)


def test_what_was_done_before_the_sampler_came_is_unknown():
    use = made_by_make([make(10, (None, None))], [make(20, (4096, 1024))], [make(30, (8192, 2048))])

    assert (use.read_bytes, use.written_bytes) == (None, None)


def test_what_may_not_be_seen_is_unknown():
    use = made_by_make([], [], [make(10, (None, 0))], [make(20, (None, 1024))])

    assert (use.read_bytes, use.written_bytes) == (None, 1024 << 10)


def daemon(at: list[int], *seconds: float) -> ProcessGroup:
    unknown, held_kb = [None] * len(at), [1024] * len(at)
    return ProcessGroup(
        "",
        "dockerd",
        at=at,
        cpu_ticks=[ticks(used) for used in seconds],
        resident_kb=held_kb,
        seen=[1] * len(at),
        read_kb=unknown,
        written_kb=unknown,
    )


def test_who_is_first_recorded_late_did_it_at_any_time_before():
    """Others led for ten minutes, while it used 0.3 cores; then it alone was left."""
    seconds = [*range(701)]
    busy = [2 * min(at, 600) + 0.3 * max(at - 600, 0) for at in seconds]
    told = batch(seconds, busy, groups=[daemon([600, 601, 700], 180, 180.3, 210)])
    build, idle = measure(
        job(step(1, "build", 0, 600), step(2, "idle", 600, 700), end=700), [told]
    ).steps

    assert [round(use.cpu_seconds) for use in build.usage.top_by_cpu] == [180]
    assert [round(use.cpu_seconds) for use in idle.usage.top_by_cpu] == [30]


def test_what_was_counted_before_a_lost_beginning_is_nobody_s():
    seconds = [*range(10)]
    told = batch(seconds, seconds, sequence=1, groups=[daemon([5, 6, 9], 180, 180.3, 181.2)])
    [use] = measure(job(step(1, "idle", 0, 9), end=9), [told]).steps[0].usage.top_by_cpu

    assert round(use.cpu_seconds, 6) == 1.2


def test_nobody_used_more_than_all():
    told = batch([0, 1, 2], [0, 1, 2], groups=[daemon([0, 1, 2], 0, 5, 9)])
    measured = measure(job(step(1, "one", 0, 2), end=2), [told])

    for usage in (measured.steps[0].usage, measured.usage):
        [use] = usage.top_by_cpu
        assert use.cpu_seconds == usage.cpu_seconds == 2


def test_counters_that_fall_took_nothing_back():
    told = batch([0, 1, 2, 3], [0, 1, 2, 3], groups=[daemon([0, 1, 2, 3], 0, 2, 1, 2.5)])
    [use] = measure(job(step(1, "one", 0, 3), end=3), [told]).steps[0].usage.top_by_cpu

    assert use.cpu_seconds == 2.5


def test_of_two_groups_of_one_name_in_a_batch_the_first_counts():
    twins = [daemon([0, 1, 2], 0, 0.5, 1), daemon([0, 1, 2], 0, 1, 2)]
    told = batch([0, 1, 2], [0, 4, 8], groups=twins)
    [use] = measure(job(step(1, "one", 0, 2), end=2), [told]).steps[0].usage.top_by_cpu

    assert use.cpu_seconds == 1
