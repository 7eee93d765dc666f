"""The collector's word that there is a new batch in; a short-lived child that sends it, out.

On the collecting path: nothing that HTTP needs is imported here, and nothing is waited for.
"""

from __future__ import annotations

import os
import sys
import time

from .entry import ENTRY
from .job_facts import PUSH_URL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

EVERY_SECONDS, SELDOM_SECONDS, URGENT_SECONDS = 30.0, 300.0, 5.0
"""How often a child is started at most, while all goes well, when nothing does, and in need."""

_NEVER = 2  # push.NEVER, which would bring all that it needs


class Pusher:
    """Starts one child at a time, none where there is nowhere to push to."""

    def __init__(self, folder: str, environment: Mapping[str, str]) -> None:
        """`folder` has the batches in it; `environment` says where they go."""
        self._words = [sys.executable, "-I", "-S", ENTRY, "push", "--dir", folder]
        self._environment = dict(environment)
        self._is_wanted = bool(environment.get(PUSH_URL))
        self._child: Optional[int] = None
        self._started = -SELDOM_SECONDS
        self._pause_seconds = EVERY_SECONDS

    def nudge(self, *, urgent: bool = False) -> None:
        """There is a new batch; one that may be the last is urgent."""
        self._reap()
        pause_seconds = URGENT_SECONDS if urgent else self._pause_seconds
        is_due = time.monotonic() - self._started >= pause_seconds
        if self._is_wanted and self._child is None and is_due:
            self._start()

    def finish(self) -> None:
        """There will be no more: a child for the last one, which waits for who is at it still."""
        self._reap()
        if self._is_wanted:
            self._start()

    def _start(self) -> None:
        self._started = time.monotonic()
        try:
            self._child = os.posix_spawn(
                sys.executable, self._words, self._environment, setsigmask=()
            )
        except OSError:
            self._is_wanted = False  # the batches are in their file all the same

    def _reap(self) -> None:
        """Learn from how the last child ended, if it has."""
        if self._child is None:
            return
        try:
            pid, status = os.waitpid(self._child, os.WNOHANG)
        except ChildProcessError:  # whoever started us has children vanish
            pid, status = self._child, 0
        if not pid:
            return
        self._child = None
        code = os.waitstatus_to_exitcode(status)
        self._is_wanted = code != _NEVER
        self._pause_seconds = (
            EVERY_SECONDS if code == 0 else min(self._pause_seconds * 2, SELDOM_SECONDS)
        )
