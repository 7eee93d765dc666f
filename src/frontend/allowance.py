"""Batches and their sizes in; how long their sender has to wait out. Pure: the clock is given.

Each batch costs its job a second, or longer where it is large, and nobody may be further ahead of
the clock than five minutes. So a job may send a batch and 64 KiB a second for ever, twenty times
what a sampler sends, or what it kept of an hour at once. One number a job is all that is kept.
"""

from collections import OrderedDict
from collections.abc import Hashable
from math import ceil

SECONDS_PER_BATCH = 1.0
BYTES_PER_SECOND = 64 * 1024
AHEAD_SECONDS = 300.0
MOST_SENDERS = 10_000  # the one that was heard of least lately is forgotten first


class Allowance:
    """What each sender has used of it."""

    def __init__(self) -> None:
        self._paid_until: OrderedDict[Hashable, float] = OrderedDict()

    def take(self, sender: Hashable, size_bytes: int, now_seconds: float, jobs: int = 1) -> int:
        """0 where it may be taken, and is counted; else after how many seconds it may.

        `jobs`: how many may stand behind this sender, where one cannot be told from another.
        """
        used_until = max(self._paid_until.pop(sender, now_seconds), now_seconds)
        wait_seconds = ceil(max(0.0, used_until - now_seconds - AHEAD_SECONDS))
        if not wait_seconds:
            used_until += max(SECONDS_PER_BATCH, size_bytes / BYTES_PER_SECOND) / jobs
        self._paid_until[sender] = used_until
        if len(self._paid_until) > MOST_SENDERS:
            self._paid_until.popitem(last=False)
        return wait_seconds
