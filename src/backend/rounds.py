"""What became of a round's letters in; what went wrong, and what pause a sink wants, out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from .outcomes import Outcomes

LONGEST_RETRY_AFTER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something in hand does not get on, and when to try again, where a sink said so."""

    reason: str
    retry_after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """What a round was: the messages in hand, the letters that came to an end, what went wrong."""

    messages: int
    ended: int
    trouble: Trouble | None

    @property
    def asked_for_seconds(self) -> float:
        """The pause that a sink wants, where nothing passed: else it was about a few rows."""
        if self.trouble is None or self.ended:
            return 0.0
        return min(self.trouble.retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS)


def troubles_of(outcomes: Outcomes) -> list[Trouble]:
    """What keeps letters in hand."""
    return [
        Trouble(str(outcome.error), outcome.retry_after_seconds or 0.0)
        for letter, outcome in outcomes.items()
        if letter.end is None
    ]


def most_urgent(troubles: Sequence[Trouble]) -> Trouble | None:
    """The one whose sink wants the longest pause; None where nothing went wrong."""
    return max(troubles, key=lambda trouble: trouble.retry_after_seconds, default=None)
