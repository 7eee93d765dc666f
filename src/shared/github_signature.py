"""A body, its signature header and our secrets in; whether GitHub signed it out.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hmac
from collections.abc import Sequence


def sign(body: bytes, secret: bytes) -> bytes:
    """The value of X-Hub-Signature-256: `sha256=` and 64 hex digits."""
    return b"sha256=" + hmac.digest(secret, body, "sha256").hex().encode()


def is_signed(body: bytes, signature: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether any secret made this signature; compared in constant time.

    Bytes, not text: `compare_digest` refuses a str with non-ASCII characters by an exception.
    """
    return any(hmac.compare_digest(sign(body, secret), signature) for secret in secrets)
