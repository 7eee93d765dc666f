from pathlib import Path

import msgspec
import pytest

from src.cli.analyse_samples import NoSamplesError, read_samples
from src.model.batches import encode
from src.model.samples import Batch, Host
from src.shared.github_events import WorkflowJob
from tests.cli.analysed import JOB_ID, RUN_ID, encoded, told_time, write_samples

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


URL = "https://github.com/acme/shop/actions/runs/5001/job/7001"


@pytest.mark.parametrize(
    ("known", "is_its"),
    [
        ({"host": "github.com", "run_id": RUN_ID}, True),
        ({"host": "git.acme.example", "run_id": RUN_ID}, False),
        ({"host": "git.acme.example", "job_id": JOB_ID}, False),
        ({"host": "github.com:8443", "run_id": RUN_ID}, False),
    ],
)
def test_another_host_s_numbers_are_another_job_s(
    tmp_path: Path, known: dict[str, object], *, is_its: bool
):
    job = msgspec.structs.replace(JOB, html_url=URL)
    file = write_samples(tmp_path, encoded(**known))
    if is_its:
        assert len(read_samples(file, job).batches) == 4
    else:
        with pytest.raises(NoSamplesError):
            read_samples(file, job)


@pytest.mark.parametrize("told", [None, 12])
def test_samples_of_the_job_s_own_repository_are_no_complaint(tmp_path: Path, told: int | None):
    file = write_samples(tmp_path, encoded(job_id=JOB_ID, repository_id=12))
    assert read_samples(file, JOB, told).complaints == []


def test_samples_of_another_repository_under_the_job_s_id_are_told(tmp_path: Path):
    file = write_samples(tmp_path, encoded(job_id=JOB_ID, repository_id=12))
    told = read_samples(file, JOB, 34)
    assert len(told.batches) == 4
    assert told.complaints == ["The samples are of repository 12, the job is of repository 34."]


def test_another_repository_s_samples_without_the_job_s_id_are_not_its(tmp_path: Path):
    file = write_samples(tmp_path, encoded(run_id=RUN_ID, repository_id=12))
    assert len(read_samples(file, JOB, 12).batches) == 4
    with pytest.raises(NoSamplesError):
        read_samples(file, JOB, 34)


def test_a_runner_s_name_alone_is_believed_while_its_job_ran(tmp_path: Path):
    file = write_samples(tmp_path, encoded(runner_name="runner-1"))
    during = msgspec.structs.replace(JOB, started_at=told_time(40), completed_at=told_time(80))
    assert [batch.sequence for batch in read_samples(file, during).batches] == [1, 2]

    another = msgspec.structs.replace(JOB, started_at=told_time(900), completed_at=told_time(999))
    for job in (another, JOB):
        with pytest.raises(NoSamplesError):
            read_samples(file, job)


def test_machines_that_differ_within_a_job_are_told(tmp_path: Path):
    first, *others = encoded()
    larger = first.replace(b'"cpus":2', b'"cpus":8')
    told = read_samples(write_samples(tmp_path, [larger, *others]), JOB)

    expected = "The samples are of machines that differ: 8 CPUs with 8.0 GiB, 2 CPUs with 8.0 GiB."
    assert told.complaints == [expected]
    assert read_samples(write_samples(tmp_path, [first, *others]), JOB).complaints == []


def test_a_batch_without_samples_is_passed_over(tmp_path: Path):
    host = Host(cpus=2, memory_total_kb=1)
    facts = {"sampler": "3f2a", "sequence": 9, "host": host, "job": {"job_id": JOB_ID}}
    empty = encode(Batch(**facts, time_ms=[], uptime_ms=[], columns={}))
    assert sequences(tmp_path, [*encoded(), empty]) == [0, 1, 2, 3]


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
    lines = [*encoded(job_id=8)[:1], *encoded(run_id=3, runner_name="x")]
    file = write_samples(tmp_path, lines)
    with pytest.raises(NoSamplesError) as told:
        read_samples(file, JOB)
    assert str(told.value) == (
        f"{file} has no samples of job {JOB_ID} (build); it has some of job 8 (1 batch),"
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
