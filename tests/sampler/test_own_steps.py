"""Processes' keys to steps, by the case."""

import pytest

from src.model.samples import Batch, Host, Owner
from src.sampler.own_steps import own_steps

NOON = 1_767_268_800_000
CLEANING = "Post cache"


def batch(*owners: Owner, samples: int = 10, first: int = 0) -> Batch:
    """A sample a second."""
    seconds = range(first, first + samples)
    return Batch(
        sampler="3f2a",
        sequence=first,
        host=Host(cpus=2, memory_total_kb=8_000_000),
        time_ms=[NOON + 1000 * second for second in seconds],
        uptime_ms=[5000 + 1000 * second for second in seconds],
        owners=owners,
    )


def owner(key: str, born: float, alive: str, cpu: tuple[int, ...] = ()) -> Owner:
    """`alive` has a mark for each sample; it uses half a core while it is, unless told."""
    ticks, used = [], 0
    for at, mark in enumerate(alive):
        used += cpu[at] if cpu else 50 * (mark == "x")
        ticks.append(used)
    held_kb = [4096 * (mark == "x") for mark in alive]
    return Owner(key, NOON + round(born * 1000), ticks, held_kb)


def told(*batches: Batch, without: tuple[str, ...] = ()) -> list[tuple[str, float, float]]:
    """Each step's name and its seconds since noon."""
    job = own_steps("job", batches, without=without)
    assert job
    assert [step.number for step in job.steps] == list(range(1, len(job.steps) + 1))
    return [
        (step.name, ((step.start_ms or 0) - NOON) / 1000, ((step.end_ms or 0) - NOON) / 1000)
        for step in job.steps
    ]


def test_a_step_lasts_until_the_next_begins():
    first, second = owner("a", 0.5, "-xxxx-----"), owner("b", 4.3, "-----xxx--")

    assert told(batch(first, second)) == [("a", 0.5, 4.3), ("b", 4.3, 8.0)]


def test_the_last_one_lasts_until_the_sample_that_does_not_see_it():
    assert told(batch(owner("a", 0.5, "-xxxx-----"))) == [("a", 0.5, 5.0)]
    assert told(batch(owner("a", 0.5, "-xxxxxxxxx"))) == [("a", 0.5, 9.0)]


def test_steps_in_parallel_overlap():
    first, second = owner("a", 0.5, "-xxxxxxx--"), owner("b", 1.5, "--xxx-----")

    assert told(batch(first, second)) == [("a", 0.5, 8.0), ("b", 1.5, 5.0)]


def test_what_a_step_leaves_behind_does_not_have_it_last():
    daemon = owner("a", 0.5, "-xxxxxxxxx", cpu=(0, 99, 99, 99, 0, 1, 0, 0, 1, 0))
    after = owner("b", 4.3, "-----xxx--")

    assert told(batch(daemon, after)) == [("a", 0.5, 4.3), ("b", 4.3, 8.0)]


def test_an_action_that_comes_back_after_others_cleans_up():
    action, other = owner("cache", 0.5, "-x------x-"), owner("b", 2.5, "---xxxx---")

    assert told(batch(action, other)) == [
        ("cache", 0.5, 2.0),
        ("b", 2.5, 7.0),
        (CLEANING, 7.0, 9.0),
    ]


def test_a_pause_with_nobody_else_between_is_no_end():
    assert told(batch(owner("a", 0.5, "-xx--xx---"))) == [("a", 0.5, 7.0)]


def test_what_the_dead_had_used_is_no_new_step():
    first = owner("a", 0.5, "-xx-------", cpu=(0, 50, 50, 0, 0, 20, 0, 0, 0, 0))
    second = owner("b", 3.5, "----xxxx--")

    assert told(batch(first, second)) == [("a", 0.5, 3.0), ("b", 3.5, 8.0)]


def test_a_step_too_short_to_be_seen_alive_is_known_by_what_it_used():
    assert told(batch(owner("a", 2.4, "----------", cpu=(0, 0, 0, 30, 0, 0, 0, 0, 0, 0)))) == [
        ("a", 2.4, 4.0)
    ]


def test_steps_go_on_from_batch_to_batch():
    first, second = (
        batch(owner("a", 0.5, "-xxxxxxxxx")),
        batch(owner("a", 0.5, "xx--------"), first=10),
    )

    assert told(first, second) == [("a", 0.5, 12.0)]


def test_our_own_keys_and_nobodys_are_no_steps():
    owners = (
        owner("", 0, "xxxxxxxxxx"),
        owner("ours", 0, "xxxxxxxxxx"),
        owner("a", 1.5, "--xx------"),
    )

    assert told(batch(*owners), without=("ours",)) == [("a", 1.5, 4.0)]


def test_who_was_born_a_little_after_the_last_sample_by_the_clock_has_no_negative_time():
    """Births are told in ticks, which are coarser than samples."""
    assert told(batch(owner("a", 9.01, "---------x"))) == [("a", 9.01, 9.01)]


def test_without_samples_there_is_no_job():
    assert own_steps("job", []) is None
    assert own_steps("job", [batch(samples=0)]) is None


@pytest.mark.parametrize("hours", [1, -1])
@pytest.mark.parametrize("at", [2, 8])
def test_a_clock_that_is_set_meanwhile_moves_nothing(hours: int, at: int):
    """But all of it, where it was set so early that most samples have the new one."""
    sampled = batch(owner("a", 0.5, "-xxxx-----"), owner("b", 4.3, "-----xxx--"))
    set_ms = hours * 3_600_000
    sampled.time_ms = [*sampled.time_ms[:at], *(time + set_ms for time in sampled.time_ms[at:])]
    job = own_steps("job", [sampled])

    assert job
    zero_ms = NOON + set_ms * (at < 5)
    assert [(step.name, step.start_ms, step.end_ms) for step in job.steps] == [
        ("a", zero_ms + 500, zero_ms + 4300),
        ("b", zero_ms + 4300, zero_ms + 8000),
    ]
