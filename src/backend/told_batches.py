"""What a job's stored batches tell in; batches to judge out, without those that are none.

Nearly all are told as our own sampler tells them, and read together. Where one is not, each is read
as the frontend read it when it came, but for its processes, which are lost alone where they are
odd: a writer may leave things out, and one odd batch is to cost its job no others.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from ..model.batches import BatchError, decode
from ..model.joined import joined
from ..model.samples import Batch
from .stored_batches import with_processes

_NOT_AS_OURS = (ValueError, LookupError, TypeError, AttributeError)
_LONGEST_NAME = 100  # characters of it in a log: what is odd may be of any length

log = logging.getLogger(__name__)


class ReadBatches(NamedTuple):
    """What is there to judge, and how many batches are left out."""

    batches: list[Batch]
    odd_count: int


def read_told(told: Sequence[dict[str, Any]]) -> ReadBatches:
    """All samples of these batches; of each that is odd a log line says which it is."""
    try:
        return ReadBatches(joined(map(with_processes, told)), 0)
    except _NOT_AS_OURS:
        read = [batch for one in told for batch in _read(one)]
        return ReadBatches(read, len(told) - len(read))


def _read(one: dict[str, Any]) -> list[Batch]:
    """By itself; nothing where it is odd."""
    try:
        return [decode(msgspec.json.encode(one))]
    except BatchError as exc:
        name = f"{one.get('sampler')}-{one.get('sequence')}"[:_LONGEST_NAME]
        log.warning("a stored batch is odd", extra={"batch": name, "reason": str(exc)})
        return []
