import json
from pathlib import Path

import pytest

from src.analysis.timeline import Job, Step
from src.cli.analyse_job import NoJobError, read_job
from tests.cli.analysed import JOB_ID, START_MS, job_object, write_job

EXPECTED = Job(
    "build",
    START_MS,
    START_MS + 120_000,
    (
        Step(1, "make -j2", START_MS, START_MS + 60_000, "success"),
        Step(2, "sleep 60", START_MS + 60_000, START_MS + 120_000, "success"),
    ),
    "success",
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(job_object(), id="job"),
        pytest.param({"action": "completed", "workflow_job": job_object()}, id="webhook"),
        pytest.param({"total_count": 1, "jobs": [job_object()]}, id="list"),
    ],
)
def test_a_job_is_read_in_each_of_github_s_shapes(tmp_path: Path, content: object):
    given = read_job(write_job(tmp_path, content))

    assert given.job == EXPECTED
    assert given.told.id == JOB_ID


def test_a_webhook_tells_the_repository(tmp_path: Path):
    body = {"workflow_job": job_object(), "repository": {"id": 12, "full_name": "acme/shop"}}
    assert read_job(write_job(tmp_path, body)).repository_id == 12
    assert read_job(write_job(tmp_path, job_object())).repository_id is None


def test_of_several_jobs_one_is_chosen_by_its_id(tmp_path: Path):
    jobs = [job_object(), job_object(id=7002, name="test")]
    file = write_job(tmp_path, {"jobs": jobs})

    assert read_job(file, 7002).job.name == "test"
    with pytest.raises(NoJobError, match=r"several .* --job; it has 7001 \(build\), 7002 \(test\)"):
        read_job(file)
    with pytest.raises(NoJobError, match=r"no job 9; it has 7001 \(build\), 7002 \(test\)"):
        read_job(file, 9)


def test_lines_are_read_too_and_the_later_knows_more_of_a_job(tmp_path: Path):
    file = tmp_path / "jobs.jsonl"
    early = {"workflow_job": job_object(steps=[], conclusion=None)}
    file.write_text(f"{json.dumps(early)}\n\n{json.dumps({'workflow_job': job_object()})}\n")

    assert read_job(file).job == EXPECTED


def test_steps_are_in_the_order_of_their_numbers_and_what_is_unknown_is_none(tmp_path: Path):
    steps = [{"name": "b", "number": 7, "started_at": None}, {"name": "a", "number": 2}]
    job = read_job(write_job(tmp_path, job_object(steps=steps, conclusion="", started_at=None))).job

    assert job.steps == (Step(2, "a", None, None), Step(7, "b", None, None))
    assert (job.start_ms, job.conclusion) == (None, None)


def test_fractions_and_zones_of_times_are_kept(tmp_path: Path):
    times = {"started_at": "2025-03-01T18:00:00.250+08:00", "completed_at": "2025-03-01T10:00:01Z"}
    job = read_job(write_job(tmp_path, job_object(**times))).job

    assert (job.start_ms, job.end_ms) == (START_MS + 250, START_MS + 1000)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no job as GitHub tells it"),
        ("{", "holds no job as GitHub tells it"),
        ("[" * 100_000, "holds no job as GitHub tells it"),
        ("[]", "holds no job as GitHub tells it"),
        ('{"hello": 1}', "holds no job as GitHub tells it: .*id"),
        ('{"workflow_job": null}', "holds no job$"),
        ('{"jobs": []}', "holds no job$"),
        ('{"workflow_job": {"id": "x"}}', "workflow_job.id"),
    ],
)
def test_what_is_no_job_is_said_to_be(tmp_path: Path, content: str, said: str):
    file = tmp_path / "job.json"
    file.write_text(content)
    with pytest.raises(NoJobError, match=said):
        read_job(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(NoJobError, match=r"cannot read .*absent\.json: No such file"):
        read_job(tmp_path / "absent.json")


def test_every_recorded_job_is_read(corpus: Path):
    bodies = [
        *(corpus / "payloads" / "workflow_job").glob("*.json"),
        *(corpus / "rest" / "job").glob("*"),
        *(corpus / "rest" / "jobs").glob("*"),
    ]
    read = 0
    for file in bodies:
        for job_id in _ids(file):
            job = read_job(file, job_id).job
            assert job.name
            assert [step.number for step in job.steps] == sorted(s.number for s in job.steps)
            read += 1
    assert read > 100


def _ids(file: Path) -> set[int]:
    text = file.read_text()
    parts = map(json.loads, text.splitlines()) if file.suffix == ".jsonl" else [json.loads(text)]
    jobs = [job for part in parts for job in part.get("jobs") or [part.get("workflow_job", part)]]
    return {job["id"] for job in jobs}
