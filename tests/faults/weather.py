"""Proxies in, trouble after trouble out: at one of them, at all of them, with calm in between."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from threading import Event, Thread
from typing import Self

from tests.faults.toxic import HANG, PASS, REFUSE, Toxic, ToxicProxy
from tests.integration.processes import wait_for

SECONDS_OF_TROUBLE = 1.0
SECONDS_OF_PEACE = (0.4, 1.2)
ALL_SHOWN_SECONDS = 180.0
LOOK_SECONDS = 0.1

ANYWHERE = (
    REFUSE,
    HANG,
    Toxic(cut_after_bytes=0),
    Toxic(cut_after_bytes=100),
    Toxic(status=500),
    Toxic(status=503, share=0.3),
    Toxic(status=429, headers={"Retry-After": "1"}),
    Toxic(delay_seconds=0.3),
)
TOGETHER = (
    REFUSE,
    HANG,
    Toxic(cut_after_bytes=0, share=0.2),
    Toxic(status=500, share=0.3),
    Toxic(delay_seconds=0.3, share=0.3),
)

Troubles = Mapping[ToxicProxy, Toxic]


class Weather:
    """For as long as the block lasts; `changes` counts the troubles that there were."""

    def __init__(self, seed: int, *proxies: ToxicProxy) -> None:
        self.changes = 0
        self._proxies = proxies
        self._random = Random(seed)  # noqa: S311 -- no secret
        self._round = _round_of(proxies)
        self._over = Event()
        self._error: BaseException | None = None
        self._thread = Thread(target=self._change)

    def await_all(self) -> None:
        """Return when each trouble was there."""
        wait_for(self._has_shown_all, ALL_SHOWN_SECONDS, "every trouble", LOOK_SECONDS)

    def _has_shown_all(self) -> bool:
        assert self._error is None, self._error
        return self.changes >= len(self._round)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        assert self._error is None, self._error

    def _change(self) -> None:
        try:
            for troubles in self._forecast():
                self._be(troubles)
                self._over.wait(SECONDS_OF_TROUBLE)
                self._be({})
                self.changes += 1
                if self._over.wait(self._random.uniform(*SECONDS_OF_PEACE)):
                    return
        except BaseException as exc:  # noqa: BLE001 -- told when the block is over
            self._error = exc

    def _forecast(self) -> Iterator[Troubles]:
        while True:
            yield from self._random.sample(self._round, len(self._round))

    def _be(self, troubles: Troubles) -> None:
        for proxy in self._proxies:
            proxy.toxic = troubles.get(proxy, PASS)


def _round_of(proxies: Sequence[ToxicProxy]) -> list[Troubles]:
    """Each trouble at each of them, then some at all."""
    alone = [{proxy: toxic} for proxy in proxies for toxic in ANYWHERE]
    return [*alone, *(dict.fromkeys(proxies, toxic) for toxic in TOGETHER)]
