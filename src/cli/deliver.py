"""Deliveries and samples in, signed and posted as their senders would; an answer for each out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep, time_ns
from typing import TypeAlias

import httpx

from ..model.sending import KEY_HEADER, PATH, SIGNATURE_HEADER, TIME_HEADER, signature
from ..shared.github_signature import sign
from ..shared.http_client import client_for
from ..simulate.deliveries import Delivery
from ..simulate.pushes import Push

TIMEOUT_SECONDS = 10.0  # as long as GitHub waits

Post: TypeAlias = Delivery | Push


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's URL and secret, and keys of repositories for the samples beside it."""

    url: str
    secret: bytes
    keys: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def samples_url(self) -> str:
        """Where the same frontend takes samples."""
        return self.url.removesuffix("/webhook") + PATH


@dataclass(frozen=True, slots=True)
class Reply:
    """What the frontend answered: an HTTP status and its word; no status where nobody did."""

    delivery: Post
    status: int | None
    said: str


def deliver(
    posts: Iterable[Post], target: Target, per_second: float | None = None
) -> Iterator[Reply]:
    """Post one after another, at most so many a second; samples need their repository's key."""
    started_at = monotonic()
    with client_for(target.url, TIMEOUT_SECONDS) as client:
        for number, post in enumerate(posts):
            if per_second:
                sleep(max(0.0, started_at + number / per_second - monotonic()))
            yield _post(client, post, target)


def _post(client: httpx.Client, post: Post, target: Target) -> Reply:
    if isinstance(post, Push):
        url, headers = target.samples_url, _push_headers(post, target.keys[post.repository_id])
    else:
        url, headers = target.url, _webhook_headers(post, target.secret)
    try:
        response = client.post(url, content=post.body, headers=list(headers.items()))
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        return Reply(post, None, _unsaid(exc))
    return Reply(post, response.status_code, _said(response))


def _webhook_headers(delivery: Delivery, secret: bytes) -> dict[bytes, bytes]:
    return {
        b"Content-Type": b"application/json",
        b"User-Agent": b"GitHub-Hookshot/replay",
        b"X-GitHub-Event": delivery.event.encode(),
        b"X-GitHub-Delivery": delivery.delivery_id.encode(),
        b"X-Hub-Signature-256": sign(delivery.body, secret),
    }


def _push_headers(push: Push, key: bytes) -> dict[bytes, bytes]:
    """Signed now, whatever moment of its day the push has: the frontend's clock is ours."""
    time_ms = str(time_ns() // 1_000_000)
    told = {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        TIME_HEADER: time_ms,
        KEY_HEADER: str(push.repository_id),
        SIGNATURE_HEADER: signature(key, time_ms, push.body),
    }
    return {name.encode(): value.encode() for name, value in told.items()}


def _unsaid(error: Exception) -> str:
    """Why there is no answer."""
    if isinstance(error, httpx.ConnectError):
        return "nobody listens there"
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return "it is no URL"
    return f"{type(error).__name__}: {error}"


def _said(response: httpx.Response) -> str:
    try:
        content = response.json()
        return str(content.get("error") or content.get("reason") or content.get("status"))
    except (ValueError, AttributeError):
        return response.reason_phrase
