"""What to wait for in; waits that grow, that end early, or that end when all is over, out."""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


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


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T]:
    """Their results. Where some raise, so does this, but none of the others is still at work.

    What is raised is not kept here: its traceback would keep this frame, and each other alive.
    """
    ends = await asyncio.gather(*calls, return_exceptions=True)
    raised = next((end for end in ends if isinstance(end, BaseException)), None)
    if raised is None:
        return [end for end in ends if not isinstance(end, BaseException)]
    try:
        raise raised
    finally:
        del ends, raised
