"""A token in, its claims out, where one of the issuers signed it, for us, and not long ago.

Only RS256 is known here, whatever a token says of itself: a public key used as a shared secret, or
no signature at all, verifies nothing.

Loaded when the first token comes (see `tokens.py`).
"""

from collections.abc import Mapping
from typing import Any

import jwt

from .issuer_fetch import ALGORITHM, fetch_keys
from .issuer_keys import IssuerKeys, IssuerUnavailableError
from .trust import TokenTrust
from .verdict import RefusedError

LEEWAY_SECONDS = 30

_BROKEN = (jwt.PyJWTError, ValueError, ArithmeticError, TypeError, RecursionError)
_REASONS: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "the token has expired",
    jwt.ImmatureSignatureError: "the token is not valid yet",
    jwt.InvalidAudienceError: "the token is for another audience: set the action's `audience`",
    jwt.InvalidSignatureError: "the token's signature is wrong",
    jwt.MissingRequiredClaimError: "the token lacks a claim",
}


class TokenCheck:
    """Verifies tokens of some issuers, whose keys it keeps."""

    def __init__(self, trust: TokenTrust) -> None:
        self._audience = trust.audience
        self._keys = {issuer: _keys_of(issuer) for issuer in trust.issuers}

    async def claims(self, token: str) -> Mapping[str, Any]:
        """What its issuer (`iss`, one of ours) says of the job.

        Raises:
            RefusedError: 401, or 503 where the issuer cannot be asked.
        """
        issuer, key_id = _unverified(token)
        if issuer not in self._keys:
            raise RefusedError(401, "the token is not from an issuer that is known here")
        try:
            key = await self._keys[issuer].key(key_id)
        except IssuerUnavailableError as exc:
            raise RefusedError(503, "the token's issuer cannot be asked, try again") from exc
        if key is None:
            raise RefusedError(401, "the token is signed by a key that its issuer does not have")
        return self._verified(token, key, issuer)

    async def close(self) -> None:
        """Ask no issuer any more."""
        for keys in self._keys.values():
            await keys.close()

    def _verified(self, token: str, key: jwt.PyJWK, issuer: str) -> Mapping[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
        except _BROKEN as exc:
            raise RefusedError(401, _REASONS.get(type(exc), "the token is not valid")) from exc


def _keys_of(issuer: str) -> IssuerKeys[jwt.PyJWK]:
    return IssuerKeys(issuer, lambda: fetch_keys(issuer))


def _unverified(token: str) -> tuple[str, str]:
    """Whose key to verify it with; nothing else is believed of what is read here."""
    try:
        header = jwt.get_unverified_header(token)
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except _BROKEN as exc:
        raise RefusedError(401, "the token is malformed") from exc
    key_id = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(key_id, str) or not isinstance(issuer, str):
        raise RefusedError(401, "the token is not signed as GitHub's are")
    return issuer, key_id
