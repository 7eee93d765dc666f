"""The folder of a session in; its batches, whatever happened to the file they are in, out."""

from __future__ import annotations

from ..model.batches import BatchError, decode
from .line_file import whole_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Optional

    from ..model.samples import Batch
    from .folder import Folder

_RAW = b'"processes_memory"'


def stored_batches(path: str, since_uptime_ms: Optional[int] = None) -> list[Batch]:
    """Those that are whole; one that was cut short when its sampler was killed is left out.

    Since a moment: only the last ones, back to the first that begins before it.
    """
    batches: list[Batch] = []
    for line in reversed(list(whole_lines(path))):
        try:
            batches.append(decode(line))
        except BatchError:
            continue
        if since_uptime_ms is not None and batches[-1].uptime_ms[0] < since_uptime_ms:
            break
    return batches[::-1]


def session_batches(folder: Folder) -> list[Batch]:
    """What a session's files tell: its batches, or where there are none its raw lines.

    The file of raw lines may be any file that somebody has, of batches too: then it is that.
    """
    first = next(whole_lines(folder.samples), None)
    if first is not None and _RAW not in first:
        return stored_batches(folder.samples)
    return stored_batches(folder.batches) or _collected_batches(folder.samples)


def _collected_batches(path: str) -> list[Batch]:
    """Of raw lines; those that are not ours, or not whole, are left out."""
    import json

    from .formats.raw_samples import batches_of

    lines = []
    for text in whole_lines(path):
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    try:
        return list(batches_of(lines))
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def clock_ms(batches: Iterable[Batch]) -> Optional[int]:
    """The wall clock less the uptime, as most samples have it; None without samples."""
    found = [
        time_ms - uptime_ms
        for batch in batches
        for time_ms, uptime_ms in zip(batch.time_ms, batch.uptime_ms)
    ]
    return sorted(found)[(len(found) - 1) // 2] if found else None


def boot_id(batches: Iterable[Batch]) -> str:
    """That of the last batch."""
    return next((batch.host.boot_id for batch in reversed(list(batches))), "")
