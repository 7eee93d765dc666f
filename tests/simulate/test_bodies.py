"""Bodies against real deliveries: no key less, no size out of the range of real ones."""

import csv
import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from src.simulate.days import simulate_day

CORPUS = Path(
    os.environ.get("GITHUB_TELEMETRY_CORPUS", Path(__file__).parents[2] / "../shared/corpus")
)
PAYLOADS = CORPUS / "payloads"
NEWEST = {
    "workflow_job": ("rust-lang-bors-02", "cdviz-dev-cdviz-collector-04"),
    "workflow_run": ("canonical-github-runner-operator-01", "cdviz-dev-cdviz-collector-04"),
}
needs_corpus = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="no real deliveries: set GITHUB_TELEMETRY_CORPUS to their folder"
)


@pytest.fixture(scope="module")
def bodies() -> dict[str, list[bytes]]:
    """The bodies of a day, by event."""
    by_event = defaultdict(list)
    for delivery in simulate_day(7, datetime(2026, 3, 4, 15, tzinfo=UTC)).deliveries:
        by_event[delivery.event].append(delivery.body)
    return by_event


def keys_by_path(value: object, path: str = "", found: dict | None = None) -> dict[str, set[str]]:
    """The keys of every object in a JSON value, by where it stands."""
    found = defaultdict(set) if found is None else found
    if isinstance(value, dict):
        found[path] |= value.keys()
        for key, inner in value.items():
            keys_by_path(inner, f"{path}.{key}", found)
    elif isinstance(value, list):
        for inner in value:
            keys_by_path(inner, f"{path}[]", found)
    return found


@needs_corpus
@pytest.mark.parametrize(
    ("event", "name"), [(event, name) for event, names in NEWEST.items() for name in names]
)
def test_every_key_of_the_newest_real_delivery_is_there(
    bodies: dict[str, list[bytes]], event: str, name: str
):
    real = keys_by_path(json.loads((PAYLOADS / event / f"{name}.json").read_text()))
    ours: dict[str, set[str]] = defaultdict(set)
    for body in bodies[event]:
        keys_by_path(json.loads(body), "", ours)
    missing = {path: keys - ours[path] for path, keys in real.items() if keys - ours[path]}
    assert missing == {}


@needs_corpus
@pytest.mark.parametrize("event", NEWEST)
def test_bodies_are_as_large_as_real_ones(bodies: dict[str, list[bytes]], event: str):
    with (PAYLOADS / "INDEX.tsv").open() as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    # Redacted bodies lost what made them large.
    sizes = [
        int(row["compact_bytes"])
        for row in rows
        if row["event"] == event and row["class"] != "redacted"
    ]
    assert min(sizes) <= min(map(len, bodies[event]))
    assert max(map(len, bodies[event])) <= max(sizes)


@pytest.mark.parametrize("event", NEWEST)
def test_bodies_are_compact(bodies: dict[str, list[bytes]], event: str):
    for body in bodies[event][:20]:
        assert len(body) == len(json.dumps(json.loads(body), separators=(",", ":")))


def test_every_body_has_the_same_keys_in_its_subject(bodies: dict[str, list[bytes]]):
    for event, known in bodies.items():
        assert len({frozenset(json.loads(body)[event]) for body in known}) == 1
