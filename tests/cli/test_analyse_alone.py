"""A command that sleeps beside one that works, sampled by the sampler itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from src.cli.analyse import command

ROOT = Path(__file__).parents[2]
SPIN = "while True: pass"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("alone") / "samples.jsonl"
    options = ["--interval", "0.2", "--samples", str(file)]
    run = [sys.executable, "-I", "-S", "action/sampler.py", "run", *options, "--", "sleep", "2"]
    busy = subprocess.Popen([sys.executable, "-c", SPIN])
    try:
        subprocess.run(run, cwd=ROOT, capture_output=True, check=True, timeout=60)
    finally:
        busy.kill()
        busy.wait()
    return file


def test_a_command_does_not_answer_for_its_neighbours(samples: Path):
    result = CliRunner().invoke(command, [str(samples), "--json"])
    told = json.loads(result.stdout)

    assert told["steps"][0]["name"] == "the command"
    assert told["usage"]["cpu_percent_mean"] < 10
    assert told["steps"][0]["usage"]["cpu_seconds"] < 0.3
    names = {each["name"] for each in told["usage"]["top_by_memory"]}
    assert not any("python" in name for name in names)
    assert any(line.startswith("Others on the machine kept") for line in told["complaints"])
    assert any("network are the whole machine's" in line for line in told["complaints"])
    assert told["steps"][0]["findings"] == []


def test_what_was_sampled_otherwise_is_taken_whole(samples: Path, tmp_path: Path):
    """As it is where no command is marked."""
    text = samples.read_text(encoding="utf-8").replace('"command"', '"__run"')
    other = tmp_path / "other.jsonl"
    other.write_text(text, encoding="utf-8")
    told = json.loads(CliRunner().invoke(command, [str(other), "--json"]).stdout)

    assert told["complaints"] == []
    assert told["steps"][0]["name"] == "all that was sampled"
    assert told["usage"]["cpu_seconds"] > 0.5
    assert told["steps"][0]["owner"] is None
    assert told["steps"][0]["usage"]["memory_own_max_bytes"] is None
