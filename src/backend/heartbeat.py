"""A file in; its time renewed every few seconds out, for as long as the event loop turns.

A worker answers no requests, so a container's health check looks at the file's age. That tells of
a worker that hangs. One that waits for a service which is away is well: a restart would not help.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from ..shared.beside import beside
from ..shared.errors import SettingsError

BEAT_SECONDS = 5.0


@asynccontextmanager
async def beating(file: Path | None) -> AsyncIterator[None]:
    """While the block runs, touch the file now and then; without a file, nothing.

    Raises:
        SettingsError: it cannot be written at the start.
    """
    if file is None:
        yield
        return
    try:
        _touch(file)
    except OSError as exc:
        raise SettingsError(f"BACKEND_HEARTBEAT_PATH: cannot write {file}: {exc}") from exc
    async with beside(_beat_for_ever(file)):
        yield


async def _beat_for_ever(file: Path) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        with suppress(OSError):  # whoever looks at its age will notice
            _touch(file)


def _touch(file: Path) -> None:
    """Not in a thread, since threads go on where the loop hangs; the file is in memory."""
    file.touch()
