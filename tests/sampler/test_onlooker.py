import time
from pathlib import Path

from src.sampler.assembly import NothingToSeeError, collector
from src.sampler.collector import Collector
from src.sampler.onlooker import SAMPLES_A_BATCH, Onlooker
from src.sampler.own_use import OwnUse
from src.sampler.recording import Recording


class Breaking:
    """A collector that fails at its n-th sample."""

    def __init__(self, fails_at: int, *, in_batch: bool = False) -> None:
        self._collector = collector("/proc", 1.0, lambda _: "command")
        self.host = self._collector.host
        self._left = fails_at
        self.how: list[dict[str, object]] = []
        self._in_batch = in_batch

    @property
    def count(self) -> int:
        return self._collector.count

    def sample(self, **how: object) -> None:
        self.how.append(how)
        self._left -= 1
        if self._left == 0:
            raise OSError("the disk is on fire")
        self._collector.sample(**how)  # type: ignore[arg-type]

    def batch(self, **how: bool) -> object:
        if self._in_batch:
            raise MemoryError
        return self._collector.batch(**how)


def looked_on(broken: object, times: int = 5) -> tuple[Onlooker, Recording, OwnUse]:
    recording, own_use = Recording(None), OwnUse("command")
    onlooker = Onlooker(lambda: broken, recording, own_use)  # type: ignore[arg-type, return-value]
    for _ in range(times):
        wait_a_millisecond()
        onlooker.look()
    wait_a_millisecond()
    onlooker.finish()
    return onlooker, recording, own_use


def wait_a_millisecond() -> None:
    """Two samples of one millisecond are one."""
    time.sleep(0.002)


def test_what_was_seen_before_a_failure_is_kept():
    onlooker, recording, own_use = looked_on(Breaking(fails_at=4))

    assert onlooker.problem == "sampling failed: the disk is on fire"
    assert not onlooker.is_on
    assert own_use.samples == 3
    assert [len(batch.time_ms) for batch in recording.batches()] == [3]


def test_the_first_and_the_last_look_leave_nobody_out():
    whole = Breaking(fails_at=0)
    looked_on(whole, times=2)

    assert [each.get("all_of_them", False) for each in whole.how] == [True, False, False, True]


def test_a_failure_at_the_end_is_noted_as_well():
    onlooker, recording, _ = looked_on(Breaking(fails_at=0, in_batch=True))

    assert onlooker.problem == "sampling failed: MemoryError"
    assert list(recording.batches()) == []


def test_what_cannot_begin_is_not_begun():
    def build() -> Collector:
        raise NothingToSeeError("nothing there")

    onlooker = Onlooker(build, Recording(None), OwnUse("command"))
    onlooker.look()
    onlooker.finish()

    assert onlooker.problem == "sampling failed: nothing there"
    assert onlooker.host is None


def test_many_samples_are_several_batches(tmp_path: Path):
    recording, own_use = Recording(str(tmp_path / "samples.jsonl")), OwnUse("command")
    onlooker = Onlooker(lambda: collector("/proc", 1.0, lambda _: "command"), recording, own_use)
    for _ in range(SAMPLES_A_BATCH):
        wait_a_millisecond()
        onlooker.look()
    onlooker.finish()

    assert onlooker.problem is None
    sizes = [len(batch.time_ms) for batch in recording.batches()]
    assert sizes[0] == SAMPLES_A_BATCH
    assert sum(sizes) == own_use.samples
    assert own_use.sampler_cpu_seconds > 0
    assert own_use.processes
