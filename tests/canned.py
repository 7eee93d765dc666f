"""A raw answer in, a server on loopback that gives it out: for clients that stand anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

READ_BYTES = 65_536


@asynccontextmanager
async def canned_server(answer: bytes | None) -> AsyncIterator[str]:
    """The URL of a server that answers each request so, then closes; None: it never answers."""

    open_ones: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        with suppress(ConnectionError):
            await reader.read(READ_BYTES)
            if answer is None:
                await reader.read()  # until the client goes, or we do
            else:
                writer.write(answer)
        open_ones.remove(writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server:
        yield f"http://{host}:{port}"
    while open_ones:
        for writer in open_ones:
            writer.transport.abort()
        await asyncio.sleep(0)


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    """An answer of HTTP/1.1."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
