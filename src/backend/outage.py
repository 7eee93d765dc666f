"""Troubles round after round in; one log line when they begin or change, then one a minute, out."""

import logging
from collections.abc import Callable

AGAIN_SECONDS = 60.0

log = logging.getLogger(__name__)


class Outage:
    """What keeps the worker from getting on, as far as it is told."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """By a clock of seconds that is never set back."""
        self._clock = clock
        self._reason: str | None = None
        self._began = self._told = 0.0

    def goes_on(self, reason: str, pause_seconds: float) -> None:
        """A round had this trouble."""
        now = self._clock()
        if self._reason is None:
            self._began = now
        elif reason == self._reason and now - self._told < AGAIN_SECONDS:
            return
        self._reason, self._told = reason, now
        log.warning("paused", extra={"reason": reason, "seconds": pause_seconds})

    def ends(self) -> None:
        """A round had none."""
        if self._reason is None:
            return
        log.info("resumed", extra={"seconds": round(self._clock() - self._began, 3)})
        self._reason = None
