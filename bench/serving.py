"""A home and a core in, a frontend of its own on SQLite, its port and its process's id, out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .processes import SECRET, await_answer, free_port, python, running


@contextmanager
def serving(home: Path, core: int | None, **settings: str) -> Iterator[tuple[int, int]]:
    """It answers; `settings` on top of the bench's own, None is any core."""
    port = free_port()
    own = {
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "GITHUB_TELEMETRY_HOME": str(home),
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    with running(python("src", "frontend"), core, own | settings) as process:
        await_answer(port)
        yield port, process.pid
