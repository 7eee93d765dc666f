"""The environment in, what tests of several rooms share out: real deliveries, an Azurite."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.azurite import Azurite, running_azurite

ROOT = Path(__file__).parents[1]

# The same examples every time, so that a red run is red again; `--hypothesis-profile=explore` seeks
# new ones. A busy machine is no failure, so no example has a deadline.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("steady")

TRIES_AGAIN = 2


def pytest_configure() -> None:
    """What a command prints is as wide as nobody says; tests that run side by side are told 80."""
    os.environ.pop("COLUMNS", None)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Another process on the machine may spoil what claims a time, and only that is tried again."""
    if item.get_closest_marker("timed"):
        item.add_marker(pytest.mark.flaky(reruns=TRIES_AGAIN, reruns_delay=1))


@pytest.fixture
def anyio_backend() -> str:
    """What coroutines among the tests run on."""
    return "asyncio"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real inputs; tests that need it are skipped where it is absent."""
    folder = ROOT / os.environ.get("GITHUB_TELEMETRY_CORPUS", "../shared/corpus")
    if not (folder / "payloads" / "INDEX.tsv").exists():
        pytest.skip(f"no recorded deliveries in {folder}: set GITHUB_TELEMETRY_CORPUS")
    return folder


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """One emulator for all tests, each of which uses names of its own."""
    with running_azurite(tmp_path_factory.mktemp("azurite"), "--silent") as azurite:
        yield azurite


def pytest_unconfigure() -> None:
    """Hypothesis' hook in the collector outlives the run; DuckDB's bindings then cry "leaked"."""
    gc.callbacks.clear()
