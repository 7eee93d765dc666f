"""The environment in, what tests of several rooms share out: real recorded deliveries."""

import gc
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real inputs; tests that need it are skipped where it is absent."""
    folder = ROOT / os.environ.get("GITHUB_TELEMETRY_CORPUS", "../shared/corpus")
    if not (folder / "payloads" / "INDEX.tsv").exists():
        pytest.skip(f"no recorded deliveries in {folder}: set GITHUB_TELEMETRY_CORPUS")
    return folder


def pytest_unconfigure() -> None:
    """Hypothesis' hook in the collector outlives the run; DuckDB's bindings then cry "leaked"."""
    gc.callbacks.clear()
