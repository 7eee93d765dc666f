from pathlib import Path

import pytest

from src.cli.analyse_samples import NoSamplesError, read_samples
from src.shared.github_events import WorkflowJob
from tests.cli.analysed import JOB_ID, RUN_ID, encoded, write_samples

JOB = WorkflowJob(JOB_ID, RUN_ID, "build", run_attempt=1, runner_name="runner-1")


def sequences(folder: Path, lines: list[bytes]) -> list[int]:
    return [batch.sequence for batch in read_samples(write_samples(folder, lines), JOB).batches]


def test_the_job_s_batches_are_read_and_others_passed_over(tmp_path: Path):
    lines = [*encoded(), *encoded(job_id=8), b"", b"  "]
    assert sequences(tmp_path, lines) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("known", "is_its"),
    [
        ({"run_id": RUN_ID, "run_attempt": 1, "runner_name": "runner-1"}, True),
        ({"run_id": RUN_ID}, True),
        ({"host": "github.com"}, True),
        ({"run_id": RUN_ID, "run_attempt": 2}, False),
        ({"run_id": 8}, False),
        ({"runner_name": "runner-2"}, False),
        ({"job_id": 8, "run_id": RUN_ID}, False),
        ({"job_id": JOB_ID, "runner_name": "renamed"}, True),
    ],
)
def test_a_batch_that_was_not_told_its_job_is_known_by_the_rest(
    tmp_path: Path, known: dict[str, object], *, is_its: bool
):
    file = write_samples(tmp_path, encoded(**known))
    if is_its:
        assert len(read_samples(file, JOB).batches) == 4
    else:
        with pytest.raises(NoSamplesError):
            read_samples(file, JOB)


def test_a_bad_line_is_named_and_survived(tmp_path: Path):
    first, second, *_ = encoded()
    samples = read_samples(write_samples(tmp_path, [first, b"{oops}", second]), JOB)

    assert [batch.sequence for batch in samples.batches] == [0, 1]
    [complaint] = samples.complaints
    assert complaint.startswith("line 2 was left out: ")
    assert "torn" not in complaint


def test_a_torn_last_line_is_named_and_survived(tmp_path: Path):
    first, second, *_ = encoded()
    file = tmp_path / "samples.jsonl"
    file.write_bytes(first + b"\n" + second[:200])
    samples = read_samples(file, JOB)

    assert [batch.sequence for batch in samples.batches] == [0]
    assert samples.complaints[0].startswith("line 2 was left out: torn, as when")


def test_a_newer_batch_is_named_and_survived(tmp_path: Path):
    first, second, *_ = encoded()
    newer = second.replace(b'"version":1', b'"version":9')
    [complaint] = read_samples(write_samples(tmp_path, [first, newer]), JOB).complaints
    assert "version" in complaint


def test_without_a_batch_of_the_job_those_that_are_there_are_told(tmp_path: Path):
    lines = [*encoded(job_id=8), *encoded(run_id=3, runner_name="x")]
    file = write_samples(tmp_path, lines)
    with pytest.raises(NoSamplesError) as told:
        read_samples(file, JOB)
    assert str(told.value) == (
        f"{file} has no samples of job {JOB_ID} (build); it has some of job 8 (4 batches),"
        " a job of run_id 3, runner_name x (4 batches)"
    )


@pytest.mark.parametrize("content", [b"", b"\n\n", b"what\n", b"\xff\xfe\x00"])
def test_a_file_without_any_batch_is_said_to_be(tmp_path: Path, content: bytes):
    file = tmp_path / "samples.jsonl"
    file.write_bytes(content)
    with pytest.raises(NoSamplesError, match="holds no batch of samples"):
        read_samples(file, JOB)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(NoSamplesError, match=r"cannot read .*: No such file"):
        read_samples(tmp_path / "absent.jsonl", JOB)
    with pytest.raises(NoSamplesError, match=r"cannot read .*: Is a directory"):
        read_samples(tmp_path, JOB)
