"""What is marked of a finished job in, whose letters look out for its late batches out. Pure.

Each late batch may change what a job's samples say, and to judge a job may take seconds. So the
letter of one late batch waits for others, the longer the more often the job was corrected before;
the letters of those that come meanwhile are done with at once.

Nothing is lost that way, whatever the clocks say. Who looks out marks that before he waits; before
he looks he marks that too, and lists the batches only then. So who stored his batch and finds the
first mark without the second is seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from .batch_facts import BatchFact

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)  # the alert on a stuck queue knows nothing of this
_TRUSTED = timedelta(minutes=10)  # to come back: it may be poison by now, or lie in a long queue
_MOST_DOUBLINGS = 6
_WAITS, _LOOKED = "late-", "looked-"


@dataclass(frozen=True, slots=True)
class Lookout:
    """A late batch whose letter waits for others.

    Attributes:
        batch: which.
        until: when it looks.
        has_looked: whether it has, or is about to: it sees nothing that is stored from now on.
    """

    batch: str
    until: datetime
    has_looked: bool = False

    @property
    def waits(self) -> str:
        """The name of the first mark."""
        return f"{_WAITS}{int(self.until.timestamp() * 1000)}-{self.batch}"

    @property
    def looked(self) -> str:
        """The name of the second; of one that need not wait it is the only one."""
        return f"{_LOOKED}{self.batch}"

    def wait_seconds(self, now: datetime) -> float:
        """How long is left; nothing where a clock was set back, and it would be too long."""
        left = self.until - now
        is_due = self.has_looked or not timedelta() < left <= LONGEST_WAIT
        return 0.0 if is_due else left.total_seconds()

    def will_look(self, now: datetime) -> bool:
        """Whether what is stored by now is left to it; not where a clock ran ahead of it."""
        if self.has_looked:
            return False
        return self.until - LONGEST_WAIT <= now < self.until + _TRUSTED


def batch_of(fact: BatchFact) -> str:
    """Which batch this is; each push of the same one is another."""
    return sha256(fact.name.encode()).hexdigest()[:16]


def lookout_for(fact: BatchFact, earlier: int, now: datetime) -> Lookout:
    """That of this batch, after so many others of its job; the first need not wait."""
    if not earlier:
        return Lookout(batch_of(fact), now, has_looked=True)
    wait = FIRST_WAIT * 2 ** min(earlier - 1, _MOST_DOUBLINGS)
    return Lookout(batch_of(fact), now + min(wait, LONGEST_WAIT))


def read_lookouts(names: Iterable[str]) -> tuple[Lookout, ...]:
    """All that these names mark; other names are no matter."""
    until: dict[str, datetime] = {}
    looked: set[str] = set()
    for name in names:
        if name.startswith(_WAITS):
            milliseconds, _, batch = name.removeprefix(_WAITS).partition("-")
            until[batch] = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
        elif name.startswith(_LOOKED):
            looked.add(name.removeprefix(_LOOKED))
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(
        Lookout(batch, until.get(batch, never), batch in looked)
        for batch in sorted(until.keys() | looked)
    )
