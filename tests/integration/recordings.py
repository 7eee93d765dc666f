"""The folder of recorded bodies in, deliveries out; a body's delivery id says which file it was."""

import csv
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from src.simulate.deliveries import Delivery

PROCESSED = frozenset({"workflow_run", "workflow_job"})
_NOW = datetime(2026, 1, 1, tzinfo=UTC)  # a recording's moment plays no part here


def recorded(corpus: Path) -> list[Delivery]:
    """Every recorded body, in the order of the index."""
    return [_delivery(corpus, row) for row in _rows(corpus, "INDEX.tsv")]


def processed(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Those of runs and jobs."""
    return [delivery for delivery in deliveries if delivery.event in PROCESSED]


def sequences(corpus: Path) -> list[list[Delivery]]:
    """Whole runs, each in the order in which it came."""
    rows = _rows(corpus, "SEQUENCES.tsv")
    groups = groupby(rows, key=lambda row: row["sequence"])
    return [[_delivery(corpus, row) for row in group] for _, group in groups]


def _rows(corpus: Path, name: str) -> Iterator[dict[str, str]]:
    with (corpus / "payloads" / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t")


def _delivery(corpus: Path, row: dict[str, str]) -> Delivery:
    body = (corpus / "payloads" / row["file"]).read_bytes()
    return Delivery(_NOW, row["event"], str(uuid.uuid5(uuid.NAMESPACE_URL, row["file"])), body)
