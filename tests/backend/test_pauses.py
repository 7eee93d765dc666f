import asyncio
import gc
from contextlib import suppress
from itertools import islice

import pytest

from src.backend.pauses import all_of, growing


@pytest.mark.parametrize(
    ("first", "longest", "expected"),
    [
        (0.25, 5.0, [0.25, 0.5, 1, 2, 4, 5, 5]),
        (0.1, 0.3, [0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3]),
        (9.0, 1.0, [1.0] * 7),
    ],
)
def test_waits_grow_to_their_limit(first: float, longest: float, expected: list[float]):
    assert list(islice(growing(first, longest), 7)) == expected


def test_who_waits_for_all_leaves_none_at_work():
    ended: list[str] = []

    async def fail() -> None:
        raise ValueError("first")

    async def take_time() -> None:
        await asyncio.sleep(0.01)
        ended.append("second")

    with pytest.raises(ValueError, match="first"):
        asyncio.run(all_of([fail(), take_time()]))

    assert ended == ["second"]


def test_what_is_raised_keeps_nothing_alive():
    """A collector that comes seldom would let it add up: a job's batches hang on it."""

    async def fail() -> None:
        raise ValueError("first")

    async def wait_for_all() -> None:
        with suppress(ValueError):
            await all_of([fail(), _value(1)])

    asyncio.run(wait_for_all())
    gc.collect()
    gc.disable()
    try:
        asyncio.run(wait_for_all())
        left = [each for each in gc.get_objects() if isinstance(each, ValueError)]
    finally:
        gc.enable()

    assert left == []


async def _value(number: int) -> int:
    return number


def test_all_say_what_they_found_in_their_order():
    async def ask() -> list[int]:
        return await all_of(_value(number) for number in range(3))

    assert asyncio.run(ask()) == [0, 1, 2]
