"""Facts of batches with nothing behind them."""

from src.backend.batch_facts import BatchFact
from src.model.samples import Batch

BOOTED_MS = 1_790_000_040_000  # a whole minute


def fact(
    sequence: int,
    *seconds: float,
    is_final: bool = False,
    sampler: str = "aa",
    received_ms: int = 0,
) -> BatchFact:
    """A batch whose samples lie at these seconds after a whole minute."""
    times_ms = [*map(at_ms, seconds)] or [None]
    return BatchFact(
        repository_id=7,
        is_signed=True,
        sampler=sampler,
        sequence=sequence,
        is_final=is_final,
        first_ms=times_ms[0],
        last_ms=times_ms[-1],
        received_ms=received_ms,
        sent_ms=None,
    )


def at_ms(seconds: float) -> int:
    return BOOTED_MS + round(seconds * 1000)


def fact_of(batch: Batch) -> BatchFact:
    ends = [*batch.time_ms[:1], *batch.time_ms[-1:]]
    seconds = [(ms - BOOTED_MS) / 1000 for ms in ends]
    return fact(batch.sequence, *seconds, is_final=batch.final)
