"""`before` or `after` in, a real frontend out that kills itself before or after its first commit.

    python -m tests.integration.mortal_frontend before|after

Settings are the frontend's own.
"""

import os
import signal
import sys
from pathlib import Path

from src.frontend.app import create_app
from src.frontend.settings import FrontendSettings
from src.shared.queues.sqlite import SqliteQueue
from src.shared.serving import serve
from src.shared.settings import load


class MortalQueue(SqliteQueue):
    """The real queue up to its commit, and not a step further."""

    def __init__(self, path: Path, name: str, moment: str) -> None:
        super().__init__(path, name)
        self._moment = moment

    async def put(self, body: bytes) -> None:
        """Kill the process; the message is in the queue by then, or is not."""
        if self._moment == "after":
            await super().put(body)
        os.kill(os.getpid(), signal.SIGKILL)


def main(moment: str) -> None:
    """Listen as the frontend does."""
    settings = load(FrontendSettings)
    queue = MortalQueue(settings.home / "queue.sqlite", settings.queue_name, moment)
    serve(create_app(queue, settings.secrets()), settings.host, settings.port)


if __name__ == "__main__":
    main(sys.argv[1])
