"""When an issuer is asked, and what stays known of him; on a clock of our own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import pytest

from src.frontend.issuer_keys import (
    FAILED_SECONDS,
    OLD_SECONDS,
    UNKNOWN_SECONDS,
    IssuerKeys,
    IssuerUnavailableError,
)


class Scene:
    """An issuer's keys, and the time."""

    def __init__(self, **keys: str) -> None:
        self.keys: Mapping[str, str] = keys
        self.now = 1000.0
        self.fetches = 0
        self.is_away = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.ours = IssuerKeys("the issuer", self.fetch, lambda: self.now)

    async def fetch(self) -> Mapping[str, str]:
        self.fetches += 1
        await self.answers.wait()
        if self.is_away:
            raise IssuerUnavailableError("away")
        return self.keys


def played(play: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        scene = Scene(one="1")
        try:
            await play(scene)
        finally:
            await scene.ours.close()

    asyncio.run(run())


def test_what_is_known_is_not_asked_for():
    async def play(scene: Scene) -> None:
        assert [await scene.ours.key("one") for _ in range(3)] == ["1", "1", "1"]
        assert scene.fetches == 1

    played(play)


def test_an_unknown_key_is_asked_for_once_a_minute():
    async def play(scene: Scene) -> None:
        await scene.ours.key("one")
        scene.keys = {"two": "2"}
        assert await scene.ours.key("two") is None
        scene.now += UNKNOWN_SECONDS - 1
        assert await scene.ours.key("two") is None
        assert scene.fetches == 1
        scene.now += 1
        assert await scene.ours.key("two") == "2"
        assert await scene.ours.key("three") is None
        assert scene.fetches == 2

    played(play)


def test_old_keys_are_fetched_anew_beside_the_work():
    async def play(scene: Scene) -> None:
        await scene.ours.key("one")
        scene.keys = {"two": "2"}
        scene.now += OLD_SECONDS
        scene.answers.clear()
        assert await scene.ours.key("one") == "1", "nobody waits"
        assert await scene.ours.key("one") == "1"
        await asyncio.sleep(0)
        assert scene.fetches == 2
        scene.answers.set()
        await asyncio.sleep(0)
        assert await scene.ours.key("one") is None, "it was withdrawn"

    played(play)


def test_an_outage_leaves_what_is_known():
    async def play(scene: Scene) -> None:
        await scene.ours.key("one")
        scene.is_away = True
        scene.now += 10 * OLD_SECONDS
        for _ in range(3):
            assert await scene.ours.key("one") == "1"
            await asyncio.sleep(0)
        assert scene.fetches == 2
        with pytest.raises(IssuerUnavailableError):
            await scene.ours.key("two")
        scene.is_away = False
        scene.now += UNKNOWN_SECONDS
        assert await scene.ours.key("two") is None, "he says so himself"

    played(play)


def test_who_has_never_answered_is_asked_again_soon_but_not_at_once():
    async def play(scene: Scene) -> None:
        scene.is_away = True
        for _ in range(3):
            with pytest.raises(IssuerUnavailableError):
                await scene.ours.key("one")
        assert scene.fetches == 1
        scene.is_away = False
        scene.now += FAILED_SECONDS
        assert await scene.ours.key("one") == "1"

    played(play)


def test_all_who_wait_share_a_fetch_and_none_ends_it_for_the_others():
    async def play(scene: Scene) -> None:
        scene.answers.clear()
        waiting = [asyncio.create_task(scene.ours.key("one")) for _ in range(10)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        scene.answers.set()
        assert await asyncio.gather(*waiting[1:]) == ["1"] * 9
        assert scene.fetches == 1

    played(play)


def test_closing_ends_a_fetch():
    async def play(scene: Scene) -> None:
        scene.answers.clear()
        waiting = asyncio.create_task(scene.ours.key("one"))
        await asyncio.sleep(0)
        await scene.ours.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    played(play)
