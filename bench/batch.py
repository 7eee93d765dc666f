"""A seed in, a batch of a busy or a quiet minute out; and what such batches weigh: a table.

    python -m bench batch

Busy is what a compiler does to a small machine with everything to see: noise in every counter and
gauge of machine, control group, disk and filesystems, and ten groups of processes that change at
every sample.
"""

import random
import time
import zlib
from collections.abc import Callable
from itertools import accumulate
from statistics import mean

from src.model import samples
from src.model.batches import decode, decode_processes, encode, encode_processes
from src.model.samples import Batch, Host, Owner, ProcessGroup

from .tables import figure, markdown

Column = list[int | None]

SAMPLES = 60
LEVEL = 6
QUIET = 0.03  # of what a busy machine does

NAMES = {  # CPU ticks a second when busy
    "rustc": 200,
    "cargo (children)": 60,
    "cc1plus": 30,
    "node: vite": 15,
    "cargo": 10,
    "ld.lld": 8,
    "python: pytest": 5,
    "bash": 3,
    "dockerd": 2,
    "Runner.Worker": 1,
}


def batch_table(rounds: int) -> str:
    """Bytes a sample and milliseconds a batch, over so many batches of each kind."""
    rows = [
        (f"{kind}, {SAMPLES} samples", *_figures([made(seed) for seed in range(rounds)]))
        for kind, made in (("busy", busy_batch), ("quiet", quiet_batch))
    ]
    heads = ("a batch", "JSON, B a sample", "zlib-6, B a sample", "encode, ms", "decode, ms")
    return markdown((*heads, "decode processes, ms"), rows)


def busy_batch(seed: int) -> Batch:
    """Everything moves at every sample."""
    return _Minute(seed, 1.0).batch()


def quiet_batch(seed: int) -> Batch:
    """Something moves now and then."""
    return _Minute(seed, QUIET).batch()


def bytes_a_sample(batch: Batch) -> float:
    """As it travels: compact JSON, zlib-6."""
    return len(zlib.compress(encode(batch), LEVEL)) / len(batch.uptime_ms)


def _figures(batches: list[Batch]) -> tuple[str, ...]:
    encoded = [encode(batch) for batch in batches]
    return (
        figure(mean(map(len, encoded)) / SAMPLES),
        figure(mean(map(bytes_a_sample, batches))),
        figure(_milliseconds(lambda: [encode(batch) for batch in batches]) / len(batches)),
        figure(_milliseconds(lambda: [decode(text) for text in encoded]) / len(batches)),
        figure(
            _milliseconds(lambda: [decode_processes(batch.processes) for batch in batches])
            / len(batches)
        ),
    )


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


