"""Refused deliveries in; counts, and some of them as log lines, out.

Anybody may send what is refused, as fast as he likes: each is counted, but only so many a second
are told one by one. What GitHub signed and we lost is always told: its id is what a redelivery
needs, and nobody else can make us write.
"""

import logging
import time
from collections.abc import Mapping

from ..model.semconv import IGNORED, REFUSED
from ..shared.health import Health
from .webhook import Verdict

LINES_PER_SECOND = 10
LONGEST_ID = 128

NOTHING_TO_DO = 200
REASONS = {
    400: "malformed",
    401: "unsigned",
    408: "too_slow",
    413: "too_large",
    415: "media_type",
    503: "unavailable",
}
"""The metric's words: few, whatever is sent."""

log = logging.getLogger(__name__)


class Refusals:
    """Counts every delivery that is not queued, and logs the first few of each second."""

    def __init__(self, health: Health, *, are_signed: bool) -> None:
        self._health = health
        self._are_signed = are_signed
        self._second = 0
        self._lines = 0

    def tell(self, verdict: Verdict, headers: Mapping[bytes, bytes]) -> None:
        """Take note of one that is answered by this verdict."""
        if verdict.status == NOTHING_TO_DO:
            self._health.count(IGNORED)
        else:
            self._health.count(REFUSED, value=REASONS[verdict.status])
        if (verdict.trouble and self._are_signed) or self._may_speak():
            _log(verdict, headers)

    def _may_speak(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._lines = second, 0
        self._lines += 1
        if self._lines == LINES_PER_SECOND + 1:
            log.warning("more deliveries are refused: counted, but not told")
        return self._lines <= LINES_PER_SECOND


def _log(verdict: Verdict, headers: Mapping[bytes, bytes]) -> None:
    delivery_id = headers.get(b"x-github-delivery", b"")[:LONGEST_ID].decode("ascii", "replace")
    keys = {"status": verdict.status, "reason": verdict.reason, "delivery_id": delivery_id}
    if verdict.trouble:
        log.error("delivery not queued", extra={**keys, "error": verdict.trouble})
    else:
        level = logging.INFO if verdict.status == NOTHING_TO_DO else logging.WARNING
        log.log(level, "delivery not queued", extra=keys)
