"""POST /samples: a request in, the verdict on a sampler's batch out.

The order of the checks is the order of their cost: no body is read before a token is known to be
good, none inflated or decoded before a signature is. A sender pays for a batch before it is
decoded; then its job does, since behind a repository's key there may be many, and one must not be
told of without end. What goes on is not the sender's text but what was understood of it, encoded
anew.
"""

import asyncio
import time
from collections.abc import Hashable
from datetime import UTC, datetime

from starlette.types import Receive

from ..model.batches import BatchError, NewerBatchError, decode
from ..model.process_groups import read_groups
from ..model.samples import Batch
from ..shared.messages import Event
from ..shared.sent_batches import to_event
from .allowance import Allowance
from .body import Bodies
from .headers import JSON, Headers, content_encoding, media_type, refuse_length
from .identity import job_of
from .inflate import ENCODINGS, inflate
from .senders import Sender, TokenSender, key_sender, sent_at, token_in
from .tokens import Tokens
from .trust import Trust
from .verdict import RefusedError, Verdict

MAX_BATCH_BYTES = 1024 * 1024  # as sent, and as inflated: a hundred times what a sampler sends
LARGE_BYTES = 64 * 1024  # takes more than a few milliseconds to decode: not while others wait
LONGEST_REASON = 300

DISABLED = Verdict(403, "samples are not taken here: see SAMPLES_OWNER_IDS and SAMPLES_KEYS")


class SampleJudge:
    """Knows batches of samples, and whom to take them from."""

    def __init__(self, trust: Trust, bodies: Bodies) -> None:
        self._trust = trust
        self._bodies = bodies
        self._tokens = Tokens(trust.tokens) if trust.tokens else None
        self._senders, self._jobs = Allowance(), Allowance()
        self._large = asyncio.Lock()  # one in memory at a time: decoded it is ten times as large

    def refuse_early(self, headers: Headers) -> Verdict | None:
        """What can be refused by the headers alone."""
        if not self._trust:
            return DISABLED
        if refused := refuse_length(headers, MAX_BATCH_BYTES):
            return refused
        if media_type(headers) != JSON:
            return Verdict(415, "send application/json")
        if content_encoding(headers) not in ENCODINGS:
            return Verdict(415, "the Content-Encoding must be gzip or deflate, or none")
        return None

    async def judge(self, headers: Headers, receive: Receive) -> Verdict:
        """The verdict on all of it."""
        try:
            sender = await self._sender(headers)
            sent = sent_at(headers)
            body = await self._bodies.read(receive, MAX_BATCH_BYTES)
            if isinstance(body, Verdict):
                return body
            sender.check_body(body)
            text = inflate(body, content_encoding(headers), MAX_BATCH_BYTES)
            _charge(self._senders, sender.who, len(text), sender.jobs)
            whose, event = await self._understood(sender, text, sent)
            _charge(self._jobs, whose, len(text))
            return Verdict(202, "queued", event)
        except RefusedError as exc:
            return exc.verdict

    async def close(self) -> None:
        """Ask no issuer any more."""
        if self._tokens is not None:
            await self._tokens.close()

    async def _sender(self, headers: Headers) -> Sender:
        token = token_in(headers)
        if token is None:
            return key_sender(headers, self._trust.keys, datetime.now(UTC))
        if self._tokens is None:
            raise RefusedError(401, "tokens are not taken here: see SAMPLES_OWNER_IDS")
        return TokenSender(await self._tokens.identity(token))

    async def _understood(
        self, sender: Sender, text: bytes, sent: datetime | None
    ) -> tuple[Hashable, Event]:
        received_at = datetime.now(UTC)
        if len(text) <= LARGE_BYTES:
            return _understand(sender, text, sent, received_at)
        async with self._large:
            return await asyncio.to_thread(_understand, sender, text, sent, received_at)


def _charge(allowance: Allowance, who: Hashable, size_bytes: int, jobs: int = 1) -> None:
    wait_seconds = allowance.take(who, size_bytes, time.monotonic(), jobs=jobs)
    if wait_seconds:
        raise RefusedError(429, "more than a sampler sends, try again later", wait_seconds)


def _understand(
    sender: Sender, text: bytes, sent: datetime | None, received_at: datetime
) -> tuple[Hashable, Event]:
    """Which job's batch it is, as far as anybody says, and the event that it makes."""
    batch = _read(text)
    identity = sender.identity(batch.job)
    return job_of(identity, batch.job), to_event(identity, batch, sent, received_at)


def _read(text: bytes) -> Batch:
    """The batch; all of it can be decoded, the processes too."""
    try:
        batch = decode(text)
        read_groups(batch.processes, len(batch.time_ms))
    except NewerBatchError as exc:
        raise RefusedError(400, f"a newer batch than this service knows: {exc}") from exc
    except BatchError as exc:
        raise RefusedError(400, f"not a batch: {exc}"[:LONGEST_REASON]) from exc
    return batch
