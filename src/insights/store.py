"""Rows by table in, a DuckDB file out, that keeps them over a restart and for so many days.

One process owns the file. Within it every thread works on a cursor of its own, which is how
DuckDB wants it: https://duckdb.org/docs/stable/guides/python/multiple_threads
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from ..shared.errors import TelemetryError
from .rows import Row
from .tables import TABLES, create_statement, insert_statement

# A query must not reach files or the net, and nothing may be downloaded behind our back.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
}


class StoreError(TelemetryError):
    """The file cannot be opened; the message says why and is fit for a user."""


class Store:
    """The rows of all tables. Methods may be called from any thread, several at once."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file, or create it with its tables.

        Raises:
            StoreError: another process has it open, or it is no such file.
        """
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(path, read_only=read_only, config=_CONFIG)
        except (duckdb.Error, OSError) as exc:
            raise StoreError(_complaint(path, exc)) from exc
        if not read_only:
            self._create_tables()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, rows_by_table: Mapping[str, Sequence[Row]]) -> None:
        """Keep the rows, all or none. When this returns they are on the disk."""
        with self.cursor() as cursor:
            cursor.begin()
            for table, rows in rows_by_table.items():
                columns = list(dict.fromkeys(chain.from_iterable(rows)))
                values = [[row.get(column) for row in rows] for column in columns]
                cursor.execute(insert_statement(table, columns), values)
            cursor.commit()

    def sweep(self, before: datetime) -> int:
        """Forget what is older than `before` (aware); how many rows that were."""
        swept = 0
        utc = before.astimezone(UTC).replace(tzinfo=None)
        with self.cursor() as cursor:
            for table in TABLES:
                statement = f'DELETE FROM "{table}" WHERE timestamp < $1'  # noqa: S608 -- ours
                deleted = cursor.execute(statement, [utc]).fetchone()
                swept += deleted[0] if deleted else 0
        return swept

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.cursor() as cursor:
            return {table: len(cursor.table(table)) for table in TABLES}

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for one thread's use; what it began and did not commit is undone."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def close(self) -> None:
        """Write everything into the one file and let go of it."""
        self._connection.close()

    def _create_tables(self) -> None:
        with self.cursor() as cursor:
            for table in TABLES:
                cursor.execute(create_statement(table))


def _complaint(path: Path, error: Exception) -> str:
    if isinstance(error, duckdb.IOException) and "lock" in str(error):
        return f"{path} is in use by another process"
    return f"cannot open {path}: {str(error).splitlines()[0]}"
