"""KQL text in, a table of plain Python values out. The only file that knows duckdb-kql.

Beside the tables a query can call our saved functions: each file of `kql/functions` is one, named
as the file, its content the body, which is how Azure saves them too.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

import duckdb
import duckdb_kql

from ..kql.catalogue import FUNCTIONS
from ..shared.errors import TelemetryError
from .assigned import assigned
from .tables import TABLES
from .unparsed import hint

_UNKNOWN_COLUMN = re.compile(r'[Cc]olumn "([^"]+)"')
_UNKNOWN_TABLE = re.compile(r"Table with name (\S+) does not exist")

_learning = Lock()


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
    learn_functions()
    if complaint := assigned(text):
        raise BadQueryError(complaint)
    try:
        # A relation would have DuckDB bind the long SQL of our functions twice.
        answer = duckdb_kql.execute(connection, text, allow_write=False)
        names, types = _columns(answer)
        rows = [tuple(map(_read, types, row)) for row in answer.fetchall()]
    except (duckdb_kql.KqlError, duckdb.Error, RecursionError) as exc:
        raise BadQueryError(_complaint(exc, text)) from exc
    return Table(_told_apart(names), rows)


def learn_functions() -> None:
    """Know the saved functions; who asks while another thread learns them waits for it."""
    with _learning:
        _learn_functions()


@cache
def _learn_functions() -> None:
    """Once: the registry is one for the whole process, and parsing takes a while."""
    duckdb_kql.set_functions(
        [
            f"function {path.stem}() {{\n{path.read_text(encoding='utf-8')}\n}}"
            for path in _saved_functions()
        ]
    )


def _columns(answer: duckdb.DuckDBPyConnection) -> tuple[list[str], list[str]]:
    """Names and DuckDB's types of what was executed."""
    described = answer.description or []
    return [name for name, *_ in described], [str(type_) for _, type_, *_ in described]


def _told_apart(names: Iterable[str]) -> list[str]:
    """`a, a, a` as Kusto calls them: `a, a1, a2`. In JSON the later would replace the earlier."""
    told: list[str] = []
    for name in names:
        numbered = (f"{name}{number}" for number in count(1))
        told.append(next(one for one in chain([name], numbered) if one not in told))
    return told


def _complaint(error: Exception, query: str) -> str:
    """One line for whoever wrote the query; neither translator nor DuckDB speak of KQL's names."""
    text = str(error).split("\n", 1)[0]
    if isinstance(error, duckdb_kql.KqlSyntaxError) and error.diagnostics:
        place = error.diagnostics[0].span
        told = f"could not parse KQL at {place}" if place else "could not parse KQL"
        return f"{told}; {hint(query, place.line, place.column)}" if place else told
    if isinstance(error, duckdb_kql.KqlUnsupportedError):
        return _unsupported(error)
    if isinstance(error, duckdb.CatalogException) and (match := _UNKNOWN_TABLE.search(text)):
        known = ", ".join((*_saved_names(), *TABLES))
        return f"there is no table {match[1]}; there are {known}"
    if isinstance(error, duckdb.BinderException) and (match := _UNKNOWN_COLUMN.search(text)):
        return f"there is no column {match[1]} at this place"
    return "the query is nested too deeply" if isinstance(error, RecursionError) else text


def _unsupported(error: duckdb_kql.KqlUnsupportedError) -> str:
    kind, _, name = error.construct.partition(":")
    where = f" (at {error.span})" if error.span else ""
    if kind != "function":
        return f"the local stand-in does not know {error.construct}{where}; Azure may"
    saved = ", ".join(_saved_names()) or "none"
    return f"there is no function {name} here{where}; the saved functions are {saved}"


def _saved_names() -> list[str]:
    """As a query writes them."""
    return [f"{path.stem}()" for path in _saved_functions()]


def _saved_functions() -> list[Path]:
    return sorted(FUNCTIONS.glob("*.kql"))


def _read(type_: str, value: Any) -> Any:
    return json.loads(value) if type_ == "JSON" and value is not None else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, UUID) else value
