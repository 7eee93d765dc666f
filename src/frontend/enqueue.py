"""Events in; returns to each caller when the queue has his.

A put to a cloud's queue costs its client ten times what all else about a delivery costs. So
while one put is under way the next message fills: it holds as many events as wait and fit, and
each caller hears of the message that holds his own. Where many come, the next put waits a few
milliseconds for those who were just answered. One slow connection must not hold everybody, so
after a moment's patience a further put starts beside it, up to a few.

A queue without a limit to its messages is one that commits in groups itself (SQLite): it gets
every event as a message of its own.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence

from ..shared import messages
from ..shared.errors import QueueUnavailableError
from ..shared.queues.base import Queue

PUT_DEADLINE_SECONDS = 6.0  # then its callers have given up, and others need the place
LINGER_SECONDS = 0.005  # halves the puts where all connections are busy
PATIENCE_SECONDS = 0.075  # several times what a put takes where all is well
MOST_IN_FLIGHT = 4
MOST_EVENTS = 128
MOST_BYTES = 256 * 1024  # of events, before they are compressed to a tenth and less

_Waiting = tuple[messages.Event, asyncio.Future[None]]  # an event, and who waits for it


class Enqueuer:
    """Puts events on the queue, together where that is cheaper."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._waiting: deque[_Waiting] = deque()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._is_starting = False  # a put that has not taken its events yet: more may join
        self._is_busy = False  # the last one held several

    async def put(self, event: messages.Event) -> None:
        """Return when the event is durable; cancelled before its put began, it is left out.

        Raises:
            QueueUnavailableError: its message could not be put.
        """
        if self._queue.max_message_bytes is None:
            await self._queue.put(messages.encode([event]))
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        self._consider()
        await done

    async def close(self) -> None:
        """Finish what was accepted. The queue stays open."""
        while self._waiting or self._in_flight:
            self._start()
            await asyncio.wait(self._in_flight)
        self._stop_timer()

    def _consider(self) -> None:
        """Start a put where none is under way or a message is full; else soon."""
        if self._is_starting or not self._waiting:
            return
        is_idle = not self._in_flight and self._timer is None
        if is_idle or len(self._waiting) >= MOST_EVENTS:
            self._start()
        elif self._timer is None:
            self._start_in(PATIENCE_SECONDS)

    def _start_in(self, seconds: float) -> None:
        """Start a put then, and not before, unless a message is full."""
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._start)

    def _start(self) -> None:
        """Begin a put with what waits; where too many are under way, the first to end does."""
        self._stop_timer()
        if self._waiting and len(self._in_flight) < MOST_IN_FLIGHT:
            self._is_starting = True
            task = asyncio.create_task(self._send())
            self._in_flight.add(task)
            task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        if self._is_starting:
            return
        if self._is_busy:
            self._start_in(LINGER_SECONDS)
        else:
            self._start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _send(self) -> None:
        """Put the oldest events; those of one message end alike, well or not."""
        group = self._next_group()
        self._is_starting = False
        self._is_busy = len(group) > 1
        self._consider()
        for message, part in _messages(group, self._queue.max_message_bytes):
            error = await self._try(message)
            for _, done in part:
                if done.done():  # its caller gave up; the message may be in the queue all the same
                    continue
                if error is None:
                    done.set_result(None)
                else:
                    done.set_exception(error)

    def _next_group(self) -> list[_Waiting]:
        """The oldest events that make a message, without those whose callers gave up."""
        group: list[_Waiting] = []
        size = 0
        while self._waiting and len(group) < MOST_EVENTS and size < MOST_BYTES:
            event, done = self._waiting.popleft()
            if not done.done():
                group.append((event, done))
                size += len(event.body)
        return group

    async def _try(self, message: bytes) -> Exception | None:
        """Put it; what went wrong, if anything did."""
        try:
            async with asyncio.timeout(PUT_DEADLINE_SECONDS):
                await self._queue.put(message)
        except TimeoutError:
            return QueueUnavailableError("the queue took too long")
        except Exception as exc:  # noqa: BLE001 -- raised again where each caller waits
            return exc
        return None


def _messages(
    group: Sequence[_Waiting], limit: int | None
) -> Iterator[tuple[bytes, Sequence[_Waiting]]]:
    """Each message with the events that it holds; halves where one would be over the limit.

    A single event over it is left to the queue, which knows what to do with such.
    """
    if not group:
        return
    message = messages.encode([event for event, _ in group], limit)
    if limit is None or len(message) <= limit or len(group) == 1:
        yield message, group
        return
    middle = len(group) // 2
    yield from _messages(group[:middle], limit)
    yield from _messages(group[middle:], limit)
