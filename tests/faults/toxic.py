"""A port in, a port before it out, through which HTTP passes as well as it is told to.

    with toxic_proxy(port, seed=1) as proxy:
        proxy.toxic = Toxic(status=503, share=0.5)

It listens on a loopback port of its own, in a thread of its own. What it is told holds for the
requests that come from then on, also over connections that were there before. It passes messages
whole, one after the other: that is all our clients need.
"""

import asyncio
import json
import re
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

CONTROL_SECONDS = 30.0
TURNS_TO_CONVERSE = 3  # of the loop, from what is accepted by a transport to a task
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Toxic:
    """What goes wrong with a request; nothing, as it stands.

    Attributes:
        delay_seconds: before it is passed on.
        status: what is answered instead of passing it on, with `headers`.
        cut_after_bytes: how much of the answer comes through before the connection is cut.
        hangs: it is not answered for as long as this lasts, then hung up on.
        takes_half: of a JSON array every other item is passed on; a 206 names the others.
        refuses: nobody listens.
        share: of the requests have this trouble, chosen at random; the others pass.
    """

    delay_seconds: float = 0
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_after_bytes: int | None = None
    hangs: bool = False
    takes_half: bool = False
    refuses: bool = False
    share: float = 1


PASS = Toxic()
REFUSE = Toxic(refuses=True)
HANG = Toxic(hangs=True)


class ToxicProxy:
    """Before the port `upstream`; `requests` and `troubles` count what came and what was spoilt."""

    def __init__(self, upstream: int, seed: int) -> None:
        self.port = 0
        self.requests = 0
        self.troubles = 0
        self._upstream = upstream
        self._random = Random(seed)  # noqa: S311 -- no secret
        self._toxic = PASS
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    @property
    def toxic(self) -> Toxic:
        """The trouble of the moment."""
        return self._toxic

    @toxic.setter
    def toxic(self, toxic: Toxic) -> None:
        self._do(self._change(toxic))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, and let everything pass."""
        self._thread.start()
        self._do(self._change(PASS))

    def end(self) -> None:
        """Hang up on everybody, and be gone."""
        self._do(self._change(REFUSE))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(CONTROL_SECONDS)

    async def _change(self, toxic: Toxic) -> None:
        self._toxic = toxic
        self._changed.set()
        self._changed = asyncio.Event()
        if toxic.refuses:
            await self._close()
        elif self._server is None:
            self._server = await asyncio.start_server(self._converse, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            await self._greet_the_last(self._server)
            self._server.close()
            self._server = None
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _greet_the_last(self, server: asyncio.Server) -> None:
        """Nobody else is let in; who was, has a conversation: a closed server would forget him."""
        for listening in server.sockets:
            self._loop.remove_reader(listening)
        for _ in range(TURNS_TO_CONVERSE):
            await asyncio.sleep(0)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Request after request, until one of the two hangs up, or a trouble is to end it."""
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        upstream = _Upstream(self._upstream)
        try:
            with suppress(OSError, EOFError, asyncio.CancelledError):
                is_whole = True
                while is_whole:
                    answer, is_whole = await self._answer(*await _read(reader), upstream)
                    writer.write(answer)
                    await writer.drain()
                writer.close()
                await writer.wait_closed()
        finally:
            self._conversations.discard(task)
            writer.transport.abort()
            upstream.hang_up()

    async def _answer(self, head: bytes, body: bytes, upstream: "_Upstream") -> tuple[bytes, bool]:
        """What is answered, and whether that is a whole message."""
        toxic, changed = self._toxic, self._changed
        self.requests += 1
        if self._random.random() >= toxic.share:
            toxic = PASS
        self.troubles += toxic is not PASS
        await asyncio.sleep(toxic.delay_seconds)
        if toxic.hangs:
            await changed.wait()
            return b"", False
        if toxic.status is not None:
            return _written(toxic.status, toxic.headers, b""), True
        if toxic.takes_half:
            return await _pass_half(head, body, upstream), True
        answer = await upstream.ask(head, body)
        return answer[: toxic.cut_after_bytes], toxic.cut_after_bytes is None


class _Upstream:
    """The service behind, over one connection as long as it keeps that."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, head: bytes, body: bytes) -> bytes:
        """Its answer."""
        if self._connection is None or self._connection[0].at_eof():
            self.hang_up()
            self._connection = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._connection
        writer.write(head + _HEAD_END + body)
        return _HEAD_END.join(await _read(reader))

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection[1].transport.abort()


async def _pass_half(head: bytes, body: bytes, upstream: _Upstream) -> bytes:
    """Every other item of an array; the answer names the others."""
    items = json.loads(body)
    if len(items) > 1:
        half = json.dumps(items[::2]).encode()
        length = b"\r\nContent-Length: %d" % len(half)
        answer = await upstream.ask(_LENGTH.sub(length, head), half)
        assert answer.startswith(b"HTTP/1.1 200"), answer
    errors = [
        {"index": index, "statusCode": 503, "message": "later"}
        for index in range(1 if len(items) > 1 else 0, len(items), 2)
    ]
    counts = {"itemsReceived": len(items), "itemsAccepted": len(items) - len(errors)}
    return _written(206, {}, json.dumps({**counts, "errors": errors}).encode())


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """A message's head, without the empty line that ends it, and its body as it was sent."""
    head = (await reader.readuntil(_HEAD_END)).removesuffix(_HEAD_END)
    if _CHUNKED.search(head):
        return head, await _read_chunks(reader)
    length = _LENGTH.search(head)
    return head, await reader.readexactly(int(length[1])) if length else b""


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks, size = b"", -1
    while size:
        line = await reader.readuntil(b"\r\n")
        size = int(line, 16)
        chunks += line + await reader.readexactly(size + 2)
    return chunks


def _written(status: int, headers: dict[str, str], body: bytes) -> bytes:
    fields = {**headers, "Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {status} Toxic", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + _HEAD_END + body


@contextmanager
def toxic_proxy(upstream: int, seed: int) -> Iterator[ToxicProxy]:
    """A proxy that listens; the same seed spoils the same of the same requests."""
    proxy = ToxicProxy(upstream, seed)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.end()
