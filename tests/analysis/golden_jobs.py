"""The text of a golden job in; the job, its batches and what is to be measured out.

First what it shows, with the figures worked out by hand, up to an empty line. Then lines of

    host cpus=2                     what differs from a plain machine
    skew 30                         seconds
    job 0 10                        its start and end; all moments are seconds after NOON
    step 2  3 9  Run make           a step's number, start, end and name; `-` is unknown
    skipped 3  9 9  Run nothing     one that GitHub says was skipped
    owner __run 3.1                 an owner's key, and when its first process was born
    batch 0 sampler=ab boot=one     a sequence; then a table, its head first
    t  busy  __run  memory          moment, CPU seconds of the machine and owners, MiB, or a column
    => step 2  cpu_seconds=6        figures of Usage, or `owner`; also of `job` and `between`
"""

from typing import NamedTuple

from src.analysis.timeline import Job, Step
from src.model.samples import CPU_SYSTEM, CPU_USER, MEMORY_USED_KB, Batch, Host, Owner
from tests.analysis.made import NOON_MS, UPTIME_AT_NOON_MS, ms, ticks

UNKNOWN = "-"
MOMENT, UPTIME, BUSY, MEMORY = "t", "up", "busy", "memory"
HOST_FACTS = {
    "cpus": int,
    "interval_ms": int,
    "cpu_limit_cores": float,
    "memory_total_kb": int,
    "memory_limit_kb": int,
    "is_container": bool,
}


class Golden(NamedTuple):
    """One golden job; `expected` are figures as texts, by whose they are."""

    why: str
    job: Job
    batches: list[Batch]
    skew_ms: int
    expected: dict[str, dict[str, str]]


class _Table:
    """A batch as it is told."""

    def __init__(self, words: list[str]) -> None:
        self.sequence = int(words[0])
        names = dict(word.split("=") for word in words[1:])
        self.sampler, self.boot = names.get("sampler", "ab"), names.get("boot", "one")
        self.head: list[str] = []
        self.rows: list[list[str]] = []

    def column(self, name: str, unit: float = 1) -> list[int | None]:
        cells = (row[self.head.index(name)] for row in self.rows)
        return [None if cell == UNKNOWN else round(float(cell) * unit) for cell in cells]


def read_golden(text: str) -> Golden:
    """The job that a file tells."""
    why, _, told = text.partition("\n\n")
    facts: dict[str, object] = {"cpus": 2, "memory_total_kb": 4 << 20}
    span, steps, born, tables = (0.0, 0.0), [], {}, []
    skew_ms, expected = 0, {}
    for line in filter(None, told.splitlines()):
        word, *rest = line.split()
        if word == "host":
            pairs = (fact.split("=") for fact in rest)
            facts |= {name: HOST_FACTS[name](value) for name, value in pairs}
        elif word == "skew":
            skew_ms = round(float(rest[0]) * 1000)
        elif word == "job":
            span = (float(rest[0]), float(rest[1]))
        elif word in {"step", "skipped"}:
            steps.append(_step(rest, "skipped" if word == "skipped" else None))
        elif word == "owner":
            born[rest[0]] = ms(float(rest[1]))
        elif word == "batch":
            tables.append(_Table(rest))
        elif word == MOMENT:
            tables[-1].head = [word, *rest]
        elif word == "=>":
            who = [part for part in rest if "=" not in part]
            figures = (part.split("=") for part in rest[len(who) :])
            expected.setdefault(" ".join(who), {}).update(figures)
        else:
            tables[-1].rows.append([word, *rest])
    job = Job("golden", ms(span[0]), ms(span[1]), tuple(steps))
    return Golden(why, job, [_batch(table, facts, born) for table in tables], skew_ms, expected)


def _step(words: list[str], conclusion: str | None) -> Step:
    number, start, end, *name = words
    times = (None if moment == UNKNOWN else ms(float(moment)) for moment in (start, end))
    return Step(int(number), " ".join(name), *times, conclusion)


def _batch(table: _Table, facts: dict[str, object], born: dict[str, int]) -> Batch:
    time_ms = [NOON_MS + (at or 0) for at in table.column(MOMENT, 1000)]
    uptime = UPTIME if UPTIME in table.head else MOMENT
    columns = {
        name: table.column(name)
        for name in table.head
        if name not in {MOMENT, UPTIME, BUSY, MEMORY} and name not in born
    }
    if BUSY in table.head:
        columns[CPU_USER] = table.column(BUSY, ticks(1))
        columns[CPU_SYSTEM] = [0] * len(time_ms)
    if MEMORY in table.head:
        columns[MEMORY_USED_KB] = table.column(MEMORY, 1024)
    return Batch(
        sampler=table.sampler,
        sequence=table.sequence,
        host=Host(boot_id=table.boot, **facts),  # type: ignore[arg-type]
        time_ms=time_ms,
        uptime_ms=[UPTIME_AT_NOON_MS + (at or 0) for at in table.column(uptime, 1000)],
        columns=columns,
        owners=[
            Owner(key, born_ms, used, [1024] * len(used))  # type: ignore[arg-type]
            for key, born_ms in born.items()
            if key in table.head and (used := table.column(key, ticks(1)))
        ],
    )
