"""What makes a simulated load look like a real one: typical values in, varied ones out."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, repeat
from math import ceil
from random import Random

VARIATION = 0.05  # of a load, from job to job; a share
PAUSES, WHILE_PAUSING = 0.03, 0.2  # how often hardly anything goes on, and how much then
RAMP_SECONDS, AT_FIRST = 1.5, 0.3  # until work is in full swing; the share of it at first
MEMORY_RAMP = 0.4  # the share of a phase after which it holds all its memory
DRAWN = 6_000  # values of one deviation; a day of samples asks for a million

Values = list[float]


class Noise:
    """Draws from one generator."""

    def __init__(self, rng: Random) -> None:
        """`rng` is drawn from in the order of the calls."""
        self._rng = rng

    def variation(self) -> float:
        """How a job's load relates to the typical one."""
        return self._rng.lognormvariate(0.0, VARIATION)

    def pace(self, moments: Sequence[float]) -> Values:
        """How hard a phase works at each of these moments, the first of which is its start."""
        ramp = [min(1.0, AT_FIRST + (at - moments[0]) / RAMP_SECONDS) for at in moments]
        return [now * (WHILE_PAUSING if self._rng.random() < PAUSES else 1.0) for now in ramp]

    def about(self, values: Sequence[float], deviation: float, typical: float = 1.0) -> Values:
        """`typical` times each value, with noise of this share."""
        if not typical:
            return [0.0] * len(values)
        factors = self._factors(deviation)
        return [typical * value * factor for value, factor in zip(values, factors, strict=False)]

    def _factors(self, deviation: float) -> Iterator[float]:
        """Without end: what was drawn once, from some place on and round again."""
        drawn = _drawn(deviation)
        return chain(drawn[self._rng.randrange(DRAWN) :], chain.from_iterable(repeat(drawn)))


@cache
def _drawn(deviation: float) -> tuple[float, ...]:
    """Factors about 1, none below 0, the same ones in every process."""
    gauss = Random(f"noise/{deviation}").gauss  # noqa: S311 -- a simulation, no secret
    return tuple(max(gauss(1.0, deviation), 0.0) for _ in range(DRAWN))


def growth(count: int, at_first: float) -> Values:
    """From the share `at_first` to the whole, over the first part of `count` cells."""
    ramp = max(count * MEMORY_RAMP, 1.0)
    rising = min(ceil(ramp), count)
    rise = (1 - at_first) / ramp
    return [at_first + rise * number for number in range(rising)] + [1.0] * (count - rising)
