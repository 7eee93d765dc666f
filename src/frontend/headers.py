"""A request's headers in, what they say of its body out. Pure; names are in lower case."""

from collections.abc import Mapping
from typing import TypeAlias

from .verdict import Verdict

Headers: TypeAlias = Mapping[bytes, bytes]

JSON = b"application/json"
PLAIN = b"identity"
MAX_LENGTH_DIGITS = 20  # int() refuses thousands of them by an exception


def refuse_length(headers: Headers, most_bytes: int) -> Verdict | None:
    """400 or 413 by Content-Length, where there is one that is no good."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        return Verdict(400, "Content-Length is not a number")
    if len(length) > MAX_LENGTH_DIGITS or int(length) > most_bytes:
        return too_large(most_bytes)
    return None


def too_large(most_bytes: int) -> Verdict:
    """What is said of a body over so many bytes."""
    return Verdict(413, f"body over {most_bytes >> 20} MB")


def media_type(headers: Headers) -> bytes:
    """The Content-Type without its parameters."""
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


def content_encoding(headers: Headers) -> bytes:
    """The Content-Encoding, PLAIN where there is none."""
    return headers.get(b"content-encoding", PLAIN).lower()
