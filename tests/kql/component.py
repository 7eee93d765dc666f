"""A component of Application Insights in memory, to emit hand-made rows into and to ask."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from src.insights.kql import run_kql
from src.model.records import PHASE_COMPLETED, revision
from src.model.semconv import TERM_BY_NAME, TERMS_BY_EVENT
from src.model.terms import MEASUREMENT, PROPERTY
from src.model.times import format_time

COMPLETED = revision(PHASE_COMPLETED)


@dataclass
class Component:
    """The tables of custom events and metrics, and KQL upon them."""

    connection: duckdb.DuckDBPyConnection

    def emit(self, event: str, record_id: str, at: datetime, **values: Any) -> None:
        """Add a row; what is None is left out, as an emission does."""
        known = {"record_id": record_id, "revision": COMPLETED, "content_hash": "0", **values}
        assert known.keys() <= {term.name for term in TERMS_BY_EVENT[event]}
        self.connection.execute(
            'INSERT INTO "customEvents" (timestamp, name, "customDimensions", "customMeasurements")'
            " VALUES (?, ?, ?, ?)",
            [
                at.replace(tzinfo=None),
                event,
                json.dumps({k: _text(v) for k, v in _of_kind(known, PROPERTY)}),
                json.dumps(dict(_of_kind(known, MEASUREMENT))),
            ],
        )

    def measure(self, metric: str, at: datetime, values: list[float], **properties: str) -> None:
        """Add an aggregate of these values."""
        self.connection.execute(
            'INSERT INTO "customMetrics" (timestamp, name, "valueCount", "valueSum", "valueMin",'
            ' "valueMax", "cloud_RoleName", "customDimensions") VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
            [
                *(at.replace(tzinfo=None), metric),
                *(len(values), sum(values), min(values), max(values)),
                *("octo/app", json.dumps(properties)),
            ],
        )

    def ask(self, text: str) -> list[dict[str, Any]]:
        """The rows of the answer, each by column name."""
        table = run_kql(self.connection, text)
        return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def _of_kind(values: dict[str, Any], kind: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if value is not None and TERM_BY_NAME[name].kind == kind:
            yield name, value


def _text(value: object) -> str:
    return format_time(value) if isinstance(value, datetime) else str(value)
