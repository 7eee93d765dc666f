"""A batch of samples and whose it is in, a queue's event out, and back.

    {"identity": {"how", "host", "repository_id", "run_id", "run_attempt", "job_id", "repository",
                  "owner_id", "runner_environment"},
     "sent_at": TIME, "batch": {…}}

`batch` is what `model/batches.py` encodes; it was decoded once, so what is in it is ours.
"""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec

from ..model.batches import encode
from ..model.samples import SAMPLES, Batch, batch_id
from .errors import UndecodableMessageError
from .github_events import Integer
from .messages import Event

Proof: TypeAlias = Literal["token", "declared"]


class Identity(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose samples they are.

    Attributes:
        how: `token`: all of it is signed by GitHub, and nothing else is in it. `declared`: host
            and repository are those of a shared key, the rest is the sender's word.
        host: github.com, or an Enterprise Server's.
        repository_id, run_id, run_attempt, owner_id: GitHub's numbers.
        job_id: that of the workflow_job; None where the token has none (an Enterprise Server's).
            What the sampler declares is then in the batch's own `job`: to be believed within
            this run, and no further.
        repository: its full name, where GitHub signed it.
        runner_environment: github-hosted or self-hosted.
    """

    how: Proof
    host: str
    repository_id: Integer
    run_id: Integer
    run_attempt: Integer | None = None
    job_id: Integer | None = None
    repository: str | None = None
    owner_id: Integer | None = None
    runner_environment: str | None = None


class SentBatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the frontend knows of a batch; its clock at the arrival is the event's `received_at`.

    `batch` is JSON for `batches.decode`. `sent_at` is the sender's clock at this attempt, None
    where he did not tell; the smallest received - sent of a sampler is how wrong its clock is.
    """

    identity: Identity
    batch: msgspec.Raw
    sent_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(SentBatch)


def to_event(
    identity: Identity, batch: Batch, sent_at: datetime | None, received_at: datetime
) -> Event:
    """The event for the queue.

    Its id is the batch's, alike however often it is sent. A sampler chooses its own id: two of
    different identities may have the same.
    """
    body = _encode(SentBatch(identity, msgspec.Raw(encode(batch)), sent_at))
    name = batch_id(batch.sampler, batch.sequence)
    return Event(SAMPLES, name, received_at, msgspec.Raw(body))


def read_sent_batch(body: bytes | msgspec.Raw) -> SentBatch:
    """What an event of the kind `samples` holds.

    Raises:
        UndecodableMessageError: it is none of ours.
    """
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise UndecodableMessageError(f"not a sent batch: {exc}") from exc
