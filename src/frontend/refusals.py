"""Refused requests in; counts, and some of them as log lines, out.

Anybody may send what is refused, as fast as he likes: each is counted, but only so many a second
are told one by one. What GitHub signed and we lost is always told: its id is what a redelivery
needs, and nobody else can make us write. (A sampler keeps what it could not send.)
"""

import logging
import time

from ..model.semconv import IGNORED
from ..shared.health import Health
from .headers import Headers
from .kinds import Kind
from .verdict import Verdict

LINES_PER_SECOND = 10
LONGEST_ID = 128

NOTHING_TO_DO = 200
REASONS = {
    400: "malformed",
    401: "unsigned",
    403: "not_allowed",
    408: "too_slow",
    413: "too_large",
    415: "media_type",
    429: "too_many",
    503: "unavailable",
}
"""The metric's words: few, whatever is sent."""

log = logging.getLogger(__name__)


class Refusals:
    """Counts every request that is not queued, and logs the first few of each second."""

    def __init__(self, health: Health, kind: Kind, *, tells_all_lost: bool) -> None:
        self._health = health
        self._kind = kind
        self._tells_all_lost = tells_all_lost
        self._second = 0
        self._lines = 0

    def tell(self, verdict: Verdict, headers: Headers) -> None:
        """Take note of one that is answered by this verdict."""
        if verdict.status == NOTHING_TO_DO:
            self._health.count(IGNORED)
        else:
            self._health.count(self._kind.refused, value=REASONS[verdict.status])
        if (verdict.trouble and self._tells_all_lost) or self._may_speak():
            self._log(verdict, headers)

    def _may_speak(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._lines = second, 0
        self._lines += 1
        if self._lines == LINES_PER_SECOND + 1:
            log.warning("more is refused: counted, but not told", extra={"kind": self._kind.name})
        return self._lines <= LINES_PER_SECOND

    def _log(self, verdict: Verdict, headers: Headers) -> None:
        event = f"{self._kind.name} not queued"
        keys = {"status": verdict.status, "reason": verdict.reason}
        if header := self._kind.id_header:
            name = headers.get(header, b"")[:LONGEST_ID].decode("ascii", "replace")
            keys[f"{self._kind.name}_id"] = name
        if verdict.trouble:
            log.error(event, extra={**keys, "error": verdict.trouble})
        else:
            level = logging.INFO if verdict.status == NOTHING_TO_DO else logging.WARNING
            log.log(level, event, extra=keys)
