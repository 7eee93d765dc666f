"""Coroutines in, hours of their sleeping in milliseconds out: a loop whose clock jumps ahead."""

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class _Impatient(selectors.DefaultSelector):
    """Does not wait for what is due later, but says that it did."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_seconds = 0.0

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "everybody waits, and nothing is ever going to happen"
        self.elapsed_seconds += max(timeout, 0)
        return []  # nobody has opened anything that could be ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop for what neither opens connections nor starts threads."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)

    def time(self) -> float:
        return self._impatient.elapsed_seconds

    def now(self) -> datetime:
        """The same as a moment of the calendar."""
        return BEGINNING + timedelta(seconds=self.time())
