"""A client's bytes in, requests out, within bounds: uvicorn's protocol for whoever may connect.

httptools reads headers without end, and uvicorn waits for ever for a request that was begun (or
never is) and for a client that does not read its answers. Here a head has a size, a request has a
time to come whole, an answer a time to be taken, and few requests are taken ahead. A request pays
next to nothing for that: the one timer is its connection's, and looks every few seconds.

`serve` uses it; from uvicorn's command line it is `--http src.shared.guarded_http:GuardedProtocol`.
"""

import asyncio
from collections.abc import Iterable
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
    _unread_since: float | None = None  # and not a byte of an answer was taken since
    _unread_bytes = 0
    _is_in_head = True
    _has_ended_one = False  # a request, in the chunk that is parsed
    _head_bytes = 0  # of a head that has not come whole yet
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
        self._has_ended_one = False
        super().data_received(data)
        if self._is_in_head and not self._has_ended_one:  # else most of it may be of a body
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse_head()

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._begun_at, self._is_in_head, self._head_bytes = self.loop.time(), True, 0

    def on_headers_complete(self) -> None:
        """A request's head is whole; who sends too many ahead of their answers is cut off."""
        self._is_in_head = False
        if len(self.pipeline) >= MAX_PIPELINED:
            self.transport.abort()
        elif _size(self.url, self.headers) > MAX_HEAD_BYTES:
            self._refuse_head()
        elif not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Part of a body; after a refused head it is nobody's."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._begun_at, self._has_ended_one = None, True
        if not self.transport.is_closing():
            super().on_message_complete()

    def resume_writing(self) -> None:
        """The client has taken most of what waited for it."""
        self._unread_since = None
        super().resume_writing()

    def _refuse_head(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def _look(self) -> None:
        """Hang up on what takes too long; else look again when that could be so."""
        now = self.loop.time()
        self._look_at_answers(now)
        begun = [at for at in (self._begun_at, self._unread_since) if at is not None]
        left = min(begun, default=now) + REQUEST_SECONDS - now
        if left <= 0:
            self.transport.abort()
        else:
            self._timer = self.loop.call_later(left, self._look)

    def _look_at_answers(self, now: float) -> None:
        """Whoever reads, however slowly, has less before him at each look."""
        unread_bytes = self.transport.get_write_buffer_size()
        if not self.flow.write_paused:
            self._unread_since = None
        elif self._unread_since is None or unread_bytes < self._unread_bytes:
            self._unread_since = now
        self._unread_bytes = unread_bytes


def _size(url: bytes, headers: Iterable[tuple[bytes, bytes]]) -> int:
    return len(url) + sum(len(name) + len(value) for name, value in headers)
