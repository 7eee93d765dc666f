"""Which steps a summary has rows of: a runner's by their processes, or those that were marked."""

from pathlib import Path

import pytest

from src.model.samples import Batch, Host, Owner
from src.sampler import marks
from src.sampler.marks import Mark
from src.sampler.told_job import ToldJob, told_job
from tests.sampler.in_background import session

START_MS = 1_769_256_000_000
BOOT = "b"


def batch(job: dict[str, object] | None = None) -> Batch:
    """Ten seconds; in the last eight there is a process with the key of a step."""
    return Batch(
        sampler="ab",
        sequence=0,
        host=Host(cpus=2, memory_total_kb=2**20, boot_id=BOOT),
        time_ms=[START_MS + 1000 * n for n in range(11)],
        uptime_ms=[1000 * n for n in range(11)],
        owners=[Owner("key", START_MS + 2000, [0] * 11, [0, 0, *[1024] * 9])],
        job=job,
    )


def mark(kind: str, name: str, second: int, **more: object) -> Mark:
    return Mark(kind, name, START_MS + 1000 * second, 1000 * second, BOOT, more)


STEPS = [
    mark(marks.INIT, "j", 1),
    mark(marks.START, "a", 2),
    mark(marks.STAGE, "stage", 3),
    mark(marks.END, "a", 4),
    mark(marks.FINAL, "", 9),
]


def told(batches: list[Batch], marked: list[Mark], **environment: str) -> ToldJob:
    found = told_job(batches, marked, environment)
    assert found is not None
    return found


def steps(found: ToldJob) -> list[tuple[str, int, int]]:
    return [
        (
            step.name,
            ((step.start_ms or 0) - START_MS) // 1000,
            ((step.end_ms or 0) - START_MS) // 1000,
        )
        for step in found.job.steps
    ]


def test_outside_of_a_runner_what_was_marked_are_the_steps():
    found = told([batch()], STEPS)

    assert (found.job.name, steps(found)) == ("j", [("a", 2, 4)])
    assert (found.job.start_ms, found.job.end_ms) == (START_MS + 1000, START_MS + 9000)
    assert [stage.name for stage in found.stages] == ["stage"]
    assert "the whole machine's" in found.notes[0]


def test_a_runner_s_job_has_its_steps_by_their_processes():
    found = told([batch({"run_id": 1})], STEPS, GITHUB_JOB="test")

    assert (found.job.name, steps(found)) == ("test", [("key", 2, 10)])
    assert [stage.name for stage in found.stages] == ["a", "stage"]
    assert found.notes == ()


def test_a_runner_s_job_without_such_processes_has_what_was_marked():
    seen = batch({"run_id": 1})
    seen.owners = []

    assert steps(told([seen], STEPS)) == [("a", 2, 4)]


def test_where_nothing_was_marked_keys_are_all_there_is():
    assert steps(told([batch()], [])) == [("key", 2, 10)]


def test_strangers_keys_are_no_steps_of_a_job_without_any():
    found = told([batch()], STEPS[:1])

    assert (found.job.name, found.job.steps) == ("j", ())


def test_where_only_stages_were_marked_they_are_the_steps():
    found = told([batch()], [mark(marks.STAGE, "x", 2), mark(marks.DONE, "x", 3)], GITHUB_JOB="y")

    assert (found.job.name, steps(found), list(found.stages)) == ("y", [("x", 2, 3)], [])


def test_without_samples_there_is_nothing_to_tell():
    assert told_job([], STEPS, {}) is None


@pytest.mark.slow
def test_the_summary_of_a_marked_job_has_its_steps_and_its_name(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("init", "j", "--interval", "0.1")
        running.call("step", "start", "a step")
        running.call("step", "end", "a step")
        running.call("finalize")
        running.call("summarize", "--github-summary", "S.md")

    text = (tmp_path / "S.md").read_text()
    assert text.startswith("### <code>j</code>\n")
    assert "| <code>a step</code> |" in text
    assert "<summary>Stages</summary>" not in text
    assert "the whole machine" in text
