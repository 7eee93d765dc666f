"""A delivery's headers and body in, a verdict out: what to answer, and the event to enqueue.

Pure: no I/O, no clock. The order of the checks is the order of their cost, and nothing of a body
is read into objects before its signature is known to be right.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import unquote_to_bytes

import msgspec

from ..shared import github_events
from ..shared.errors import DeliveryRefusedError
from ..shared.github_signature import is_signed
from ..shared.messages import Event
from .headers import JSON, PLAIN, Headers, content_encoding, media_type, refuse_length
from .verdict import Verdict

MAX_BODY_BYTES = 25 * 1024 * 1024  # GitHub sends no more

_FORM = b"application/x-www-form-urlencoded"
_SIGNATURE = re.compile(rb"sha256=[0-9a-f]{64}")  # GitHub writes lower case


def refuse_early(headers: Headers, secrets: Sequence[bytes]) -> Verdict | None:
    """What can be refused by the headers alone, before the body is read; None if nothing can.

    `headers` has lower-case names. No secrets means that unsigned deliveries are allowed.
    """
    if refused := refuse_length(headers, MAX_BODY_BYTES):
        return refused
    if secrets and not _SIGNATURE.fullmatch(headers.get(b"x-hub-signature-256", b"")):
        return Verdict(401, "X-Hub-Signature-256 is missing or malformed: is a secret set?")
    if media_type(headers) not in {JSON, _FORM}:
        return Verdict(415, "send application/json or application/x-www-form-urlencoded")
    if content_encoding(headers) != PLAIN:
        return Verdict(415, "send the body as it is, without Content-Encoding")
    return None


def judge(headers: Headers, body: bytes, secrets: Sequence[bytes], now: datetime) -> Verdict:
    """The verdict on a whole delivery that `refuse_early` let pass."""
    if secrets and not is_signed(body, headers.get(b"x-hub-signature-256", b""), secrets):
        return Verdict(401, "signature does not match the body and our secret")
    event = headers.get(b"x-github-event", b"").decode("ascii", "replace")
    delivery_id = headers.get(b"x-github-delivery", b"").decode("ascii", "replace")
    if not event or not delivery_id:
        return Verdict(400, "X-GitHub-Event and X-GitHub-Delivery are needed")
    if not github_events.is_delivery_id(delivery_id):
        return Verdict(400, "X-GitHub-Delivery is not an id")
    if event not in github_events.EVENTS:
        return Verdict(200, "pong" if event == "ping" else "event not processed")
    return _read(event, delivery_id, _json_of(headers, body), now)


def _read(event: str, delivery_id: str, body: bytes, now: datetime) -> Verdict:
    try:
        delivery = github_events.parse_delivery(event, body)
    except DeliveryRefusedError as exc:
        if github_events.has_null_subject(event, body):
            return Verdict(200, f"{event} is null")
        return Verdict(400, str(exc))
    trimmed = msgspec.Raw(github_events.trim(delivery))
    return Verdict(202, "queued", Event(event, delivery_id, now, trimmed))


def _json_of(headers: Headers, body: bytes) -> bytes:
    """The JSON itself: the body, or what its form field `payload` holds."""
    if media_type(headers) == JSON:
        return body
    fields = (field.partition(b"=") for field in body.split(b"&"))
    payload = next((value for name, _, value in fields if name == b"payload"), b"")
    return unquote_to_bytes(payload.replace(b"+", b" "))