class _Minute:
    """A random minute; `level` is how much goes on in it, 1 being busy."""

    def __init__(self, seed: int, level: float) -> None:
        self.random = random.Random(seed)  # noqa: S311  # no secret
        self.level = level

    def batch(self) -> Batch:
        uptime_ms = [12_345_678 + 1000 * i + self.random.randrange(3) for i in range(SAMPLES)]
        identity = self.random.getrandbits(128)
        return Batch(
            sampler=f"{identity:032x}",
            sequence=self.random.randrange(60),
            host=Host(
                cpus=4,
                memory_total_kb=16_374_584,
                boot_id=f"{identity:032x}",
                swap_total_kb=4_194_300,
                filesystems={"/": 75_085_112, "/mnt": 14_321_908},
                system="Linux 6.8.0-1021-azure x86_64, Ubuntu 24.04",
            ),
            job={
                "host": "github.com",
                "repository_id": 812_345_671,
                "run_id": 15_123_456_789,
                "run_attempt": 1,
                "job_id": 42_123_456_789,
                "runner_name": "runner-1000123",
            },
            time_ms=[1_760_000_000_123 + uptime for uptime in uptime_ms],
            uptime_ms=uptime_ms,
            columns=self._machine(),
            disks={"sda": self._disk()},
            filesystems={"/": self._gauge(50e6, 8000), "/mnt": self._gauge(14e6, 1500)},
            owners=self._owners(),
            processes=encode_processes([self._group(name) for name in NAMES]),
        )

    def _machine(self) -> dict[str, Column]:
        idle = 400 - 365 * self.level
        return {
            samples.CPU_USER: self._counter(330, 30),
            samples.CPU_SYSTEM: self._counter(30, 8),
            samples.CPU_IDLE: self._counter(idle / self.level, 20),
            samples.CPU_IOWAIT: self._counter(2, 3),
            samples.CPU_STEAL: self._counter(0.5, 0.5),
            samples.MEMORY_USED_KB: self._gauge(4e6, 40_000),
            samples.SWAP_USED_KB: self._gauge(500_000, 0),
            samples.OOM_KILLS: self._counter(0, 0),
            samples.NETWORK_RECEIVED_BYTES: self._counter(250_000, 250_000),
            samples.NETWORK_SENT_BYTES: self._counter(35_000, 35_000),
            samples.STALLED_CPU_US: self._counter(300_000, 100_000),
            samples.STALLED_MEMORY_US: self._counter(1_500, 1_500),
            samples.STALLED_IO_US: self._counter(8_000, 8_000),
            samples.STALLED_MEMORY_FULL_US: self._counter(800, 800),
            samples.STALLED_IO_FULL_US: self._counter(4_000, 5_000),
            samples.CGROUP_CPU_US: self._counter(3.6e6, 300_000),
            samples.CGROUP_THROTTLED_US: self._counter(20_000, 20_000),
            samples.CGROUP_MEMORY_KB: self._gauge(3e6, 40_000),
            samples.CGROUP_OOM_KILLS: self._counter(0, 0),
        }

    def _disk(self) -> dict[str, Column]:
        return {
            samples.READS: self._counter(20, 20),
            samples.READ_SECTORS: self._counter(1_200, 1_200, unit=8),
            samples.READ_MS: self._counter(10, 10),
            samples.WRITES: self._counter(100, 50),
            samples.WRITTEN_SECTORS: self._counter(8_000, 4_800, unit=8),
            samples.WRITE_MS: self._counter(150, 100),
            samples.IO_MS: self._counter(80, 50, unit=4),
            samples.WEIGHTED_MS: self._counter(160, 100),
        }

    def _owners(self) -> list[Owner]:
        return [
            Owner("__actions_checkout", 1_760_012_300_000, [412] * SAMPLES, [0] * SAMPLES),
            Owner("__run_2", 1_760_012_320_000, self._counter(0.3, 0.3), self._gauge(120e3, 100)),
            Owner("__run_3", 1_760_012_340_000, self._counter(340, 30), self._gauge(3e6, 40_000)),
        ]

    def _group(self, name: str) -> ProcessGroup:
        ticks = NAMES[name]
        return ProcessGroup(
            "__run_3" if ticks > 2 else "",
            name,
            at=range(SAMPLES),
            cpu_ticks=self._counter(ticks, ticks / 4 + 1),
            resident_kb=self._gauge(self.random.randrange(4_000, 1_500_000), 60 * ticks + 1_000),
            seen=self._counter(0.3 * ticks / 60, 0.3),
            read_kb=self._counter(2 * ticks, 4 * ticks) if ticks > 2 else [None] * SAMPLES,
            written_kb=self._counter(20 * ticks, 40 * ticks) if ticks > 2 else [None] * SAMPLES,
        )

    def _counter(self, mean: float, spread: float, unit: int = 1) -> list[int]:
        steps = (max(0.0, self.random.gauss(mean, spread)) * self.level for _ in range(SAMPLES))
        start = self.random.randrange(10**5, 10**8)
        return [int(value) // unit * unit for value in accumulate(steps, initial=start)][1:]

    def _gauge(self, start: float, spread: float) -> list[int]:
        steps = (self.random.gauss(0, spread * self.level) for _ in range(SAMPLES - 1))
        return [max(0, int(value)) for value in accumulate(steps, initial=start)]
