"""Laws that hold for any steps and samples, sensible or not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.measure import measure
from src.analysis.timeline import Job, Step
from src.analysis.usage import JobUsage, Usage
from src.model.batches import decode, encode
from src.model.joined import joined
from src.model.process_groups import decode_processes, encode_processes
from src.model.samples import (
    CGROUP_CPU_US,
    CPU_IOWAIT,
    CPU_STEAL,
    CPU_SYSTEM,
    CPU_USER,
    IO_MS,
    MEMORY_USED_KB,
    NETWORK_RECEIVED_BYTES,
    OOM_KILLS,
    READ_SECTORS,
    READS,
    Batch,
    Host,
    Owner,
    ProcessGroup,
)
from tests.analysis.made import NOON_MS, UPTIME_AT_NOON_MS

SUMS = (
    *("cpu_seconds", "cpu_seconds_by_time", "cpu_steal_seconds", "cpu_iowait_seconds"),
    *("disk_read_bytes", "disk_reads", "network_received_bytes"),
)
COUNTERS = (CPU_USER, CPU_SYSTEM, CPU_IOWAIT, CPU_STEAL, NETWORK_RECEIVED_BYTES, OOM_KILLS)
KEYS = ("__run", "__run_2", "mine", "__actions_checkout")
NAMES = (
    *("Run make", "Run test", "mine", "Run actions/checkout@v4", "Set up job"),
    *("Post Run actions/checkout@v4", "Pre Run actions/checkout@v4"),
)
LATEST_MS = 12_000
LIMITED = Host(cpus=4, memory_total_kb=1 << 20, cpu_limit_cores=1.5, is_container=True)
PLAIN = Host(cpus=4, memory_total_kb=1 << 20, swap_total_kb=1 << 20, filesystems={"/": 1 << 20})

seldom = st.integers(0, 9).map(lambda drawn: drawn == 9)
moments = st.integers(-4, LATEST_MS // 500 + 4).map(lambda half_seconds: half_seconds * 500)
lasts = st.sampled_from((1_000, 0, 500, 2_000, 5_000, 20_000, -1_000))
edge = st.one_of(st.none(), moments)


@dataclass(frozen=True)
class Scene:
    job: Job
    batches: tuple[Batch, ...]


def drawn_bytes(draw: st.DrawFn, length: int) -> bytes:
    """So many numbers below 256 in one go, which is quicker than one by one."""
    return draw(st.binary(min_size=length, max_size=length))


def counter(draw: st.DrawFn, length: int, unit: int = 4) -> list[int | None]:
    """As a kernel may tell it: rising, but for wraps, backward steps and holes."""
    value = draw(st.sampled_from((1000, 0, 2**32 - 256 * unit)))
    told: list[int | None] = []
    for byte in drawn_bytes(draw, length):
        value = max(value + (byte - 5) * unit, 0) % 2**32
        told.append(None if byte % 16 == 15 else value)
    return told


def rising(draw: st.DrawFn, length: int, unit: int = 1) -> list[int]:
    """As a sampler makes it."""
    return [*accumulate(unit * ((byte + 40) % 128) for byte in drawn_bytes(draw, length))]


@st.composite
def owners(draw: st.DrawFn, length: int, starts_ms: Sequence[int]) -> list[Owner]:
    """Born with a step, mostly."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True))
    starts = st.sampled_from(starts_ms or (0,))
    return [
        Owner(
            key,
            NOON_MS + draw(starts) + draw(st.integers(-500, 2_000)),
            rising(draw, length),
            rising(draw, length, 64),
        )
        for key in keys
    ]


@st.composite
def groups(draw: st.DrawFn, length: int) -> list[ProcessGroup]:
    names = draw(st.sets(st.tuples(st.sampled_from(("", *KEYS)), st.sampled_from("ab"))))
    found = []
    for owner, name in sorted(names):
        at = sorted(draw(st.sets(st.integers(0, length - 1), min_size=1)))
        found.append(
            ProcessGroup(
                *(owner, name),
                at=at,
                cpu_ticks=rising(draw, len(at)),
                resident_kb=rising(draw, len(at), 1024),
                seen=rising(draw, len(at)),
                read_kb=rising(draw, len(at), 1024),
                written_kb=[None] * len(at),
            )
        )
    return found


