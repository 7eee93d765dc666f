"""What a sampler loads before its first sample: it is started beside every job."""

import subprocess
from pathlib import Path

import pytest

from tests.sampler.running import pythons

ROOT = Path(__file__).parents[2]
LATE = {"argparse", "dataclasses", "inspect", "json", "logging", "re", "subprocess", "typing"}
OF_ENUMS = {"collections", "enum", "functools", "signal", "types"}
"""What `signal` brings: a third of a start."""
COLLECTING = """
from src.sampler.assembly import collector
collector("/proc", 1.0, lambda text: None).sample(all_of_them=True)
"""
RUNNING = "from src.sampler import main, options, run, watched"
STARTING = "from src.sampler import main, options, background"
SAMPLING = "from src.sampler import main, options, daemon"


def loaded(python: str, script: str) -> set[str]:
    """The modules that it loads by itself, with nothing installed."""
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{script}\nprint(*sys.modules)"
    told = subprocess.run(
        [python, "-I", "-S", "-c", script], capture_output=True, text=True, check=True
    )
    return set(told.stdout.split())


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parents[1].name)
def test_what_takes_long_to_load_is_loaded_late(python: str):
    for script in (COLLECTING, STARTING, SAMPLING):
        assert loaded(python, script).isdisjoint(LATE | OF_ENUMS)
    assert loaded(python, RUNNING).isdisjoint(LATE)
    assert "src.sampler.collector" not in loaded(python, STARTING)
