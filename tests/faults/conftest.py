"""One warning that is nobody's fault here, for all tests of this folder."""

from pathlib import Path

import pytest

# asyncio forgets a connection that it accepted in the very moment in which its server is closed;
# a proxy that refuses connections does that to whoever was just about to connect.
FORGOTTEN = "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(FORGOTTEN))
