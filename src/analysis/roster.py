"""A job's steps in; who runs when out, and what falls to each where something is split by time."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from .series import Span
from .timeline import Job, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping, Optional, Sequence

BETWEEN, JOB = -1, -2
"""Beside the steps' indices: what lies between them, and the whole job."""

_SKIPPED = "skipped"


class Roster:
    """Who runs when: the job's time cut at `edges_ms`, where a step starts or ends.

    `lives` are those of the steps that ran, by index; `whole` is the job's time,
    `spans` who has which spans: each step, BETWEEN and the JOB.
    """

    def __init__(self, lives: Mapping[int, Span], whole: Span) -> None:
        """All lives lie within the job's time."""
        self.lives = lives
        self.whole = whole
        self.edges_ms = sorted({edge for span in (whole, *self.lives.values()) for edge in span})
        self._edge = {edge_ms: index for index, edge_ms in enumerate(self.edges_ms)}
        self._running = self._count()
        self.spans = {index: [span] for index, span in self.lives.items()}
        self.spans.update({BETWEEN: self._idle(), JOB: [whole]})

    def divide(
        self, counts: Sequence[float], first: int = 0, steps: Optional[Iterable[int]] = None
    ) -> dict[int, float]:
        """What was counted by each edge, split equally at each moment among those who run.

        Where all was counted around a few edges, `counts` may tell of those alone, from the one of
        index `first` on, and be divided among only those `steps` that ran then.
        """
        rises = [after - before for before, after in zip(counts, counts[1:])]
        pairs = list(zip(rises, self._running[first : first + len(rises)]))
        each = _summed(rise / running if running else 0.0 for rise, running in pairs)
        if steps is None:
            parts = {index: self._rise(each, span) for index, span in self.lives.items()}
        else:
            parts = {index: self._rise_around(each, self.lives[index], first) for index in steps}
        parts[BETWEEN] = sum(rise for rise, running in pairs if not running)
        parts[JOB] = counts[-1] - counts[0]
        return parts

    def within(self, counts: Sequence[float]) -> dict[int, float]:
        """What was counted by each edge, whole for everyone who was there."""
        return {
            who: sum(self._rise(counts, span) for span in spans)
            for who, spans in self.spans.items()
        }

    def running_at(self, times_ms: Sequence[float]) -> list[int]:
        """How many steps run at each of these moments, which are in order."""
        counts = [0] * len(times_ms)
        places = [bisect_left(times_ms, edge_ms) for edge_ms in self.edges_ms]
        for first, last, running in zip(places, places[1:], self._running):
            counts[first:last] = [running] * (last - first)
        return counts

    def _count(self) -> list[int]:
        """How many steps run from each edge to the next."""
        begun = [0] * len(self.edges_ms)
        for span in self.lives.values():
            begun[self._edge[span.start_ms]] += 1
            begun[self._edge[span.end_ms]] -= 1
        return list(accumulate(begun))[:-1]

    def _idle(self) -> list[Span]:
        edges = zip(self.edges_ms, self.edges_ms[1:], self._running)
        return [Span(start_ms, end_ms) for start_ms, end_ms, running in edges if not running]

    def _rise(self, counts: Sequence[float], span: Span) -> float:
        return counts[self._edge[span.end_ms]] - counts[self._edge[span.start_ms]]

    def _rise_around(self, counts: Sequence[float], span: Span, first: int) -> float:
        """Of counts from the edge `first` on, which stand still before and after."""
        low, high = self._edge[span.start_ms] - first, self._edge[span.end_ms] - first
        last = len(counts) - 1
        return counts[min(max(high, 0), last)] - counts[min(max(low, 0), last)]


def roster_of(job: Job, seen: Span) -> Roster:
    """The job's, wide enough for its steps; where its own times are unknown, as wide as `seen`."""
    end_ms = seen.end_ms if job.end_ms is None else job.end_ms
    lives = {index: span for index, step in enumerate(job.steps) if (span := _life(step, end_ms))}
    edges = [edge_ms for span in lives.values() for edge_ms in span]
    edges += [seen.start_ms if job.start_ms is None else job.start_ms, end_ms]
    return Roster(lives, Span(min(edges), max(edges)))


def _life(step: Step, until_ms: int) -> Optional[Span]:
    """From a step's start to its end, or until `until_ms` where it has not ended.

    None where it has no start or was skipped. What ends before it starts lasts no time.
    """
    if step.start_ms is None or step.conclusion == _SKIPPED:
        return None
    end_ms = until_ms if step.end_ms is None else step.end_ms
    return Span(step.start_ms, max(step.start_ms, end_ms))


def _summed(rises: Iterable[float]) -> list[float]:
    return list(accumulate(rises, initial=0.0))
