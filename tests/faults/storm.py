"""Services in, random harm to them out: kill -9, SIGSTOP and SIGCONT, SIGTERM; then up again."""

from collections import Counter
from random import Random
from signal import SIGCONT, SIGSTOP, SIGTERM
from threading import Event, Thread
from time import sleep
from typing import Self

from tests.integration.processes import Service

SECONDS_OF_PEACE = (0.5, 3.0)
SECONDS_OF_SLEEP = (0.1, 2.5)  # up to more than a lease
STOP_SECONDS = 30.0


class Storm:
    """For as long as the block lasts; `harms` counts what was done to each service."""

    def __init__(self, seed: int, *services: Service) -> None:
        self.harms: list[Counter[str]] = [Counter() for _ in services]
        self._over = Event()
        self._errors: list[BaseException] = []
        self._threads = [
            Thread(target=self._rage, args=(Random(seed * 100 + number), service, harms))  # noqa: S311 -- no secret
            for number, (service, harms) in enumerate(zip(services, self.harms, strict=True))
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        assert not self._errors, self._errors

    def _rage(self, random: Random, service: Service, harms: Counter[str]) -> None:
        try:
            while not self._over.wait(random.uniform(*SECONDS_OF_PEACE)):
                assert service.is_running, f"ended by itself: {service.log.read_text()[-2000:]}"
                harm = random.choice((_kill, _pause, _stop))
                harm(service, random)
                harms[harm.__name__.strip("_")] += 1
        except BaseException as exc:  # noqa: BLE001 -- told when the storm is over
            self._errors.append(exc)


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
