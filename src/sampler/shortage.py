"""A moment on the machine in; whether memory or disk runs short, out.

A process that the kernel kills for want of memory cannot say goodbye: what was seen until then has
to be on disk before.
"""

from __future__ import annotations

from ..model import samples

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from ..model.samples import Host
    from .moment import Moment

_FULL = 0.95
_LITTLE_KB = 262_144


def is_short(moment: Moment, first: Moment, host: Host) -> bool:
    """Whether memory is almost full, or a filesystem that was not at first."""
    columns = moment.columns
    used_kb, group_kb = columns[samples.MEMORY_USED_KB], columns[samples.CGROUP_MEMORY_KB]
    return (
        _is_full(used_kb, host.memory_total_kb)
        or _is_full(group_kb, host.memory_limit_kb)
        or any(
            _is_little(free_kb) and not _is_little(first.free_kb[point])
            for point, free_kb in moment.free_kb.items()
        )
    )


def _is_full(used_kb: Optional[int], whole_kb: Optional[int]) -> bool:
    return used_kb is not None and whole_kb is not None and used_kb > _FULL * whole_kb


def _is_little(free_kb: Optional[int]) -> bool:
    return free_kb is not None and free_kb < _LITTLE_KB
