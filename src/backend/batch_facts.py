"""What the name of a stored batch tells of it, to its name and back; are a job's batches all there.

    REPOSITORY-PROOF-SEQUENCE-MORE-FIRST-LAST-RECEIVED-SENT-SAMPLER

Times are epoch milliseconds, `x` where there is none. Much can be decided by a listing alone, and a
batch that was sent twice is two facts: each tells how far the sampler's clock is off.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from ..model.samples import Batch
from ..shared.sent_batches import SentBatch

_PARTS = 9
_YEARS = range(2000, 5000)  # a clock that stands elsewhere tells nothing
_UNKNOWN = "x"
_SIGNED, _DECLARED = "signed", "declared"
_FINAL, _MORE = "final", "more"


@dataclass(frozen=True, slots=True)
class BatchFact:
    """A batch is in the store.

    Attributes:
        repository_id: whose it is, by its identity.
        is_signed: whether GitHub's signature says of which job it is; else its sender does.
        sampler, sequence: which batch it is.
        is_final: whether the sampler's last.
        first_ms, last_ms: its samples' times by the sampler's clock; None where it has none.
        received_ms: when the frontend had it.
        sent_ms: the sampler's clock when it sent it; None where that was not told.
        folder: where a listing found it, since other versions of ours put it elsewhere; None
            where it is where it belongs.
    """

    repository_id: int
    is_signed: bool
    sampler: str
    sequence: int
    is_final: bool
    first_ms: int | None
    last_ms: int | None
    received_ms: int
    sent_ms: int | None
    folder: str | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """As in a key."""
        parts = (
            self.repository_id,
            _SIGNED if self.is_signed else _DECLARED,
            self.sequence,
            _FINAL if self.is_final else _MORE,
            *map(_told, (self.first_ms, self.last_ms, self.received_ms, self.sent_ms)),
            self.sampler,
        )
        return "-".join(map(str, parts))


def fact_of(sent: SentBatch, batch: Batch, received_at: datetime) -> BatchFact:
    """The fact that this batch is."""
    times_ms = [max(ms, 0) for ms in (*batch.time_ms[:1], *batch.time_ms[-1:])]
    first_ms, last_ms = times_ms or (None, None)
    return BatchFact(
        repository_id=sent.identity.repository_id,
        is_signed=sent.identity.how == "token" and sent.identity.job_id is not None,
        sampler=batch.sampler,
        sequence=batch.sequence,
        is_final=batch.final,
        first_ms=first_ms,
        last_ms=last_ms,
        received_ms=_ms(received_at),
        sent_ms=_ms(sent.sent_at) if sent.sent_at and sent.sent_at.year in _YEARS else None,
    )


@lru_cache(maxsize=4096)  # each batch lists its neighbours, and they it
def read_fact(path: str) -> BatchFact | None:
    """The fact of this name, or of `FOLDER/NAME`; None where it is no such name."""
    folder, _, name = path.rpartition("/")
    parts = name.split("-", _PARTS - 1)
    if len(parts) != _PARTS:
        return None
    repository, proof, sequence, more, *times, sampler = parts
    try:
        first_ms, last_ms, received_ms, sent_ms = map(_time, times)
        number, repository_id = int(sequence), int(repository)
    except ValueError:
        return None
    if received_ms is None:
        return None
    is_signed, is_final = proof == _SIGNED, more == _FINAL
    times_ms = (first_ms, last_ms, received_ms, sent_ms)
    return BatchFact(
        repository_id, is_signed, sampler, number, is_final, *times_ms, folder=folder or None
    )


def of_repository(facts: Iterable[BatchFact], repository_id: int) -> list[BatchFact]:
    """Those of this repository: what others send is none of its jobs'."""
    return [fact for fact in facts if fact.repository_id == repository_id]


def trusted(facts: Sequence[BatchFact]) -> tuple[BatchFact, ...]:
    """Those to be believed, in order; where some are signed, what is declared has no say."""
    signed = [fact for fact in facts if fact.is_signed]
    return tuple(sorted(signed or facts, key=lambda fact: (fact.first_ms or 0, fact.name)))


def are_complete(facts: Iterable[BatchFact]) -> bool:
    """Whether of each sampler every batch is there, up to its final one."""
    sequences: dict[str, set[int]] = defaultdict(set)
    last: dict[str, int] = {}
    for fact in facts:
        sequences[fact.sampler].add(fact.sequence)
        if fact.is_final:
            last[fact.sampler] = fact.sequence
    return all(
        sampler in last and len(found) == last[sampler] + 1 for sampler, found in sequences.items()
    )


def distinct(facts: Iterable[BatchFact]) -> list[BatchFact]:
    """Each batch once, however often it was sent."""
    return list({(fact.sampler, fact.sequence): fact for fact in facts}.values())


def skew_ms(facts: Sequence[BatchFact]) -> int:
    """How far the sampler's clock is behind the frontend's, at most: the least received - sent.

    The fastest push's time under way is in it; 0 where nobody said when he sent.
    """
    return min((f.received_ms - f.sent_ms for f in facts if f.sent_ms is not None), default=0)


def within(facts: Iterable[BatchFact], start_ms: int, end_ms: int) -> tuple[BatchFact, ...]:
    """Those of samplers that were at work mostly in this time; a runner has many jobs."""
    by_sampler: dict[str, list[BatchFact]] = defaultdict(list)
    for fact in facts:
        by_sampler[fact.sampler].append(fact)
    return tuple(
        fact
        for of_one in by_sampler.values()
        if _is_mostly_within(of_one, start_ms, end_ms)
        for fact in of_one
    )


def _is_mostly_within(facts: Sequence[BatchFact], start_ms: int, end_ms: int) -> bool:
    skew = skew_ms(facts)
    firsts = [fact.first_ms + skew for fact in facts if fact.first_ms is not None]
    lasts = [fact.last_ms + skew for fact in facts if fact.last_ms is not None]
    if not firsts or not lasts:
        return False
    first, last = min(firsts), max(lasts)
    return 2 * (min(last, end_ms) - max(first, start_ms)) >= last - first


def _told(value: int | None) -> int | str:
    return _UNKNOWN if value is None else value


def _time(text: str) -> int | None:
    return None if text == _UNKNOWN else int(text)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
