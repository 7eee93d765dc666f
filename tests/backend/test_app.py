"""What the worker's process opens and closes."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from src.backend import app
from src.backend.settings import BackendSettings
from src.backend.sinks.base import Receipt, Row


class StubbornSink:
    """Stops the worker when it is opened, and cannot be closed cleanly."""

    def __init__(self) -> None:
        self.closings = 0

    async def emit(self, rows: Sequence[Row]) -> Receipt:  # noqa: ARG002 -- a sink's signature
        return Receipt()

    async def close(self) -> None:
        self.closings += 1
        raise OSError("cannot close")


def test_a_part_that_cannot_be_closed_keeps_no_other_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    sinks = [StubbornSink(), StubbornSink()]
    monkeypatch.setattr(app, "open_sinks", lambda _: sinks)

    async def serve_for_a_moment() -> None:
        asyncio.get_running_loop().call_later(0.2, os.kill, os.getpid(), signal.SIGTERM)
        await app.serve(BackendSettings())

    with pytest.raises(OSError, match="cannot close"):
        asyncio.run(serve_for_a_moment())
    assert [sink.closings for sink in sinks] == [1, 1]
