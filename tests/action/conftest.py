"""A runner of its own for each test, out."""

from pathlib import Path

import pytest

from tests.action.runner import Runner


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)
