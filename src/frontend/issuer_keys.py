"""A key's id in, the issuer's key by that name out: fetched when needed, and kept.

Whoever sends nonsense chooses the ids he names, so an unknown one leads to a fetch once a minute
at most, for all who wait. What was fetched an hour ago is fetched anew beside the work. While the
issuer is away, the keys that are known stay good.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from ..shared.errors import TelemetryError

UNKNOWN_SECONDS = 60.0  # from one fetch for an unknown id to the next
FAILED_SECONDS = 5.0  # the same where there is no key at all
OLD_SECONDS = 3600.0

log = logging.getLogger(__name__)

K = TypeVar("K")


class IssuerUnavailableError(TelemetryError):
    """The issuer did not give its keys; trying again may help."""


class IssuerKeys(Generic[K]):
    """One issuer's keys; `fetch` gives them by their ids, or raises IssuerUnavailableError."""

    def __init__(
        self,
        issuer: str,
        fetch: Callable[[], Awaitable[Mapping[str, K]]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: Mapping[str, K] = {}
        self._tried_at: float | None = None
        self._is_away = False
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> K | None:
        """The key, or None where the issuer has none of this id.

        Raises:
            IssuerUnavailableError: nobody knows whether he has.
        """
        if key_id in self._keys:
            self._start_fetch(OLD_SECONDS)
            return self._keys[key_id]
        self._start_fetch(UNKNOWN_SECONDS if self._keys else FAILED_SECONDS)
        if self._fetching is not None:
            await asyncio.shield(self._fetching)
        if self._is_away and key_id not in self._keys:
            raise IssuerUnavailableError(self._issuer)
        return self._keys.get(key_id)

    async def close(self) -> None:
        """Fetch no more."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    def _start_fetch(self, after_seconds: float) -> None:
        """Start one where none is under way and the last is so long ago."""
        now = self._monotonic()
        if self._fetching is not None:
            return
        if self._tried_at is not None and now - self._tried_at < after_seconds:
            return
        self._tried_at = now
        self._fetching = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        try:
            self._keys = await self._fetch()
            self._is_away = False
        except IssuerUnavailableError as exc:
            self._is_away = True
            told = {"issuer": self._issuer, "error": str(exc)}
            log.warning("no keys from the issuer", extra=told)
        finally:
            self._fetching = None
