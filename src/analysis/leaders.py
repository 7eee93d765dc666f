"""What a span used in; the processes worth naming, those that used most CPU first, out."""

from __future__ import annotations

from .figures import percent
from .usage import ProcessUse, Usage

TITLE = "Who used most"
"""What stands above them, wherever they are shown."""

NOTABLE_PERCENT = 1.0
"""Of all CPU, and of all memory: who has less of both is not worth a line."""


def leaders(usage: Usage) -> list[ProcessUse]:
    """Those of most CPU and those of most memory, each once; nobody who did next to nothing."""
    most = dict.fromkeys((*usage.top_by_cpu, *usage.top_by_memory))
    notable = (process for process in most if _is_notable(process, usage))
    return sorted(notable, key=lambda process: (-process.cpu_seconds, -process.memory_max_bytes))


def _is_notable(process: ProcessUse, usage: Usage) -> bool:
    shares = (
        percent(process.cpu_seconds, usage.cpu_seconds),
        percent(process.memory_max_bytes, usage.memory_max_bytes),
    )
    known = [share for share in shares if share is not None]
    return not known or max(known) >= NOTABLE_PERCENT
