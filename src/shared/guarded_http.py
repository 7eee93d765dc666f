"""A client's bytes in, requests out, within bounds: uvicorn's protocol for whoever may connect.

httptools reads headers without end, and uvicorn waits for ever for a request that was begun (or
never is) and for a client that does not read its answers. Here a head has a size, a request has a
time to come whole, an answer a time to be taken, and few requests are taken ahead. A request pays
next to nothing for that: the one timer is its connection's, and looks every few seconds.

`serve` uses it; from uvicorn's command line it is `--http src.shared.guarded_http:GuardedProtocol`.
"""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024  # GitHub's is about 1 KB
REQUEST_SECONDS = 15.0  # GitHub gives up after 10
MAX_PIPELINED = 16  # requests sent ahead of their answers; GitHub sends none

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\n"
    b"content-length: 17\r\nconnection: close\r\n\r\nheaders too large"
)


class GuardedProtocol(HttpToolsProtocol):
    """One connection that cannot hold memory without bound, nor a place without end."""

    _begun_at: float | None = None  # the request that has not come whole yet; None between requests
    _is_in_head = True
    _head_bytes = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """From here the first request is awaited."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._begun_at = self.loop.time()
        self._timer = self.loop.call_later(REQUEST_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to look at."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; a head that does not end is refused."""
        super().data_received(data)
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._begun_at, self._is_in_head, self._head_bytes = self.loop.time(), True, 0

    def on_headers_complete(self) -> None:
        """A request's head is whole; who sends too many ahead of their answers is cut off."""
        self._is_in_head = False
        if len(self.pipeline) >= MAX_PIPELINED:
            self.transport.abort()
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._begun_at = None
        super().on_message_complete()

    def _look(self) -> None:
        """Hang up on what takes too long; else look again when that could be so."""
        left = REQUEST_SECONDS
        if self._begun_at is not None:
            left = self._begun_at + REQUEST_SECONDS - self.loop.time()
        if left <= 0 or self.flow.write_paused:
            self.transport.abort()
        else:
            self._timer = self.loop.call_later(left, self._look)
