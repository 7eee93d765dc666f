from pathlib import Path

import pytest

from src.shared.errors import SettingsError
from src.shared.queues.choose import open_queue
from src.shared.queues.sqlite import SqliteQueue


def test_a_queue_of_this_machine_is_a_file_at_home(tmp_path: Path):
    queue = open_queue(tmp_path, "events", account_name=None, mode="local")

    assert isinstance(queue, SqliteQueue)
    assert (queue._path, queue._name) == (tmp_path / "queue.sqlite", "events")


@pytest.mark.parametrize(
    ("account_name", "mode"),
    [("account", "local"), (None, "azure"), ("account", "azure")],
)
def test_what_is_not_there_is_refused_with_a_way_out(
    account_name: str | None, mode: str, tmp_path: Path
):
    with pytest.raises(SettingsError, match="unset AZURE_STORAGE_ACCOUNT_NAME"):
        open_queue(tmp_path, "events", account_name=account_name, mode=mode)
