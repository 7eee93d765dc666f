import json
from pathlib import Path

import pytest

from src.cli.analyse_alone import measured_alone
from src.cli.analyse_kinds import names_in, no_samples
from src.cli.analyse_samples import NoSamplesError
from tests.cli.analysed import job_object

RAW = json.dumps({"timestamp": "2026-01-01T10:00:00", "processes_cpu": [], "cpu": {}})


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ('{\n  "a": 1\n}\n', {"a"}),
        ('{"a": 1}\n{"b": 2}\n', {"a"}),
        ("[1]", set()),
        ("what", set()),
        ("[" * 100_000, set()),
        ("", set()),
    ],
)
def test_names_are_those_of_the_first_object(content: str, names: set[str]):
    assert names_in(content.encode()) == names


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{RAW}\n{RAW}\n", "holds raw samples: give batches.jsonl"),
        (json.dumps(job_object(), indent=2), "tells of a job: name its samples too"),
        (json.dumps({"workflow_job": job_object()}), "tells of a job"),
        (json.dumps({"total_count": 1, "jobs": [job_object()]}), "tells of a job"),
    ],
    ids=["raw", "job", "webhook", "jobs"],
)
def test_who_gives_another_file_is_told_which_to_give(content: str, said: str, tmp_path: Path):
    file = tmp_path / "given.json"
    file.write_text(content)
    with pytest.raises(NoSamplesError, match=f"given.json {said}"):
        measured_alone(file)


def test_of_what_is_nothing_known_nothing_is_said():
    assert no_samples(b'{"hello": 1}') == ""
