import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from src.analysis.build_metrics import BUILD_METRICS
from src.analysis.usage import Usage
from src.cli.analyse import command
from tests.cli.analysed import JOB_ID, encoded, job_object, write_job, write_samples

ROOT = Path(__file__).parents[2]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A job and its samples."""
    return [
        str(write_job(tmp_path, {"action": "completed", "workflow_job": job_object()})),
        str(write_samples(tmp_path, encoded())),
    ]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def output(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def failure(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def test_what_steps_used_and_were_short_of_is_told(files: list[str]):
    text = output(*files)

    assert text.startswith("build · 2 min · 2 cores, 8 GiB\nThe runner fits, though ")
    sentence = " ".join(text.split())
    assert "`make -j2` takes 1 min of 2 min and is CPU-bound: 100 % of 2 cores" in sentence
    assert "2 sleep 60\n    • waiting: it did next to nothing" in text
    assert "\033" not in text


def test_the_order_of_the_file_s_lines_does_not_matter(files: list[str], tmp_path: Path):
    straight = output(*files)
    write_samples(tmp_path, [*reversed(encoded()), *encoded()])
    assert output(*files) == straight


def test_json_has_everything_by_the_judge_s_names(files: list[str]):
    told = json.loads(output(*files, "--json"))

    assert told["sentence"].startswith(
        "The runner fits, though a larger one would be faster; `make -j2`"
    )
    assert [step["number"] for step in told["steps"]] == [1, 2]
    first = told["steps"][0]
    assert first["usage"].keys() == {*Usage._fields, "build_metrics"}
    assert first["usage"]["cpu_seconds"] == pytest.approx(120)
    assert first["usage"]["build_metrics"].keys() == {metric.name for metric in BUILD_METRICS}
    assert first["usage"]["cpu_throttled_seconds"] is None
    [finding] = first["findings"]
    assert finding["rule"] == "cpu_bound"
    assert {"name": "cpu_percent_mean", "value": 100.0, "unit": "%"} in finding["evidence"]
    assert told["machine"]["cpus"] == 2
    assert told["right_size"]["verdict"] == "right"
    assert told["failure"] is None
    assert told["complaints"] == []
    assert told["job"]["name"] == "build"
    assert "steps" not in told["job"]
    assert told["between"]["seconds"] is not None


def test_json_tells_of_a_failure(files: list[str], tmp_path: Path):
    job = job_object(conclusion="failure")
    job["steps"][0]["conclusion"] = "failure"
    write_job(tmp_path, job)

    told = json.loads(output(*files, "--json"))["failure"]

    assert (told["category"], told["step"], told["is_transient"]) == ("compilation", 1, False)
    assert told["evidence"][0]["why"] == "the step compiles"


def test_thresholds_can_be_moved(files: list[str]):
    moved = ["--threshold", "waiting.covered_seconds=90"]
    steps = json.loads(output(*files, "--json", *moved))["steps"]
    assert [[found["rule"] for found in step["findings"]] for step in steps] == [["cpu_bound"], []]


def test_bad_lines_are_named_and_survived(files: list[str], tmp_path: Path):
    lines = encoded()
    lines.insert(1, b"not a batch")
    write_samples(tmp_path, lines)

    assert "! line 2 was left out" in output(*files)
    assert len(json.loads(output(*files, "--json"))["complaints"]) == 1


def test_a_torn_end_leaves_the_rest_and_is_said_to_be_partial(files: list[str], tmp_path: Path):
    first, second, *_ = encoded()
    (tmp_path / "samples.jsonl").write_bytes(first + b"\n" + second[:300])
    text = output(*files)

    assert "! line 2 was left out: torn" in text
    assert "! The samples cover 30 s of its 2 min" in text
    assert "not seen" in text


def test_of_a_job_that_goes_on_a_step_that_is_not_over_is_told_so_far_and_not_judged(
    files: list[str], tmp_path: Path
):
    job = job_object(status="in_progress", completed_at=None, conclusion=None)
    job["steps"][1] |= {"status": "in_progress", "completed_at": None, "conclusion": None}
    write_job(tmp_path, job)
    text = output(*files)

    assert "! This job is not completed yet (in_progress): give its completed state." in text
    assert "The runner's size is not judged. The job is not over" in text
    rows = [line.split() for line in text.splitlines() if line[:3] in {"1  ", "2  "}]
    assert rows[0][1:4] == ["make", "-j2", "1:00"]
    assert rows[1][1:6] == ["sleep", "60", "1:00", "so", "far"]
    assert rows[1][-2:] == ["not", "over"]
    assert "waiting" not in text


def test_of_a_job_that_goes_on_what_is_to_come_is_left_out(files: list[str], tmp_path: Path):
    job = job_object(status="in_progress", completed_at=None, conclusion=None)
    job["steps"][1] |= {"status": "pending", "started_at": None, "completed_at": None}
    write_job(tmp_path, job)
    assert "sleep 60" not in output(*files)


def test_samples_of_another_repository_are_said_to_be(files: list[str], tmp_path: Path):
    write_job(tmp_path, {"workflow_job": job_object(), "repository": {"id": 34}})
    write_samples(tmp_path, encoded(job_id=JOB_ID, repository_id=12))
    assert "! The samples are of repository 12, the job is of repository 34." in output(*files)


def test_samples_alone_are_one_step(files: list[str]):
    text = output(files[1])

    assert text.startswith("samples.jsonl · 2 min · 2 cores, 8 GiB\nThe runner is the right size; ")
    assert "1  all that was sampled  2:00  50 %" in text
    told = json.loads(output(files[1], "--json"))
    assert told["steps"][0]["usage"]["cpu_seconds"] == pytest.approx(120)


def test_samples_alone_whose_end_was_not_seen_are_said_to_be(files: list[str], tmp_path: Path):
    said = "! Its end was not seen: it may have gone on after the last sample."
    assert said not in output(files[1])
    write_samples(tmp_path, encoded()[:-1])
    assert said in output(files[1])


def test_samples_alone_must_be_of_one_job(files: list[str], tmp_path: Path):
    write_samples(tmp_path, [*encoded(job_id=1), *encoded(job_id=2)])
    said = failure(files[1])
    assert "several jobs: give JOB.json; it has some of job 1 (4 batches), job 2 (4" in said


def test_samples_of_another_time_are_said_not_to_touch_the_job(files: list[str], tmp_path: Path):
    times = {"started_at": "2024-01-01T00:00:00Z", "completed_at": "2024-01-01T00:01:00Z"}
    write_job(tmp_path, job_object(**times, steps=[]))
    text = output(*files)
    assert "The samples do not touch the job's time" in text
    assert (
        "The samples are of 2025-03-01 10:00:00 to 2025-03-01 10:02:00 UTC, the job of 2024-01-01"
        " 00:00:00 to 2024-01-01 00:01:00 UTC."
    ) in " ".join(text.split())
    assert "The runner's size is not judged" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--threshold", "cpu_bond=90"],
            "there is no threshold 'cpu_bond'; did you mean cpu_bound",
        ),
        (["--job", "9"], "has no job 9; it has 7001 (build)"),
    ],
)
def test_bad_options_are_one_line_and_code_2(files: list[str], arguments: list[str], said: str):
    assert said in failure(*files, *arguments)


def test_bad_files_are_one_line_and_code_2(files: list[str], tmp_path: Path):
    job, samples = files
    absent = str(tmp_path / "absent")
    assert failure(absent, samples) == f"Error: cannot read {absent}: No such file or directory\n"
    assert failure(job, absent) == f"Error: cannot read {absent}: No such file or directory\n"
    assert "is a file of samples: JOB.json comes first" in failure(samples, job)
    assert "JOB.json comes first" in failure(samples, samples)
    assert "give JOB.json and SAMPLES.jsonl, or SAMPLES.jsonl alone" in failure(job, samples, job)
    assert "tells of a job: name its samples too" in failure(job)
    (tmp_path / "run.json").write_text('{"action": "completed", "workflow_run": {"id": 1}}')
    assert "is a workflow_run body, which tells of a run" in failure(
        str(tmp_path / "run.json"), samples
    )
    assert "tells of a job" in failure(job, job)
    write_samples(tmp_path, encoded(job_id=8))
    assert "it has some of job 8 (4 batches)" in failure(job, samples)


def test_a_terminal_gets_colours_and_its_own_width(files: list[str]):
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "src", "analyse", *files],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "NO_COLOR": ""},
        stdout=theirs,
        check=True,
    )
    os.close(theirs)
    drawn = os.read(ours, 65_536).decode()
    os.close(ours)

    assert "\033[1m" in drawn
    assert "\033[31m" in drawn
    assert "█" not in drawn


def test_every_recorded_job_is_survived(corpus: Path, tmp_path: Path):
    samples = write_samples(tmp_path, encoded(host="github.com"))
    bodies = sorted((corpus / "payloads" / "workflow_job").glob("*.json"))
    bodies += sorted((corpus / "rest" / "job").glob("*.json"))
    for body in bodies:
        assert output(str(body), str(samples)).partition("\n")[2].startswith("The runner"), body
    assert len(bodies) > 50
