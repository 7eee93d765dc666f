"""Deliveries in, signed and posted as GitHub would; an answer for each out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import monotonic, sleep

import httpx

from ..shared.github_signature import sign
from ..simulate.deliveries import Delivery

TIMEOUT_SECONDS = 10.0  # as long as GitHub waits


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's URL and secret."""

    url: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the webhook answered: an HTTP status and its word; no status where nobody did."""

    delivery: Delivery
    status: int | None
    said: str


def deliver(
    deliveries: Iterable[Delivery], target: Target, per_second: float | None = None
) -> Iterator[Reply]:
    """Post one delivery after another, at most so many a second."""
    started_at = monotonic()
    # A proxy from the environment has no business between us and our own machine.
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        for number, delivery in enumerate(deliveries):
            if per_second:
                sleep(max(0.0, started_at + number / per_second - monotonic()))
            yield _post(client, delivery, target)


def _post(client: httpx.Client, delivery: Delivery, target: Target) -> Reply:
    headers = {
        b"Content-Type": b"application/json",
        b"User-Agent": b"GitHub-Hookshot/replay",
        b"X-GitHub-Event": delivery.event.encode(),
        b"X-GitHub-Delivery": delivery.delivery_id.encode(),
        b"X-Hub-Signature-256": sign(delivery.body, target.secret),
    }
    try:
        response = client.post(target.url, content=delivery.body, headers=list(headers.items()))
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        return Reply(delivery, None, f"{type(exc).__name__}: {exc}")
    return Reply(delivery, response.status_code, _said(response))


def _said(response: httpx.Response) -> str:
    try:
        content = response.json()
        return str(content.get("error") or content.get("reason") or content.get("status"))
    except (ValueError, AttributeError):
        return response.reason_phrase
