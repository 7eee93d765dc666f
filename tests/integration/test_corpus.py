"""Every recorded delivery through the whole real path: the right rows, or the right refusal."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from src.simulate.deliveries import Delivery
from tests.integration.expected import Expected, Facts, expected_rows
from tests.integration.readings import EVENTS, history, newest
from tests.integration.recordings import PROCESSED, processed, recorded, sequences
from tests.integration.stack import Stack, running_stack


@pytest.fixture(scope="module")
def statuses(corpus: Path, stack: Stack) -> dict[str, set[int | None]]:
    """What the frontend answered, by event; then every delivery has been worked off."""
    answered = defaultdict(set)
    for reply in stack.post(recorded(corpus)):
        answered[reply.delivery.event].add(reply.status)
    stack.drain()
    return answered


def test_runs_and_jobs_are_queued_and_everything_else_is_ignored(
    statuses: dict[str, set[int | None]],
):
    assert "ping" in statuses
    assert statuses == {event: {202 if event in PROCESSED else 200} for event in statuses}


@pytest.mark.parametrize("table", EVENTS)
@pytest.mark.usefixtures("statuses")
def test_every_row_says_what_its_delivery_says(table: str, corpus: Path, stack: Stack):
    by_id = {delivery.delivery_id: delivery for delivery in recorded(corpus)}
    rows = history(stack.tables, table)
    assert rows
    for row in rows:
        expected = _rows_of([by_id[row["delivery_id"]]], table)
        # More than one where a recording's step numbers were replaced by one and the same.
        facts = [e.facts for e in expected if e.record_id == row["record_id"]]
        assert _said(row, facts[0]) in facts, row["record_id"]


@pytest.mark.parametrize("table", EVENTS)
@pytest.mark.usefixtures("statuses")
def test_every_delivery_has_its_rows(table: str, corpus: Path, stack: Stack):
    """Two deliveries that say the same share theirs."""
    rows = history(stack.tables, table)
    for wanted in _rows_of(processed(recorded(corpus)), table):
        assert any(_is_about(row, wanted) for row in rows), wanted


@pytest.mark.parametrize("table", EVENTS)
@pytest.mark.usefixtures("statuses")
def test_the_latest_phase_wins(table: str, corpus: Path, stack: Stack):
    _assert_winners(stack, table, processed(recorded(corpus)))


@pytest.mark.usefixtures("statuses")
def test_each_run_job_and_step_is_one_span(stack: Stack):
    for table in ("requests", "dependencies"):
        question = f"{table} | project name, id = tostring(customDimensions.record_id)"
        # By name too: in one recording two steps had their numbers replaced by the same one.
        spans = Counter((row["id"], row["name"]) for row in stack.tables.ask(question))
        assert spans
        assert max(spans.values()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, -1], ids=["as they came", "backwards"])
def test_whole_sequences_end_in_the_same_rows(step: int, corpus: Path, tmp_path: Path):
    runs = [run[::step] for run in sequences(corpus)]
    with running_stack(tmp_path) as stack:
        stack.take(delivery for run in runs for delivery in run)
        stack.take(delivery for run in runs for delivery in run)  # GitHub's redelivery of all
        for table in EVENTS:
            _assert_winners(stack, table, [delivery for run in runs for delivery in run])


def _assert_winners(stack: Stack, table: str, deliveries: Iterable[Delivery]) -> None:
    """One row for each thing, saying what one of its last deliveries said.

    Several recordings are of one id, and of those of one phase any may win, always the same.
    """
    candidates: defaultdict[str, list[Expected]] = defaultdict(list)
    for candidate in _rows_of(deliveries, table):
        candidates[candidate.record_id].append(candidate)
    rows = newest(stack.tables, table)
    assert rows.keys() == candidates.keys()
    for record_id, row in rows.items():
        last = max(c.phase for c in candidates[record_id])
        latest = [c.facts for c in candidates[record_id] if c.phase == last]
        assert _said(row, latest[0]) in latest, record_id


def _rows_of(deliveries: Iterable[Delivery], table: str) -> Iterator[Expected]:
    now = datetime.now(UTC)
    for delivery in deliveries:
        rows = expected_rows(delivery.event, delivery.body, now)
        yield from (row for row in rows if row.table == table)


def _is_about(row: Facts, expected: Expected) -> bool:
    return row["record_id"] == expected.record_id and _said(row, expected.facts) == expected.facts


def _said(row: Facts, expected: Facts) -> Facts:
    """What the row says on everything that is expected of it; moved in time only if it says so."""
    absent = {"time_shifted": False}
    return {name: row.get(name, absent.get(name)) for name in expected}
