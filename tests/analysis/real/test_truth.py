"""The ledger, the batch and the judge against getrusage: on real processes, and on a recording.

python -m pytest tests/analysis/real --run-recorder     writes the recording anew
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from src.analysis.ledger import Ledger
from src.analysis.measure import measure
from src.analysis.timeline import Job, Step
from src.analysis.usage import JobUsage
from src.model.batches import decode, encode, encode_processes
from src.model.samples import Batch, Host
from tests.analysis.real import recording as recordings
from tests.analysis.real.burners import FORKS
from tests.analysis.real.recording import INTERVAL_SECONDS, RECORDED, Recording, Tick, Told

TICKS_A_BATCH = 20

CLOSE, CLOSE_FOR_FORKS = 0.03, 0.05
ROUNDING_SECONDS = 0.04  # two processes' user and system time, rounded to ticks
CLOSE_KB = 4096


@pytest.fixture(scope="module", params=["recorded", pytest.param("live", marks=pytest.mark.slow)])
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    if request.param == "recorded":
        return recordings.load(RECORDED)
    return recordings.record(tmp_path_factory.mktemp("town"))


@pytest.fixture(params=[1, 4], ids=["0.25s", "1s"])
def batches(recording: Recording, request: pytest.FixtureRequest) -> list[Batch]:
    """What a backend would have, of a sampler that looks once in so many ticks."""
    ticks = [*recording.ticks[: -1 : request.param], recording.ticks[-1]]
    ledger = Ledger()
    return [
        decode(encode(_batch(ledger, sequence, some, recording, request.param)))
        for sequence, some in enumerate(_in_batches(ticks))
    ]


def _in_batches(ticks: list[Tick]) -> Iterator[list[Tick]]:
    return (ticks[i : i + TICKS_A_BATCH] for i in range(0, len(ticks), TICKS_A_BATCH))


def _batch(
    ledger: Ledger, sequence: int, ticks: list[Tick], recording: Recording, every: int
) -> Batch:
    for tick in ticks:
        ledger.tick(tick.readings)
    batch = Batch(
        sampler="ab",
        sequence=sequence,
        # What else this machine does is not the steps' to answer for.
        host=Host(
            cpus=2,
            memory_total_kb=8 << 20,
            interval_ms=round(1000 * INTERVAL_SECONDS * every),
            ticks_per_second=recording.ticks_per_second,
            is_container=True,
        ),
        time_ms=[tick.time_ms for tick in ticks],
        uptime_ms=[tick.uptime_ms for tick in ticks],
        owners=ledger.owners(),
        processes=encode_processes(ledger.processes()),
    )
    ledger.start_window()
    return batch


def ended_together(recording: Recording, batches: list[Batch]) -> list[list[str]]:
    """Keys of steps that ended between the same two looks, or each alone.

    Their runner reaps them at once, as far as can be seen: only their sum is exact.
    """
    looks = [uptime for batch in batches for uptime in batch.uptime_ms]
    longest_ms = max(later - earlier for earlier, later in pairwise(looks))
    groups: list[list[Told]] = []
    for told in sorted((t for t in recording.truth if t.end_ms), key=lambda t: t.end_ms):
        if groups and told.end_ms - groups[-1][-1].end_ms < longest_ms:
            groups[-1].append(told)
        else:
            groups.append([told])
    return [[told.key for told in group] for group in groups]


def truth_of(recording: Recording, keys: list[str]) -> object:
    """What getrusage says of these together, with what they left behind; as it may be missed."""
    told = [told for told in recording.truth if told.key in keys]
    close = CLOSE_FOR_FORKS if any(t.name == "forks" for t in told) else CLOSE
    seconds = sum(t.cpu_seconds for t in told)
    return pytest.approx(seconds, rel=close, abs=ROUNDING_SECONDS * len(keys))


def test_the_cpu_of_every_owner_is_what_getrusage_says(recording: Recording, batches: list[Batch]):
    counted = {owner.key: owner.cpu_ticks[-1] for owner in batches[-1].owners}

    for keys in ended_together(recording, batches):
        seconds = sum(counted[key] for key in keys) / recording.ticks_per_second
        assert seconds == truth_of(recording, keys), keys


def test_the_memory_of_an_owner_is_what_getrusage_says(recording: Recording, batches: list[Batch]):
    held: dict[str, int] = defaultdict(int)
    for batch in batches:
        for owner in batch.owners:
            held[owner.key] = max(held[owner.key], *owner.resident_kb)

    kept = [told for told in recording.truth if told.name == "memory"]
    assert len(kept) == 2
    for told in kept:
        assert held[told.key] == pytest.approx(told.memory_max_kb, abs=CLOSE_KB)


def measured(recording: Recording, batches: list[Batch]) -> JobUsage:
    """As from a webhook: numbered in the order of the runner's keys, times cut to seconds."""
    timed = sorted((t for t in recording.truth if t.end_ms), key=lambda t: (len(t.key), t.key))
    steps = tuple(
        Step(number, f"Run {told.name}", told.start_ms // 1000 * 1000, told.end_ms // 1000 * 1000)
        for number, told in enumerate(timed, start=1)
    )
    ends = recording.ticks[0].time_ms, recording.ticks[-1].time_ms
    return measure(Job("town", *ends, steps), batches)


def test_the_judge_gives_each_step_what_its_processes_used(
    recording: Recording, batches: list[Batch]
):
    usage = measured(recording, batches)

    found = {step.owner: step.usage for step in usage.steps}
    daemons = {told.key for told in recording.truth if not told.end_ms}
    assert found.keys() == {told.key for told in recording.truth}
    for keys in ended_together(recording, batches):
        if daemons.isdisjoint(keys):  # what a daemon does after its step is split by time
            own = sum(found[key].cpu_seconds - found[key].cpu_seconds_by_time for key in keys)
            assert own == truth_of(recording, keys), keys


def test_the_judge_loses_nothing_of_the_whole(recording: Recording, batches: list[Batch]):
    usage = measured(recording, batches)

    parts = sum(step.usage.cpu_seconds for step in usage.steps) + usage.between.cpu_seconds
    assert parts == pytest.approx(usage.usage.cpu_seconds)
    assert parts == pytest.approx(sum(t.cpu_seconds for t in recording.truth), rel=CLOSE)


def test_who_reaped_and_who_wrote_is_told_by_name(recording: Recording, batches: list[Batch]):
    usage = measured(recording, batches)
    tops = {step.step.name: step.usage.top_by_cpu for step in usage.steps}

    assert "sh (children)" in {use.name for use in tops["Run forks"]}
    written_bytes = max(use.written_bytes or 0 for use in tops["Run disk"])
    assert written_bytes == pytest.approx(40 * 2**20, rel=0.1)


def test_a_recording_is_read_as_it_was_written(tmp_path: Path):
    recorded = recordings.load(RECORDED)

    recorded.save(tmp_path / "again.json")

    assert (tmp_path / "again.json").read_bytes() == RECORDED.read_bytes()
    assert RECORDED.stat().st_size <= 200_000


def test_more_than_500_forks_a_second_were_recorded():
    forking = next(t for t in recordings.load(RECORDED).truth if t.name == "forks")

    assert FORKS * 1000 / (forking.end_ms - forking.start_ms) > 500
