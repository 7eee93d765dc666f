"""An issuer's URL in, its public keys out: found by discovery, fetched over HTTPS, bounded.

https://openid.net/specs/openid-connect-discovery-1_0.html

Loaded when the first token comes (see `tokens.py`): httpx and cryptography take half a second.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import msgspec

from .issuer_keys import IssuerUnavailableError
from .issuers import is_loopback

FETCH_SECONDS = 3.0  # for both documents; whoever waits for them has 6
MOST_BYTES = 256 * 1024  # GitHub's keys are some 10 KB
SMALLEST_KEY_BITS, LARGEST_KEY_BITS = 2048, 8192
ALGORITHM = "RS256"

DISCOVERY_PATH = "/.well-known/openid-configuration"

_HTTP_OK = 200


async def fetch_keys(issuer: str) -> Mapping[str, jwt.PyJWK]:
    """The issuer's RSA keys by their ids.

    Raises:
        IssuerUnavailableError: he did not answer in time, or not as an issuer does.
    """
    try:
        async with asyncio.timeout(FETCH_SECONDS), await _client(issuer) as client:
            discovered = await _fetch(client, issuer + DISCOVERY_PATH)
            keys_url = _keys_url(issuer, discovered)
            keys = _usable(await _fetch(client, keys_url))
    except TimeoutError as exc:
        raise IssuerUnavailableError("took too long") from exc
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
        raise IssuerUnavailableError(type(exc).__name__) from exc
    if not keys:
        raise IssuerUnavailableError("has no RSA key for signatures")
    return keys


async def _client(issuer: str) -> httpx.AsyncClient:
    """Made in a thread: reading the certificates that it trusts takes tens of milliseconds."""
    make = partial(httpx.AsyncClient, timeout=FETCH_SECONDS, trust_env=not is_loopback(issuer))
    return await asyncio.to_thread(make)


async def _fetch(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """The JSON object there; not a byte more of it than is allowed is kept, nothing inflated."""
    body = bytearray()
    async with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer:
        if answer.status_code != _HTTP_OK:
            raise IssuerUnavailableError(f"answers {answer.status_code}")
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > MOST_BYTES:
                raise IssuerUnavailableError(f"answers with over {MOST_BYTES} bytes")
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise IssuerUnavailableError("does not answer with a JSON object") from exc


def _keys_url(issuer: str, discovered: Mapping[str, Any]) -> str:
    """Where his keys are: on his own host, or he is not who he should be."""
    if discovered.get("issuer") != issuer:
        raise IssuerUnavailableError("calls itself by another name")
    url = discovered.get("jwks_uri")
    if not isinstance(url, str) or _origin(url) != _origin(issuer):
        raise IssuerUnavailableError("keeps its keys on another host")
    return url


def _origin(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.scheme, parts.netloc.lower()


def _usable(key_set: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """Those keys that may sign a token; what else is there is passed over."""
    listed = key_set.get("keys")
    keys = listed if isinstance(listed, list) else []
    return {key["kid"]: parsed for key in keys if (parsed := _parsed(key))}


def _parsed(key: object) -> jwt.PyJWK | None:
    if not isinstance(key, dict) or not isinstance(key.get("kid"), str):
        return None
    if key.get("kty") != "RSA" or key.get("use", "sig") != "sig":
        return None
    if key.get("alg", ALGORITHM) != ALGORITHM:
        return None
    try:
        parsed = jwt.PyJWK({name: key.get(name) for name in ("kty", "n", "e")}, ALGORITHM)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    is_sound = SMALLEST_KEY_BITS <= parsed.key.key_size <= LARGEST_KEY_BITS
    return parsed if is_sound else None
