"""What is told of processes by name; its sums are in the golden jobs and the laws."""

from src.analysis.ledger import Ledger
from src.analysis.measure import measure
from src.analysis.usage import ProcessUse
from tests.analysis.made import batch, job, step

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
