"""The messages of one request come in, its whole body goes out, or a verdict that refuses it.

Nothing of an unfinished body can be verified, so anybody may send one: their bytes are counted
over all requests. A body that comes whole, as nearly all do, is never held and so never counted.
How long a sender may take is the caller's matter.
"""

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from .headers import too_large
from .verdict import Verdict

MAX_UNFINISHED_BYTES = 256 * 1024 * 1024

TOO_MANY = Verdict(503, "too many bodies at once, try again")


class Bodies:
    """Reads bodies; `unfinished_bytes` is what it holds of those that have not come to an end."""

    def __init__(self) -> None:
        self.unfinished_bytes = 0

    async def read(self, receive: Receive, most_bytes: int) -> bytes | Verdict:
        """The body, or 413 as soon as it is too large, or 503 where too many are under way.

        Raises:
            ClientDisconnect: the sender went away before its end.
        """
        piece, is_last = await _next_piece(receive)
        if not is_last:
            return await self._read_on(piece, receive, most_bytes)
        return piece if len(piece) <= most_bytes else too_large(most_bytes)

    async def _read_on(self, piece: bytes, receive: Receive, most_bytes: int) -> bytes | Verdict:
        body = bytearray()
        is_last = False
        try:
            while True:
                body += piece
                self.unfinished_bytes += len(piece)
                if len(body) > most_bytes:
                    return too_large(most_bytes)
                if is_last:
                    return bytes(body)
                if self.unfinished_bytes > MAX_UNFINISHED_BYTES:
                    return TOO_MANY
                piece, is_last = await _next_piece(receive)
        finally:
            self.unfinished_bytes -= len(body)


async def _next_piece(receive: Receive) -> tuple[bytes, bool]:
    """What came, and whether it is the last of its body."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), not message.get("more_body", False)
