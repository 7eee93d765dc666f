"""KQL text in, a table of plain Python values out. The only file that knows duckdb-kql.

Beside the tables a query can call our saved functions: each file of `kql/functions` is one, named
as the file, its content the body, which is how Azure saves them too.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import duckdb_kql

from ..shared.errors import TelemetryError
from .tables import TABLES

FUNCTIONS = Path(__file__).parents[1] / "kql" / "functions"

_UNKNOWN_COLUMN = re.compile(r'[Cc]olumn "([^"]+)"')
_UNKNOWN_TABLE = re.compile(r"Table with name (\S+) does not exist")


class BadQueryError(TelemetryError):
    """KQL that cannot be run; the message says what is wrong and, where known, at line:column."""


@dataclass(frozen=True, slots=True)
class Table:
    """A query's result: times are aware UTC datetimes, dynamic values parsed JSON."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def run_kql(connection: duckdb.DuckDBPyConnection, text: str) -> Table:
    """What the query answers on the connection's tables; it cannot write.

    Raises:
        BadQueryError: it is no KQL, names what is not there, or uses what the translator lacks.
    """
    _register_functions()
    try:
        relation = duckdb_kql.kql(connection, text, allow_write=False)
        readers = [_READERS.get(str(type_), _as_it_is) for type_ in relation.types]
        rows = [tuple(map(_read, readers, row)) for row in relation.fetchall()]
    except (duckdb_kql.KqlError, duckdb.Error, RecursionError) as exc:
        raise BadQueryError(_complaint(exc)) from exc
    return Table(list(relation.columns), rows)


@cache
def _register_functions() -> None:
    """Once: the registry is one for the whole process, and parsing takes a while."""
    duckdb_kql.set_functions(
        [
            f"function {path.stem}() {{\n{path.read_text(encoding='utf-8')}\n}}"
            for path in sorted(FUNCTIONS.glob("*.kql"))
        ]
    )


def _complaint(error: Exception) -> str:
    text = str(error).split("\n", 1)[0]
    if isinstance(error, duckdb.CatalogException) and (match := _UNKNOWN_TABLE.search(text)):
        functions = [f"{path.stem}()" for path in sorted(FUNCTIONS.glob("*.kql"))]
        known = ", ".join([*functions, *TABLES])
        return f"there is no table {match[1]}; there are {known}"
    if isinstance(error, duckdb.BinderException) and (match := _UNKNOWN_COLUMN.search(text)):
        return f"there is no column {match[1]} at this place"
    return text or "the query is nested too deeply"


def _read(reader: Callable[[Any], Any], value: object) -> object:
    return None if value is None else reader(value)


def _as_it_is(value: object) -> object:
    return value


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[Any], Any]] = {
    "JSON": json.loads,
    "TIMESTAMP": _aware,
    "UUID": str,
}
