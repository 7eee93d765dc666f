"""Services in, random harm to them out: kill -9, SIGSTOP and SIGCONT, SIGTERM; then up again.

On a busy machine a start may take longer than the peace after it. So nobody is harmed again before
it has worked a little, or all would be spent on starts.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from signal import SIGCONT, SIGSTOP, SIGTERM
from threading import Event, Thread
from time import monotonic, sleep
from typing import Self

import psutil

from tests.integration.processes import Service, wait_for

# Times the number of services: however many they are, as many have to start at once, which costs
# half a second of a core each.
SECONDS_OF_PEACE = (0.4, 1.8)
SECONDS_OF_SLEEP = (0.1, 2.5)  # up to more than a lease
STOP_SECONDS = 60.0
WORK_SHARE = 0.3  # of what its start cost in CPU time, and then …
MORE_PEACE_SECONDS = 10.0  # … no longer, since it may have nothing to do
LOOK_SECONDS = 0.1
ALL_HARMED_SECONDS = 180.0

Harm = Callable[[Service, Random], None]


class Storm:
    """For as long as the block lasts; `harms` counts what was done to each service."""

    def __init__(self, seed: int, *services: Service, frail: Sequence[Service] = ()) -> None:
        """Over these, which have started; those that are frail are only ever paused."""
        self._harmed = [(one, HARMS) for one in services] + [(one, (_pause,)) for one in frail]
        self.harms: list[Counter[str]] = [Counter() for _ in self._harmed]
        self._costs = {one: _cpu_seconds(one) for one, _ in self._harmed}
        self._peace = [seconds * len(self._harmed) for seconds in SECONDS_OF_PEACE]
        self._over = Event()
        self._errors: list[BaseException] = []
        self._threads = [
            Thread(target=self._rage, args=(Random(seed * 100 + number), *harmed, counts))  # noqa: S311 -- no secret
            for number, (harmed, counts) in enumerate(zip(self._harmed, self.harms, strict=True))
        ]

    def await_all(self) -> None:
        """Return when each service had each of its harms."""
        wait_for(self._has_spared_nobody, ALL_HARMED_SECONDS, "a harm for everybody", LOOK_SECONDS)

    def _has_spared_nobody(self) -> bool:
        assert not self._errors, self._errors
        pairs = zip(self._harmed, self.harms, strict=True)
        return all(len(counts) == len(harms) for (_, harms), counts in pairs)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        assert not self._errors, self._errors

    def _rage(
        self, random: Random, service: Service, harms: Sequence[Harm], counts: Counter[str]
    ) -> None:
        try:
            for harm in _in_rounds(random, harms):
                if self._is_over_after_peace(random, service):
                    return
                assert service.is_running, f"ended by itself: {service.log.read_text()[-2000:]}"
                harm(service, random)
                counts[harm.__name__.strip("_")] += 1
        except BaseException as exc:  # noqa: BLE001 -- told when the storm is over
            self._errors.append(exc)

    def _is_over_after_peace(self, random: Random, service: Service) -> bool:
        seconds = random.uniform(*self._peace)
        latest = monotonic() + seconds + MORE_PEACE_SECONDS
        enough = (1 + WORK_SHARE) * self._costs[service]
        while not self._over.wait(seconds) and monotonic() < latest:
            if not service.is_running or _cpu_seconds(service) > enough:
                break
            seconds = LOOK_SECONDS
        return self._over.is_set()


def _in_rounds(random: Random, harms: Sequence[Harm]) -> Iterator[Harm]:
    """Each as often as the others, so that the shortest storm has some of everything."""
    while True:
        yield from random.sample(harms, len(harms))


def _kill(service: Service, _: Random) -> None:
    service.kill()
    service.start()


def _pause(service: Service, random: Random) -> None:
    service.signal(SIGSTOP)
    sleep(random.uniform(*SECONDS_OF_SLEEP))
    service.signal(SIGCONT)


def _stop(service: Service, _: Random) -> None:
    service.signal(SIGTERM)
    service.wait(STOP_SECONDS)
    service.start()


def _cpu_seconds(service: Service) -> float:
    times = psutil.Process(service.pid).cpu_times()
    return float(times.user + times.system)


HARMS: tuple[Harm, ...] = (_kill, _pause, _stop)
