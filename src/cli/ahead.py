"""Items in; the same out, the next ones being made by a thread while whoever asks is busy."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

MOST = 64  # made and not asked for yet


def ahead(items: Iterable[T]) -> Iterator[T]:
    """In their order; what making one raises is raised where it would have come."""
    making, end = iter(items), object()
    thread = ThreadPoolExecutor(1, "ahead")
    try:
        made = deque(thread.submit(next, making, end) for _ in range(MOST))
        while (item := made.popleft().result()) is not end:
            made.append(thread.submit(next, making, end))
            yield item  # type: ignore[misc]  # it is not the end
    finally:
        thread.shutdown(cancel_futures=True)
