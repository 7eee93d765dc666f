"""A session's folder in; what its sampler has seen until a moment, written to it, out."""

from __future__ import annotations

import os
import sys
import time

from . import asking
from .background import ask
from .stored import stored_batches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .folder import Folder

_FLUSH_SECONDS = 2.0
_LOOK_SECONDS = 0.01


def await_batch(folder: Folder, uptime_ms: int) -> None:
    """Have what was seen until then written, if a sampler runs; not for long."""
    if ask(folder, asking.FLUSH) is None:
        return
    until, size = time.monotonic() + _FLUSH_SECONDS, -1
    while time.monotonic() < until:
        now = _size(folder.batches)
        if now != size and _last_uptime_ms(folder) >= uptime_ms:
            return
        size = now
        time.sleep(_LOOK_SECONDS)


def _last_uptime_ms(folder: Folder) -> int:
    batches = stored_batches(folder.batches, since_uptime_ms=sys.maxsize)
    return batches[-1].uptime_ms[-1] if batches else -1


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
