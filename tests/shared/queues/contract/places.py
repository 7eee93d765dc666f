"""A queue's kind, an address and a name in; the queue out, in any process.

Another kind of queue runs the whole contract once it has a row in `KINDS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from src.shared.queues.base import Queue
from src.shared.queues.sqlite import SqliteQueue


@dataclass(frozen=True)
class Kind:
    """How to open such a queue, and how finely it tells time."""

    new_address: Callable[[Path], str]
    open: Callable[[str, str], Queue]
    shortest_lease_seconds: float
    notices_within_seconds: float


KINDS = {
    "sqlite": Kind(
        new_address=lambda folder: str(folder / "queue.sqlite"),
        open=lambda address, name: SqliteQueue(Path(address), name),
        shortest_lease_seconds=0.15,
        notices_within_seconds=0.15,
    ),
}


@dataclass(frozen=True)
class Place:
    """Where queues live that only know each other by name."""

    kind_name: str
    address: str

    @property
    def kind(self) -> Kind:
        return KINDS[self.kind_name]

    def open(self, name: str = "events") -> Queue:
        return self.kind.open(self.address, name)
