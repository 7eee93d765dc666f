"""A request in, what was answered out: one attempt, bounded in time and size.

Whatever the other side does, it is an answer: a status, or NO_ANSWER and why.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import IO, Any, Mapping, NamedTuple, NoReturn, Optional

TIMEOUT_SECONDS = 8.0
"""To connect, and between two pieces of an answer; the pusher's own life bounds the whole."""

NO_ANSWER = 0
_MOST_ANSWER_BYTES = 64 * 1024
_LONGEST_WORDS = 200


class Answer(NamedTuple):
    """`status` is HTTP's, or NO_ANSWER; `words` are why, `retry_after_seconds` if told."""

    status: int
    body: bytes = b""
    words: str = ""
    retry_after_seconds: Optional[int] = None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Where it leads would get a secret that was not meant for it."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, *_: str
    ) -> NoReturn:
        """It is an answer like any other."""
        raise urllib.error.HTTPError(req.full_url, code, msg, headers, fp)


_open = urllib.request.build_opener(_NoRedirects).open


def request(address: str, headers: Mapping[str, str], body: Optional[bytes] = None) -> Answer:
    """POST a body, or GET where there is none; the environment's proxies are used."""
    made = urllib.request.Request(address, body, dict(headers))  # noqa: S310 -- http(s), as checked
    try:
        with _open(made, timeout=TIMEOUT_SECONDS) as response:
            return _answer(response.status, response.headers, response)
    except urllib.error.HTTPError as refused:
        with refused:
            return _answer(refused.code, refused.headers, refused)
    except (OSError, HTTPException, ValueError) as exc:
        return Answer(NO_ANSWER, words=printable(str(getattr(exc, "reason", "") or exc)))


def printable(words: str) -> str:
    """One short line of what others say."""
    return "".join(c if c.isprintable() else " " for c in words[:_LONGEST_WORDS]).strip()


def _answer(status: int, headers: Any, response: IO[bytes]) -> Answer:
    body = response.read(_MOST_ANSWER_BYTES)
    after = headers.get("Retry-After", "")
    is_told = after.isascii() and after.isdigit() and len(after) < 10  # noqa: PLR2004 -- digits
    return Answer(
        status, body, printable(body.decode("utf-8", "replace")), int(after) if is_told else None
    )
