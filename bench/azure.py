"""Nothing in; the settings of a queue on Azurite out, or none where Azurite is not there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.azurite import MAIN, running_azurite

from .machine import loading_core


@contextmanager
def azure_settings(folder: Path) -> Iterator[dict[str, str]]:
    """Variables that put a service on an emulator of its own, which runs on the loading core."""
    if shutil.which("node") is None or not MAIN.exists():
        yield {}
        return
    with running_azurite(folder) as azurite:
        for thread in Path(f"/proc/{azurite.process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {loading_core()})
        yield {
            "AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string,
            "AZURE_STORAGE_CREATE": "true",
        }
