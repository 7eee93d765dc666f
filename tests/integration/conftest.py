"""A stack of real processes for the tests of one file."""

from collections.abc import Iterator

import pytest

from tests.integration.stack import Stack, running_stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Frontend, worker and stand-in with a home of their own."""
    with running_stack(tmp_path_factory.mktemp("home")) as running:
        yield running
