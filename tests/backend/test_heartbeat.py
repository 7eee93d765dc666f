"""The file that says that the worker is alive, and what is said where it cannot be written."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from src.backend import heartbeat
from src.backend.heartbeat import beating
from src.shared.errors import SettingsError

LONG_AGO = 1.0


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.01)
    return tmp_path / "heartbeat"


def make_old(file: Path) -> None:
    os.utime(file, (LONG_AGO, LONG_AGO))


def is_renewed(file: Path) -> bool:
    return file.exists() and file.stat().st_mtime > LONG_AGO


async def is_soon(condition: Callable[[], bool]) -> bool:
    """Whether it holds within some seconds in which the loop turns."""
    for _ in range(1_000):
        if condition():
            return True
        await asyncio.sleep(0.01)
    return False


def test_the_file_is_there_at_once_and_is_renewed(file: Path):
    async def live() -> tuple[bool, bool]:
        async with beating(file):
            was_there = is_renewed(file)
            make_old(file)
            return was_there, await is_soon(lambda: is_renewed(file))

    assert asyncio.run(live()) == (True, True)


def test_a_loop_that_hangs_renews_nothing(file: Path):
    async def hang() -> bool:
        async with beating(file):
            make_old(file)
            time.sleep(0.1)  # noqa: ASYNC251 -- that is what hanging is
            return is_renewed(file)

    assert not asyncio.run(hang())


def test_a_file_that_vanishes_comes_back(file: Path):
    async def lose_it() -> bool:
        async with beating(file):
            file.unlink()  # noqa: ASYNC240
            return await is_soon(lambda: is_renewed(file))

    assert asyncio.run(lose_it())


def test_it_ends_with_the_block(file: Path):
    async def leave() -> int:
        async with beating(file):
            pass
        return len(asyncio.all_tasks())

    assert asyncio.run(leave()) == 1


def test_where_it_cannot_be_written_nothing_starts(file: Path):
    async def start() -> None:
        async with beating(file / "below" / "nothing"):
            pytest.fail("it runs")

    with pytest.raises(SettingsError, match="BACKEND_HEARTBEAT_PATH: cannot write"):
        asyncio.run(start())


def test_without_a_file_there_is_none(file: Path):
    async def live() -> list[Path]:
        async with beating(None):
            return list(file.parent.iterdir())

    assert asyncio.run(live()) == []
