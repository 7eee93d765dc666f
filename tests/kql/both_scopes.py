"""The tables of both scopes in one DuckDB: rows in, what each scope's functions answer of them out.

`now` is an argument: KQL's now() and ago() go by it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import duckdb
import duckdb_kql
from duckdb_kql.stored_functions import ResolvedFunctions, parse_functions

from src.backend.sinks.base import EventRow, MetricRow, Row
from src.kql.saved_functions import render_functions
from src.kql.scopes import COMPONENT, SCOPES, Scope
from src.model.semconv import TERM_BY_NAME
from src.model.terms import PROPERTY
from src.model.times import format_time
from tests.kql.azure_tables import COMPONENT_TABLES, WORKSPACE_TABLES

_DUCKDB_TYPE = {
    "string": "VARCHAR",
    "real": "DOUBLE",
    "int": "INTEGER",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "dynamic": "JSON",
}


@dataclass(frozen=True)
class Point:
    """What a service tells of itself in a minute; a lone value comes without its extremes."""

    at: datetime
    service: str
    instance: str
    metric: str
    total: float
    count: int = 1
    extremes: tuple[float, float] | None = None
    properties: Mapping[str, str] | None = None


Told = Row | Point


def event(name: str, record_id: str, at: datetime, **values: Any) -> EventRow:
    """A hand-made event of what is known; None is left out, as an emission does."""
    known = {"record_id": record_id, "revision": 3_000_000, "content_hash": "0", **values}
    properties, measurements = {}, {}
    for term, value in known.items():
        if value is None:
            continue
        if TERM_BY_NAME[term].kind == PROPERTY:
            properties[term] = format_time(value) if isinstance(value, datetime) else str(value)
        else:
            measurements[term] = value
    role = str(values.get("repository_full_name", ""))
    return EventRow(name, at, 0, 0, "", role, properties, measurements)


@dataclass(frozen=True)
class BothScopes:
    """A workspace, and the component that keeps its rows there; the same rows lie in both."""

    connection: duckdb.DuckDBPyConnection

    def tell(self, rows: Iterable[Told]) -> None:
        """Put rows into the tables of both scopes; spans are left out, no query asks for them."""
        told = defaultdict[str, list[dict[str, Any]]](list)
        for row in rows:
            for scope in SCOPES:
                if isinstance(row, EventRow):
                    told[scope.events.name].append(_event(row, scope))
                elif isinstance(row, MetricRow | Point):
                    told[scope.metrics.name].append(_metric(row, scope))
        for table, values in told.items():
            self._insert(table, values)

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        """DuckDB reads whole columns fifty times as fast as rows."""
        names = ", ".join(f'"{name}"' for name in rows[0])
        types = _columns()[table]
        lists = ", ".join(f"unnest(?::{types[name]}[])" for name in rows[0])
        columns = [list(column) for column in zip(*(row.values() for row in rows), strict=True)]
        self.connection.execute(f'INSERT INTO "{table}" ({names}) SELECT {lists}', columns)

    def ask(self, text: str, now: datetime, scope: Scope = COMPONENT) -> list[dict[str, Any]]:
        """The rows of the scope's answer, each by column name."""
        # A relation would have DuckDB bind the long SQL of our functions twice.
        answer = duckdb_kql.execute(
            self.connection,
            text,
            allow_write=False,
            functions=_functions(scope),
            query_now=now.replace(tzinfo=None),
        )
        names = [name for name, *_ in answer.description or ()]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in answer.fetchall()]

    def forget_before(self, at: datetime) -> None:
        """Leave out all rows whose own time is before that."""
        for table in (table for scope in SCOPES for table in (scope.events, scope.metrics)):
            self.connection.execute(
                f'DELETE FROM "{table.name}" WHERE "{table.time}" < ?',  # noqa: S608 -- our names
                [at.replace(tzinfo=None)],
            )

    @contextmanager
    def planted(self, *rows: Told) -> Iterator[None]:
        """While the block runs, these rows too; what it does to the tables ends with it."""
        self.connection.execute("BEGIN")
        try:
            self.tell(rows)
            yield
        finally:
            self.connection.execute("ROLLBACK")


@contextmanager
def both_scopes() -> Iterator[BothScopes]:
    """Empty tables, with the columns that are documented."""
    # By one thread what is equal comes in one order, so that answers can be compared.
    with duckdb.connect(config={"threads": 1}) as connection:
        for table, columns in _columns().items():
            told = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
            connection.execute(f'CREATE TABLE "{table}" ({told})')
        yield BothScopes(connection)


@cache
def _columns() -> dict[str, dict[str, str]]:
    """DuckDB's type of each column of each table."""
    return {
        table: {
            name: _DUCKDB_TYPE[type_]
            for name, type_ in (pair.split(":") for pair in _pairs(schema))
        }
        for table, schema in (COMPONENT_TABLES | WORKSPACE_TABLES).items()
    }


def _pairs(schema: str) -> list[str]:
    return "".join(schema.split()).strip("()").split(",")


@cache
def _functions(scope: Scope) -> ResolvedFunctions | None:
    """Parsed once: that takes longer than most questions do."""
    return parse_functions(
        [f"function {name}() {{\n{body}\n}}" for name, body in render_functions(scope).items()]
    )


def _event(row: EventRow, scope: Scope) -> dict[str, Any]:
    table = scope.events
    return {
        table.time: row.at.replace(tzinfo=None),
        table.event: row.name,
        table.properties: json.dumps(row.properties),
        table.measurements: json.dumps(row.measurements),
        scope.metrics.role: row.role,
    }


def _metric(row: MetricRow | Point, scope: Scope) -> dict[str, Any]:
    table = scope.metrics
    if isinstance(row, Point):
        least, most = row.extremes or (None, None)
        who, at, count, total = (row.service, row.instance), row.at, row.count, row.total
        name, properties = row.metric, row.properties or {}
    else:
        least, most, count, total = row.min, row.max, row.count, row.sum
        who, at = (row.role, ""), row.started_at
        name, properties = row.name, row.properties | {"record_id": row.record_id}
    return {
        table.time: at.replace(tzinfo=None),
        table.metric: name,
        table.count: count,
        table.sum: total,
        table.min: least,
        table.max: most,
        table.role: who[0],
        table.instance: who[1],
        table.properties: json.dumps(properties),
    }


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
