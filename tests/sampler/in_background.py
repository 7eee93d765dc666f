"""A folder in; a session of the sampler's in it, whose commands are called as a job does, out."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from src.model.batches import decode
from src.model.samples import Batch
from src.sampler import pid_file
from tests.sampler.running import entry

PATIENCE_SECONDS = 60


class Session:
    """Commands on one folder, each a process of its own; `folder` has the files."""

    def __init__(self, root: Path, python: str = sys.executable) -> None:
        self.folder = root / "telemetry"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TELEMETRY_DIR": str(self.folder),
        }
        self._python = python
        self._root = root

    def call(self, *words: str, **more: Any) -> "subprocess.CompletedProcess[str]":
        """What it printed; its exit code is 0, whatever happens."""
        ran = subprocess.run(
            [*entry(self._python), *words],
            cwd=self._root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            **more,
        )
        assert ran.returncode == 0
        return ran

    @property
    def pid(self) -> int | None:
        """The sampler's, as its file has it."""
        known = pid_file.read(str(self.folder / "sampler.pid"))
        return known.pid if known else None

    def is_alive(self) -> bool:
        known = pid_file.read(str(self.folder / "sampler.pid"))
        return known is not None and known.is_alive()

    def wait_for_samples(self, count: int) -> None:
        wait_until(lambda: len(self.samples()) >= count)

    def samples(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in lines(self.folder / "telemetry.jsonl")]

    def batches(self) -> list[Batch]:
        return [decode(line) for line in lines(self.folder / "batches.jsonl")]

    def document(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / name).read_text())
        return found


def lines(path: Path) -> list[bytes]:
    """The whole ones."""
    text = path.read_bytes() if path.exists() else b""
    return text[: text.rfind(b"\n") + 1].splitlines()


def wait_until(condition: Any) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


@contextmanager
def session(root: Path, python: str = sys.executable) -> Iterator[Session]:
    """Nothing of it runs on."""
    found = Session(root, python)
    try:
        yield found
    finally:
        if found.is_alive() and found.pid:
            os.kill(found.pid, signal.SIGKILL)
