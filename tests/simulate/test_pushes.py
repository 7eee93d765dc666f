"""What samplers POST: all of it in its time, or late, twice and never as asked."""

import gzip
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from src.model.batches import decode
from src.model.samples import Batch
from src.simulate.days import Day, simulate_day
from src.simulate.pushes import (
    AGAIN_SECONDS,
    IN_TIME,
    LATE_SECONDS,
    SENDING_SECONDS,
    USUAL,
    Push,
    Shares,
    in_order,
    pushes,
)
from src.simulate.sampled_jobs import SampledJob, sampled_jobs

END = datetime(2026, 3, 4, 15, 20, 31, tzinfo=UTC)
Name = tuple[str, int]
Watched = list[tuple[SampledJob, list[Batch]]]


@pytest.fixture(scope="module")
def day() -> Day:
    return simulate_day(7, END, 4)


@pytest.fixture(scope="module")
def watched(day: Day) -> Watched:
    """Each job of that day with all its batches, simulated once."""
    return [(job, list(job.batches)) for job in sampled_jobs(day.planned)]


@pytest.fixture(scope="module")
def calm(watched: Watched) -> dict[Name, Push]:
    return {name_of(push): push for push in sent(watched, IN_TIME)}


def sent(watched: Watched, shares: Shares) -> list[Push]:
    return list(pushes((replace(job, batches=iter(all_)) for job, all_ in watched), shares))


def batch_of(push: Push) -> Batch:
    return decode(gzip.decompress(push.body))


def name_of(push: Push) -> Name:
    batch = batch_of(push)
    return batch.sampler, batch.sequence


def last_look(push: Push) -> datetime:
    return datetime.fromtimestamp(batch_of(push).time_ms[-1] / 1000, UTC)


def test_each_batch_comes_once_and_soon(watched: Watched, calm: dict[Name, Push]):
    told = [(batch.sampler, batch.sequence) for _, every in watched for batch in every]
    soon = timedelta(seconds=SENDING_SECONDS[1])

    assert len(sent(watched, IN_TIME)) == len(calm)
    assert calm.keys() == set(told)
    assert all(push.at - last_look(push) <= soon for push in calm.values())


def test_the_last_one_comes_before_its_job_s_completion(day: Day, calm: dict[Name, Push]):
    ends = {job.job_id: job.completed_at for job in day.truth.jobs}
    last = [push for push in calm.values() if batch_of(push).final]

    assert last
    assert all(push.at <= ends[batch_of(push).job["job_id"]] for push in last)


def test_it_is_signed_by_the_repository_that_the_batch_declares(calm: dict[Name, Push]):
    assert all(p.repository_id == batch_of(p).job["repository_id"] for p in calm.values())
    assert {push.event for push in calm.values()} == {"samples"}


def test_they_arrive_in_order_among_the_deliveries(day: Day, watched: Watched):
    posts = list(in_order(day.deliveries, sent(watched, Shares(late=0.3, doubled=0.3))))

    assert all(before.at <= after.at for before, after in pairwise(posts))
    assert [post for post in posts if not isinstance(post, Push)] == day.deliveries
    assert sum(isinstance(post, Push) for post in posts) > len(day.deliveries) / 2


def test_late_ones_come_later(watched: Watched, calm: dict[Name, Push]):
    delays = [
        (push.at - calm[name_of(push)].at).total_seconds()
        for push in sent(watched, Shares(late=0.3, doubled=0.0, missing=0.0))
    ]

    late = [delay for delay in delays if delay]
    assert len(delays) == len(calm)
    assert 0.1 < len(late) / len(calm) < 0.5
    assert all(LATE_SECONDS[0] <= delay <= LATE_SECONDS[1] for delay in late)


def test_doubled_ones_come_again_as_they_are(watched: Watched, calm: dict[Name, Push]):
    came = sent(watched, Shares(late=0.0, doubled=0.3, missing=0.0))
    counts = Counter(push.body for push in came)
    doubled = [body for body, count in counts.items() if count == 2]
    moments = [[push.at for push in came if push.body == body] for body in doubled]

    assert len(counts) == len(calm)
    assert 0.1 < len(doubled) / len(calm) < 0.5
    for first, again in moments:
        assert AGAIN_SECONDS[0] <= (again - first).total_seconds() <= AGAIN_SECONDS[1]


def test_missing_ones_never_come_and_change_no_other(watched: Watched, calm: dict[Name, Push]):
    came = {name_of(push): push for push in sent(watched, Shares(late=0, doubled=0, missing=0.3))}

    assert 0.5 < len(came) / len(calm) < 0.9
    assert came.items() <= calm.items()


def test_only_jobs_that_run_at_a_time_are_simulated(day: Day, watched: Watched):
    begun: list[SampledJob] = []

    def counted(jobs: Iterable[SampledJob]) -> Iterable[SampledJob]:
        for job in jobs:
            begun.append(job)
            yield job

    told = pushes(counted(sampled_jobs(day.planned)), IN_TIME)
    first = next(told)

    assert begun[-1].started_at > first.at
    assert all(job.started_at <= first.at for job in begun[:-1])
    assert len(begun) < len(watched)


def test_the_same_day_sends_the_same(day: Day, watched: Watched):
    assert list(pushes(sampled_jobs(day.planned))) == sent(watched, USUAL)
