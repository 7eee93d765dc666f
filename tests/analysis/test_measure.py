"""Golden jobs, small enough to check by hand: one for each trap between samples and steps."""

from pathlib import Path

import pytest

from src.analysis.measure import measure
from src.analysis.usage import JobUsage, Usage
from tests.analysis.golden_jobs import UNKNOWN, read_golden

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_golden_job_is_measured_as_worked_out_by_hand(file: Path):
    golden = read_golden(file.read_text(encoding="utf-8"))
    measured = measure(golden.job, golden.batches, skew_ms=golden.skew_ms)

    found = {
        who: {name: found_figure(measured, who, name) for name in figures}
        for who, figures in golden.expected.items()
    }
    assert found == {
        who: {name: expected_figure(text) for name, text in figures.items()}
        for who, figures in golden.expected.items()
    }


def expected_figure(text: str) -> object:
    if text == UNKNOWN:
        return None
    try:
        return pytest.approx(float(text), rel=1e-9, abs=1e-9)
    except ValueError:
        return text


def found_figure(measured: JobUsage, who: str, name: str) -> object:
    if not who.startswith("step "):
        return getattr(usage_of(measured, who), name)
    [step] = [each for each in measured.steps if f"step {each.step.number}" == who]
    return step.owner if name == "owner" else getattr(step.usage, name)


def usage_of(measured: JobUsage, who: str) -> Usage:
    return {"job": measured.usage, "between": measured.between}[who]
