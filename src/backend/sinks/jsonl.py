"""Rows to a file of JSON Lines, one row a line, synced to disk before it is acknowledged."""

import asyncio
import errno
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from io import FileIO
from pathlib import Path

import msgspec

from ...model.times import format_time
from .base import EventRow, MetricRow, Receipt, Row, SpanRow

_TABLES: dict[type[Row], str] = {EventRow: "event", SpanRow: "span", MetricRow: "metric"}


class JsonlSink:
    """Appends to the file at `path`; trace and span ids are hexadecimal, as W3C writes them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        """Append all rows and sync, or none of them."""
        text = b"".join(_line(row) for row in rows)
        try:
            await asyncio.to_thread(self._append, text)
        except OSError as exc:
            return Receipt(missing=rows, complaint=f"{self._path}: {exc.strerror}")
        return Receipt()

    async def close(self) -> None:
        """Nothing is kept open."""

    def _append(self, text: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab", buffering=0) as file:
            whole = file.tell()
            try:
                _write_and_sync(file, text)
            except OSError:
                file.truncate(whole)  # a full disk may have taken half a line
                raise


def _write_and_sync(file: FileIO, text: bytes) -> None:
    if file.write(text) != len(text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file.fileno())


def _line(row: Row) -> bytes:
    fields = {name: _plain(name, value) for name, value in asdict(row).items()}
    return msgspec.json.encode({"table": _TABLES[type(row)], **fields}) + b"\n"


def _plain(name: str, value: object) -> object:
    if name == "trace_id":
        return f"{value:032x}"
    if name.endswith("span_id") and value is not None:
        return f"{value:016x}"
    return format_time(value) if isinstance(value, datetime) else value
