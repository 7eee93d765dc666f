"""How long to wait in; waits that grow, and end early when something happens, out."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any


def growing(first_seconds: float, longest_seconds: float) -> Iterator[float]:
    """Each twice as long as the one before, up to the longest; without end."""
    seconds = min(first_seconds, longest_seconds)
    while True:
        yield seconds
        seconds = min(seconds * 2, longest_seconds)


async def first_of(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when any of these does; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
