"""A body and its Content-Encoding in, what was encoded out, of bounded size."""

import zlib

from .headers import PLAIN
from .verdict import RefusedError

_WINDOW_BITS = {b"gzip": 31, b"x-gzip": 31, b"deflate": 15}
ENCODINGS = frozenset({PLAIN, *_WINDOW_BITS})


def inflate(body: bytes, encoding: bytes, most_bytes: int) -> bytes:
    """The body as it was before one of ENCODINGS.

    Raises:
        RefusedError: 400 it is not so encoded, 413 it would be over `most_bytes`.
    """
    if encoding == PLAIN:
        return body
    inflater = zlib.decompressobj(_WINDOW_BITS[encoding])
    try:
        text = inflater.decompress(body, most_bytes + 1)
    except zlib.error as exc:
        raise RefusedError(400, f"the body is not {encoding.decode()}") from exc
    if len(text) > most_bytes:
        raise RefusedError(413, f"the body is over {most_bytes >> 20} MB when inflated")
    if not inflater.eof or inflater.unused_data:
        raise RefusedError(400, f"the body is cut off, or goes on after its {encoding.decode()}")
    return text
