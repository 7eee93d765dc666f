"""A queue's kind, an address and a name in; the queue out, in any process.

Another kind of queue runs the whole contract once it has a row in `KINDS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from src.shared.azure_account import account_by_connection_string
from src.shared.azure_clients import open_azure_queue, open_container
from src.shared.queues.base import Queue
from src.shared.queues.sqlite import SqliteQueue
from tests.azurite import fresh_name


@dataclass(frozen=True)
class Kind:
    """How to open such a queue, and how finely it tells time."""

    new_address: Callable[[pytest.FixtureRequest], str]
    open: Callable[[str, str], Queue]
    shortest_lease_seconds: float


def _new_file(request: pytest.FixtureRequest) -> str:
    folder: Path = request.getfixturevalue("tmp_path")
    return str(folder / "queue.sqlite")


def _new_prefix(request: pytest.FixtureRequest) -> str:
    """An account, and a prefix for names, since all tests share the emulator."""
    return f"{request.getfixturevalue('azurite').connection_string} {fresh_name()}"


def _open_azure(address: str, name: str) -> Queue:
    text, _, prefix = address.rpartition(" ")
    account = account_by_connection_string(text)
    store = open_container(account, prefix, None, may_create=True)
    return open_azure_queue(account, f"{prefix}-{name}", store, may_create=True)


KINDS = {
    "sqlite": Kind(
        new_address=_new_file,
        open=lambda address, name: SqliteQueue(Path(address), name),
        shortest_lease_seconds=0.15,
    ),
    "azure": Kind(
        new_address=_new_prefix,
        open=_open_azure,
        shortest_lease_seconds=1,
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
