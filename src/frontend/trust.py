"""Whom the settings let send samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .scopes import Scope


@dataclass(frozen=True, slots=True)
class TokenTrust:
    """Which of GitHub's tokens are good.

    Anybody on GitHub can have a token made for our audience: what counts is whose it is. No
    `repositories` means that all of the owners' are meant.
    """

    issuers: Sequence[str]
    audience: str
    owners: frozenset[Scope]
    repositories: frozenset[Scope] = frozenset()


@dataclass(frozen=True, slots=True)
class Trust:
    """Who may send samples; nobody, unless told."""

    tokens: TokenTrust | None = None
    keys: Mapping[Scope, Sequence[bytes]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anybody may."""
        return bool(self.tokens or self.keys)


NOBODY = Trust()
