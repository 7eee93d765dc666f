"""What the sender of a batch and the frontend agree on: a request's headers, and what a key signs.

POST /samples
Content-Type: application/json         the encoded batch
Content-Encoding: gzip                 or deflate, or none
X-Telemetry-Time: 1767225600000        the sender's clock at this attempt, epoch milliseconds
Authorization: Bearer TOKEN            GitHub's OIDC token; where there is none, instead of it:
X-Telemetry-Key: 1296269               whose key it is: [HOST/]REPOSITORY_ID
X-Telemetry-Signature: sha256=HEX      by that key
"""

from __future__ import annotations

import hmac
from hashlib import sha256

PATH = "/samples"

KEY_HEADER = "X-Telemetry-Key"
TIME_HEADER = "X-Telemetry-Time"
SIGNATURE_HEADER = "X-Telemetry-Signature"

MOST_CLOCK_SKEW_SECONDS = 300
"""A signature is good for so long before and after its time, by the frontend's clock."""


def signature(key: bytes, time_ms: str, body: bytes) -> str:
    """The value of X-Telemetry-Signature: HMAC-SHA256 over method, path, time and the body's hash.

    The path is that of the endpoint, whatever a proxy puts before it; the time is the header's
    text; the body is as sent, so compressed where it is.
    """
    signed = "\n".join(("POST", PATH, time_ms, sha256(body).hexdigest()))
    return "sha256=" + hmac.new(key, signed.encode(), sha256).hexdigest()
