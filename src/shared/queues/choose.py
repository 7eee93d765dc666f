"""Settings in, the queue they ask for out."""

from pathlib import Path

from ..errors import SettingsError
from .base import Queue
from .sqlite import SqliteQueue


def open_queue(home: Path, name: str, *, account_name: str | None, mode: str) -> Queue:
    """The queue `name` on this machine.

    Raises:
        SettingsError: an Azure Storage Queue is asked for, which this version does not speak yet.
    """
    if account_name or mode == "azure":
        raise SettingsError(
            "Azure Storage Queue is not supported yet: unset AZURE_STORAGE_ACCOUNT_NAME"
            " and TELEMETRY_MODE to use the queue in GITHUB_TELEMETRY_HOME"
        )
    return SqliteQueue(home / "queue.sqlite", name)
