from datetime import UTC, datetime, timedelta

from src.model.semconv import ANSWER_DURATION, ENQUEUED, OLDEST_AGE, QUEUE_DEPTH, REFUSED
from src.shared.health import Health

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_counts_add_up_by_name_and_value():
    health = Health()
    health.count(ENQUEUED)
    health.count(ENQUEUED, 3)
    health.count(REFUSED, value="unsigned")

    assert health.counts == {(ENQUEUED, ""): 4, (REFUSED, "unsigned"): 1}


def test_durations_are_summed_and_told_to_who_listens():
    health = Health()
    told: list[tuple[str, float, str]] = []
    health.lasted(ANSWER_DURATION, 0.5)
    health.listeners.append(lambda *fact: told.append(fact))
    health.lasted(ANSWER_DURATION, 0.25, "202")

    durations = health.durations[ANSWER_DURATION]
    assert (durations.count, durations.seconds, durations.longest_seconds) == (2, 0.75, 0.5)
    assert told == [(ANSWER_DURATION, 0.25, "202")]


def test_levels_say_only_what_is_known():
    health = Health()
    assert health.levels(NOW) == {}

    health.queue_depth = 0
    health.oldest_waiting_at = NOW - timedelta(seconds=3)
    health.oldest_enqueued_at = NOW - timedelta(seconds=7)
    assert health.levels(NOW) == {QUEUE_DEPTH: 0, OLDEST_AGE: 7}


def test_a_clock_set_back_makes_no_negative_age():
    assert Health(oldest_enqueued_at=NOW + timedelta(hours=1)).levels(NOW) == {OLDEST_AGE: 0}
