"""Credentials in, who sends out: a job by GitHub's token, or a repository by a key of its own.

Pure. Who has a token is known before a byte of the body is read; who signs, only after.
"""

import hmac
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ..model.sending import (
    KEY_HEADER,
    MOST_CLOCK_SKEW_SECONDS,
    SIGNATURE_HEADER,
    TIME_HEADER,
    signature,
)
from ..shared.sent_batches import Identity
from .headers import Headers
from .identity import declared_identity, require_same_job
from .scopes import Scope, parse_scope
from .verdict import RefusedError

MANY_JOBS = 64  # that may send at a time where one cannot be told from another

_KEY, _TIME, _SIGNATURE = (
    name.lower().encode() for name in (KEY_HEADER, TIME_HEADER, SIGNATURE_HEADER)
)
_MILLISECONDS = re.compile(rb"[0-9]{1,13}")  # until the year 2286
_HEX = re.compile(rb"sha256=[0-9a-f]{64}")
_BEARER = re.compile(rb"(?i:bearer) +([\w-]+\.[\w-]+\.[\w-]+)")
LONGEST_TOKEN = 8192  # GitHub's are about 2,000

_NO_MATCH = "the signature does not match the body, the time and a key of X-Telemetry-Key"


class Sender(Protocol):
    """Who sends a request."""

    @property
    def who(self) -> Hashable:
        """A name for him."""

    @property
    def jobs(self) -> int:
        """How many jobs may stand behind that name."""

    def check_body(self, body: bytes) -> None:
        """Raises RefusedError where he did not send this body."""

    def identity(self, job: Mapping[str, object]) -> Identity:
        """Whose samples they are, where the batch declares this job; or RefusedError."""


@dataclass(frozen=True, slots=True)
class TokenSender:
    """A job, or where the token does not name it, a run."""

    token: Identity

    @property
    def who(self) -> Hashable:
        """The job, else the run's attempt."""
        token = self.token
        return token.host, token.repository_id, token.run_id, token.run_attempt, token.job_id

    @property
    def jobs(self) -> int:
        """One, where it is named."""
        return MANY_JOBS if self.token.job_id is None else 1

    def check_body(self, body: bytes) -> None:
        """A token is good for any body."""

    def identity(self, job: Mapping[str, object]) -> Identity:
        """The token's, and no other."""
        require_same_job(self.token, job)
        return self.token


@dataclass(frozen=True, slots=True)
class KeySender:
    """Somebody who has one of a repository's keys, if the signature is right."""

    scope: Scope
    keys: Sequence[bytes]
    time_ms: str
    signed: bytes

    @property
    def who(self) -> Hashable:
        """The repository: all else is only declared."""
        return self.scope

    @property
    def jobs(self) -> int:
        """As many as it has."""
        return MANY_JOBS

    def check_body(self, body: bytes) -> None:
        """Compare in constant time."""
        made = (signature(key, self.time_ms, body).encode() for key in self.keys)
        if not any(hmac.compare_digest(each, self.signed) for each in made):
            raise RefusedError(401, _NO_MATCH)

    def identity(self, job: Mapping[str, object]) -> Identity:
        """What the batch declares, within the repository."""
        return declared_identity(self.scope, job)


def token_in(headers: Headers) -> str | None:
    """The bearer's token; None where there is no Authorization.

    Raises:
        RefusedError: 401, there is another.
    """
    value = headers.get(b"authorization")
    if value is None:
        return None
    found = _BEARER.fullmatch(value) if len(value) <= LONGEST_TOKEN else None
    if found is None:
        raise RefusedError(401, "Authorization must be: Bearer, and GitHub's OIDC token")
    return found[1].decode()


def key_sender(headers: Headers, keys: Mapping[Scope, Sequence[bytes]], now: datetime) -> KeySender:
    """Who says that he has a key, and that he signed just now.

    Raises:
        RefusedError: 401.
    """
    time_ms, signed = headers.get(_TIME, b""), headers.get(_SIGNATURE, b"")
    if not _MILLISECONDS.fullmatch(time_ms) or not _HEX.fullmatch(signed):
        raise RefusedError(401, "send a token, or X-Telemetry-Key, -Time and -Signature")
    skew_seconds = abs(int(time_ms) / 1000 - now.timestamp())
    if skew_seconds > MOST_CLOCK_SKEW_SECONDS:
        raise RefusedError(401, f"X-Telemetry-Time is {skew_seconds:.0f} s from our time")
    try:
        scope = parse_scope(headers.get(_KEY, b"").decode("ascii"))
    except ValueError as exc:
        raise RefusedError(401, "X-Telemetry-Key must be [HOST/]REPOSITORY_ID") from exc
    if scope not in keys:
        raise RefusedError(401, _NO_MATCH)
    return KeySender(scope, keys[scope], time_ms.decode(), signed)


def sent_at(headers: Headers) -> datetime | None:
    """The sender's clock; None where he does not tell.

    Raises:
        RefusedError: 400, it is no time.
    """
    value = headers.get(_TIME)
    if value is None:
        return None
    if not _MILLISECONDS.fullmatch(value):
        raise RefusedError(400, "X-Telemetry-Time must be milliseconds since 1970")
    return datetime.fromtimestamp(int(value) / 1000, UTC)
