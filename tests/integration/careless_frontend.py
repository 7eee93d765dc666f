"""The frontend's own settings in, a frontend out that leaves syncing to the operating system.

    python -m tests.integration.careless_frontend

It shows that the test of durability can fail: SQLite's synchronous=NORMAL is what an innocent
change for speed would set.
"""

import sqlite3

from src.frontend.app import create_app
from src.frontend.settings import FrontendSettings
from src.shared.queues.sqlite import SqliteQueue
from src.shared.serving import serve
from src.shared.settings import load


class CarelessQueue(SqliteQueue):
    """Acknowledges what a power cut may still take back."""

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


if __name__ == "__main__":
    settings = load(FrontendSettings)
    queue = CarelessQueue(settings.home / "queue.sqlite", settings.queue_name)
    serve(create_app(queue, settings.secrets()), settings.host, settings.port)
