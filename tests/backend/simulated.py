"""A simulated day in, its events out as the frontend would put them: deliveries and samples."""

import gzip
from collections.abc import Iterator

from msgspec import Raw

from src.model.batches import decode
from src.shared.messages import Event
from src.shared.sent_batches import Identity, to_event
from src.simulate.days import Day
from src.simulate.pushes import Push, Shares, in_order, pushes
from src.simulate.sampled_jobs import sampled_jobs


def events(day: Day, shares: Shares) -> Iterator[Event]:
    """All of the day's, as they arrive."""
    for post in in_order(day.deliveries, pushes(sampled_jobs(day.planned), shares)):
        if isinstance(post, Push):
            yield _samples(post)
        else:
            yield Event(post.event, post.delivery_id, post.at, Raw(post.body))


def _samples(push: Push) -> Event:
    """As a key's: who has it declares the rest."""
    batch = decode(gzip.decompress(push.body))
    run_id, job_id = (int(str(batch.job[name])) for name in ("run_id", "job_id"))
    identity = Identity("declared", "github.com", push.repository_id, run_id, job_id=job_id)
    return to_event(identity, batch, push.at, push.at)
