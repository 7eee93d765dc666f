"""An app in, a real server on a free port out; and queues that behave as a test needs."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import uvicorn
from starlette.types import ASGIApp

from src.shared.errors import QueueUnavailableError
from src.shared.guarded_http import GuardedProtocol
from src.shared.queues.base import Message

PATIENCE_SECONDS = 30.0


@contextmanager
def running(app: ASGIApp, grace_seconds: int | None = None) -> Iterator[int]:
    """Serve the app in a thread as `serve` does; gives its port, and stops in the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=GuardedProtocol,
        log_config=None,
        access_log=False,
        ws="none",
        timeout_graceful_shutdown=grace_seconds,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        listener.close()


class ListQueue:
    """Keeps bodies in a list; a put takes as long as it is told."""

    max_message_bytes: int | None = None

    def __init__(self, put_seconds: float = 0) -> None:
        self.bodies: list[bytes] = []
        self.is_closed = False
        self._put_seconds = put_seconds

    async def put(self, body: bytes) -> None:
        await asyncio.sleep(self._put_seconds)
        self.bodies.append(body)

    async def receive(self, limit: int, lease_seconds: float) -> list[Message]:
        raise NotImplementedError

    async def wait(self, seconds: float) -> None:
        raise NotImplementedError

    async def delete(self, messages: Sequence[Message]) -> None:
        raise NotImplementedError

    async def release(self, messages: Sequence[Message], delay_seconds: float = 0) -> None:
        raise NotImplementedError

    async def depth(self) -> int:
        await asyncio.sleep(self._put_seconds)
        return len(self.bodies)

    async def oldest_enqueued_at(self) -> datetime | None:
        return None

    async def close(self) -> None:
        self.is_closed = True


class FailingQueue(ListQueue):
    """Raises its error at every call."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error: Exception | None = error or QueueUnavailableError("the disk /secret/x is full")

    async def put(self, body: bytes) -> None:
        if self.error:
            raise self.error
        await super().put(body)

    async def depth(self) -> int:
        if self.error:
            raise self.error
        return await super().depth()
