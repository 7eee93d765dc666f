"""A token in, whose job sent it out: GitHub's word for it.

What verifies is loaded when the first token comes, in a thread: it takes half a second and 20 MiB,
which a service without samplers shall not pay, nor a start.
"""

import asyncio
from typing import TYPE_CHECKING

from ..shared.sent_batches import Identity
from .identity import identity_of, require_trusted
from .trust import TokenTrust

if TYPE_CHECKING:
    from .token_check import TokenCheck


class Tokens:
    """Tells whose the tokens are."""

    def __init__(self, trust: TokenTrust) -> None:
        self._trust = trust
        self._check: TokenCheck | None = None
        self._loading = asyncio.Lock()

    async def identity(self, token: str) -> Identity:
        """Whose it is.

        Raises:
            RefusedError: 401 it is not good, 403 its owner may not, 503 nobody can tell now.
        """
        check = self._check or await self._load()
        identity = identity_of(await check.claims(token))
        require_trusted(identity, self._trust)
        return identity

    async def close(self) -> None:
        """Ask no issuer any more."""
        if self._check is not None:
            await self._check.close()

    async def _load(self) -> "TokenCheck":
        async with self._loading:
            if self._check is None:
                self._check = await asyncio.to_thread(_token_check, self._trust)
            return self._check


def _token_check(trust: TokenTrust) -> "TokenCheck":
    from .token_check import TokenCheck  # noqa: PLC0415 -- late, see above

    return TokenCheck(trust)
