"""One sample of the machine, as the text of a batch: for a mark where no sampler runs."""

from __future__ import annotations

from ..model.batches import BatchError, decode, encode
from .assembly import NothingToSeeError, collector
from .view import PROC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_INTERVAL_SECONDS = 1.0


def snapshot(before: Optional[str] = None) -> Optional[str]:
    """`before` is the one to follow, so that differences can be taken; None: nothing can be seen.

    Processes are left out: what was seen of them twice says little of what was between.
    """
    try:
        found = collector(PROC, _INTERVAL_SECONDS, lambda _: None)
        found.sample()
        batch = found.batch()
        if before:
            earlier = decode(before)
            batch.sampler, batch.sequence = earlier.sampler, earlier.sequence + 1
    except (BatchError, NothingToSeeError, OSError):
        return None
    batch.owners, batch.processes = (), "{}"
    return encode(batch).decode()
