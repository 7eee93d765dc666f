"""Summary and report by every Python at hand, with nothing installed: the same to the letter."""

import subprocess
import sys
from pathlib import Path

import pytest

from src.model.batches import encode
from tests.sampler.reported import parallel
from tests.sampler.running import pythons

ROOT = Path(__file__).parents[2]
SCRIPT = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from src.analysis.judge import judge
from src.analysis.timeline import Job, Step
from src.model.batches import decode
from src.sampler.html import html_report
from src.sampler.report.stages import Stage
from src.sampler.summary import summary
with open(sys.argv[1], "rb") as lines:
    batches = [decode(line) for line in lines]
start_ms = batches[0].time_ms[0]
steps = (Step(1, "__run", start_ms, start_ms + 50_000), Step(2, "__run_2", start_ms + 50_000, None))
verdict = judge(Job("build", start_ms, None, steps), batches)
stages = (Stage(start_ms + 9_000, "link"),)
told = summary(verdict, batches, stages=stages) + html_report(verdict, batches, stages=stages)
sys.stdout.buffer.write(told.encode())
"""


def told(python: str, samples: Path) -> str:
    ran = subprocess.run(
        [python, "-I", "-S", "-c", SCRIPT, samples], capture_output=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("samples") / "samples.jsonl"
    file.write_bytes(b"".join(encode(batch) + b"\n" for batch in parallel().batches))
    return file


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parents[1].name)
def test_every_python_tells_the_same(python: str, samples: Path):
    by_this_one = told(sys.executable, samples)

    assert "### <code>build</code>" in by_this_one
    assert told(python, samples) == by_this_one
