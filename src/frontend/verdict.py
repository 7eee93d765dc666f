"""What to answer to a request, and what is to be enqueued of it."""

from dataclasses import dataclass

from ..shared.errors import TelemetryError
from ..shared.messages import Event


@dataclass(frozen=True, slots=True)
class Verdict:
    """An HTTP status with a word on why.

    `event` is there only where something is to enqueue; `trouble`, for our own eyes, only where
    that was right and came to nothing. `retry_after_seconds` is None where the status says it.
    """

    status: int
    reason: str
    event: Event | None = None
    trouble: str | None = None
    retry_after_seconds: int | None = None


class RefusedError(TelemetryError):
    """A request that cannot be taken, whatever comes after; the verdict says why."""

    def __init__(self, status: int, reason: str, retry_after_seconds: int | None = None) -> None:
        super().__init__(reason)
        self.verdict = Verdict(status, reason, retry_after_seconds=retry_after_seconds)