@st.composite
def batches(draw: st.DrawFn, sampler: str, starts_ms: Sequence[int]) -> Batch:
    """All that one sampler saw, in one piece."""
    length = draw(st.integers(1, 8).map(lambda drawn: 9 - drawn))
    intervals = st.sampled_from((1_000, 1_001, 993, 250, 2_400, 7_000, 1, 15_000))
    steps_ms = draw(st.lists(intervals, min_size=length, max_size=length))
    uptime_ms = [UPTIME_AT_NOON_MS + elapsed_ms for elapsed_ms in accumulate(steps_ms)]
    host = draw(st.sampled_from((PLAIN, LIMITED)))
    memory = [4096 * byte for byte in drawn_bytes(draw, length)]
    left_out = draw(st.sets(st.sampled_from(COUNTERS), max_size=2))
    told = {name: counter(draw, length) for name in COUNTERS if name not in left_out}
    told |= {CGROUP_CPU_US: counter(draw, length, 5_000)} if host is LIMITED else {}
    disks = {"sda": {name: counter(draw, length) for name in (READS, READ_SECTORS, IO_MS)}}
    return Batch(
        sampler=sampler,
        sequence=0,
        host=host,
        time_ms=[NOON_MS + uptime - UPTIME_AT_NOON_MS for uptime in uptime_ms],
        uptime_ms=uptime_ms,
        columns={**told, MEMORY_USED_KB: memory},
        disks=draw(st.sampled_from(({}, disks))),
        filesystems={"/": [kb // 2 for kb in memory]},
        owners=draw(owners(length, starts_ms)),
        processes=encode_processes(draw(groups(length))),
    )


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A job with its steps and all that was sampled of it, each sampler's in one batch."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=draw(st.integers(0, 4)), max_size=6))
    starts_ms = [draw(moments) for _ in names]
    steps = tuple(
        Step(
            number,
            name,
            None if draw(seldom) else NOON_MS + start_ms,
            None if draw(seldom) else NOON_MS + start_ms + draw(lasts),
            "skipped" if draw(seldom) else None,
        )
        for number, (name, start_ms) in enumerate(zip(names, starts_ms, strict=True), 1)
    )
    start_ms, end_ms = (
        NOON_MS + at if at is not None else None for at in draw(st.tuples(edge, edge))
    )
    job = Job("any", start_ms, end_ms, steps)
    samplers = draw(st.sampled_from(("a", "ab", "a", "ab", "")))
    return Scene(job, tuple(draw(batches(sampler, starts_ms)) for sampler in samplers))


def usages(used: JobUsage) -> list[Usage]:
    return [used.usage, used.between, *(step.usage for step in used.steps)]


@given(scenes())
def test_steps_and_what_lies_between_make_the_job(scene: Scene):
    used = measure(scene.job, scene.batches)
    parts = [used.between, *(step.usage for step in used.steps)]
    for name in SUMS:
        told = [value for part in parts if (value := getattr(part, name)) is not None]
        whole = getattr(used.usage, name) or 0
        rounding = len(parts) if name.endswith("bytes") else 0
        assert sum(told) == pytest.approx(whole, rel=1e-9, abs=rounding + 1e-6), name


@given(scenes())
def test_nothing_is_negative_or_beyond_the_whole(scene: Scene):
    for usage in usages(measure(scene.job, scene.batches)):
        figures = {
            name: value
            for name, value in usage._asdict().items()
            if isinstance(value, (int, float))
        }
        figures.pop("memory_delta_bytes", None)
        assert {name: value for name, value in figures.items() if value < 0} == {}
        shares = [value for name, value in figures.items() if "percent" in name]
        assert all(value <= 100 + 1e-9 for value in shares)
        for top in (*usage.top_by_cpu, *usage.top_by_memory):
            assert min(top.seen, top.cpu_seconds, top.memory_max_bytes, top.read_bytes or 0) >= 0


@given(scenes(), st.integers(-(10**10), 10**10), st.integers(-(10**5), 10**10))
def test_shifting_all_times_shifts_the_answer(scene: Scene, shift_ms: int, uptime_shift_ms: int):
    used = measure(scene.job, scene.batches)
    moved_job = moved(scene.job, shift_ms)
    moved_batches = [moved_batch(batch, shift_ms, uptime_shift_ms) for batch in scene.batches]
    assert usages(measure(moved_job, moved_batches)) == usages(used)
    assert usages(measure(moved_job, scene.batches, skew_ms=shift_ms)) == usages(used)


def moved(job: Job, shift_ms: int) -> Job:
    def shifted(moment: int | None) -> int | None:
        return None if moment is None else moment + shift_ms

    steps = tuple(
        step._replace(start_ms=shifted(step.start_ms), end_ms=shifted(step.end_ms))
        for step in job.steps
    )
    return job._replace(start_ms=shifted(job.start_ms), end_ms=shifted(job.end_ms), steps=steps)


def moved_batch(batch: Batch, shift_ms: int, uptime_shift_ms: int) -> Batch:
    return remade(
        batch,
        time_ms=[time + shift_ms for time in batch.time_ms],
        uptime_ms=[uptime + uptime_shift_ms for uptime in batch.uptime_ms],
        owners=[
            Owner(owner.key, owner.born_ms + shift_ms, owner.cpu_ticks, owner.resident_kb)
            for owner in batch.owners
        ],
    )


def remade(batch: Batch, **changed: object) -> Batch:
    return Batch(**{name: getattr(batch, name) for name in Batch.__slots__} | changed)


@given(scenes(), st.randoms(use_true_random=False))
def test_splitting_shuffling_and_doubling_batches_changes_nothing(scene: Scene, random: Random):
    pieces = [piece for batch in scene.batches for piece in split(batch, random)]
    pieces += random.sample(pieces, random.randint(0, len(pieces)))
    random.shuffle(pieces)
    assert measure(scene.job, pieces) == measure(scene.job, scene.batches)


@given(scenes(), st.randoms(use_true_random=False))
def test_batches_that_are_joined_say_the_same(scene: Scene, random: Random):
    pieces = [piece for batch in scene.batches for piece in split(batch, random)]
    pieces = random.sample(pieces, random.randint(0, len(pieces)))
    texts = [encode(without_owners(piece) if random.random() < 0.1 else piece) for piece in pieces]
    together = joined([json.loads(text) for text in texts])
    assert measure(scene.job, together) == measure(scene.job, map(decode, texts))


def without_owners(batch: Batch) -> Batch:
    return remade(batch, owners=[])


def split(batch: Batch, random: Random) -> list[Batch]:
    length = len(batch.time_ms)
    cuts = sorted(random.sample(range(1, length), random.randint(0, length - 1)))
    edges = pairwise((0, *cuts, length))
    return [
        piece(batch, sequence, slice(first, last)) for sequence, (first, last) in enumerate(edges)
    ]


def piece(batch: Batch, sequence: int, part: slice) -> Batch:
    def cut(columns: dict[str, Sequence[int | None]]) -> dict[str, Sequence[int | None]]:
        return {name: column[part] for name, column in columns.items()}

    told = decode_processes(batch.processes, len(batch.time_ms))
    owners = [
        Owner(owner.key, owner.born_ms, owner.cpu_ticks[part], owner.resident_kb[part])
        for owner in batch.owners
    ]
    return remade(
        batch,
        sequence=sequence,
        time_ms=batch.time_ms[part],
        uptime_ms=batch.uptime_ms[part],
        columns=cut(batch.columns),
        disks={name: cut(disk) for name, disk in batch.disks.items()},
        filesystems=cut(batch.filesystems),
        owners=owners,
        processes=encode_processes([cut_group(group, part) for group in told]),
    )


def cut_group(group: ProcessGroup, part: slice) -> ProcessGroup:
    rows = [row for row, index in enumerate(group.at) if part.start <= index < part.stop]
    columns = ("cpu_ticks", "resident_kb", "seen", "read_kb", "written_kb")
    return ProcessGroup(
        *(group.owner, group.name),
        at=[group.at[row] - part.start for row in rows],
        **{name: [getattr(group, name)[row] for row in rows] for name in columns},
    )


@given(scenes())
def test_an_idle_step_elsewhere_changes_no_step_s_own(scene: Scene):
    start_ms = NOON_MS + 10 * LATEST_MS
    idle = Step(99, "Run nothing", start_ms, start_ms + 5_000)
    longer = scene.job._replace(steps=(*scene.job.steps, idle), end_ms=start_ms + 5_000)
    before = measure(scene.job._replace(end_ms=start_ms + 5_000), scene.batches)
    after = measure(longer, scene.batches)
    assert [own_seconds(step.usage) for step in after.steps] == [
        *(own_seconds(step.usage) for step in before.steps),
        own_seconds(Usage()),
    ]


def own_seconds(usage: Usage) -> float:
    return (usage.cpu_seconds or 0) - (usage.cpu_seconds_by_time or 0)
