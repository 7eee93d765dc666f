"""action/telemetry.sh, sourced by real shells: what it makes, and that it never fails a job."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sampler.in_background import Session, session

SHELL = Path(__file__).parents[2] / "action" / "telemetry.sh"
STRICT_BASH = "set -Eeuo pipefail; trap 'exit 9' ERR"
SHELLS = {
    "bash": (["bash"], STRICT_BASH),
    "posix bash": (["bash", "--posix"], STRICT_BASH),
    "dash": (["dash"], "set -eu"),
}
STEPS = """
telemetry_init build 0.10.2
telemetry_step_start "my step"
telemetry_step_end "my step"
telemetry_finalize
"""
STAGES = """
init_telemetry
record_build_stage "my step"
record_build_stage_complete "my step" failure "it broke"
record_build_failure "my step" "gcc: error" 2
get_telemetry_summary
check_performance_regressions
save_as_baseline
finalize_telemetry
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Session]:
    with session(tmp_path) as found:
        yield found


def sh(
    running: Session, lines: str, shell: str = "bash", **environment: str
) -> "subprocess.CompletedProcess[str]":
    """As a step of a job: whatever fails in it fails all of it; it came to its end."""
    root = running.folder.parent
    words, strict = SHELLS[shell]
    ran = subprocess.run(
        [*words, "-c", f"{strict}\n. {SHELL}\n{lines}\n: >{root}/done"],
        env={**running.environment, **environment},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    (root / "done").unlink()
    return ran


@pytest.mark.parametrize("shell", SHELLS)
def test_steps_are_boxes_in_the_log_and_rows_of_the_document(shell: str, running: Session):
    ran = sh(running, STEPS, shell)

    assert not running.is_alive()
    assert ran.stderr == ""
    assert ran.stdout.count("⏱️  [my step] ") == 2
    assert "\nTotal duration: " in ran.stdout
    job = running.document("job.json")
    assert (job["job"], job["version"]) == ("build", "0.10.2")
    assert [step["name"] for step in job["steps"]] == ["my step"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_step_may_end_in_failure(shell: str, running: Session):
    lines = "telemetry_step_start -odd\ntelemetry_step_end -odd --status failure\n"
    ran = sh(running, f"{lines}telemetry_finalize", shell)

    assert ran.stderr == ""
    [stage] = running.document("metrics.json")["build_metrics"]["build_stages"]
    assert (stage["name"], stage["status"]) == ("-odd", "failure")


@pytest.mark.parametrize("shell", SHELLS)
def test_stages_and_a_failure_are_in_the_metrics(shell: str, running: Session):
    ran = sh(running, STAGES, shell)

    assert not running.is_alive()
    assert ran.stderr.startswith("the build failed, so it is no baseline; ")
    told = running.document("metrics.json")["build_metrics"]
    assert [stage["status"] for stage in told["build_stages"]] == ["failure"]
    assert told["failure_category"] == "compilation"
    assert ",it broke\n" in (running.folder / "build-stages.log").read_text()


def test_a_build_is_saved_and_the_next_one_compared(running: Session):
    sh(running, "init_telemetry\nsave_as_baseline\nfinalize_telemetry")
    ran = sh(running, "init_telemetry\nsleep 2\ncheck_performance_regressions\nfinalize_telemetry")

    assert ran.stdout.startswith("Compared with the baseline: duration +")
    assert ran.stdout.count("Build duration increased by ") == 2
    assert running.document("metrics.json")["performance_metrics"]["performance_score"] < 80


def test_a_summary_is_for_scripts_too(running: Session):
    steps = 'telemetry_step_start "a,b"\ntelemetry_step_end "a,b" >/dev/null 2>&1'
    rows = sh(running, f"{steps} \nget_telemetry_summary --csv").stdout.splitlines()
    told = json.loads(sh(running, "get_telemetry_summary --json").stdout)

    assert rows[-2].startswith("name,start_time,end_time,duration_s,cpu_percent,")
    assert rows[-1].startswith('"a,b",')
    assert told["performance_regressions"] == []


def here(running: Session) -> Path:
    """Where files are when no variable says so."""
    del running.environment["TELEMETRY_DIR"]
    return running.folder.parent / ".telemetry"


def test_without_a_variable_files_are_in_the_working_directory(running: Session):
    folder = here(running)
    sh(running, "init_telemetry\nmkdir deeper\ncd deeper\nrecord_build_stage x")
    sh(running, "record_build_stage_complete x\nfinalize_telemetry")

    (stage,) = json.loads((folder / "metrics.json").read_text())["build_metrics"]["build_stages"]
    assert (stage["name"], stage["status"]) == ("x", "success")
    assert not (folder.parent / "deeper" / ".telemetry").exists()


def test_a_folder_may_be_named_from_here(running: Session):
    telling = {"TELEMETRY_DIR": "told here"}
    sh(running, "init_telemetry\ncd /\nfinalize_telemetry", **telling)

    assert (running.folder.parent / "told here" / "metrics.json").exists()


def test_later_steps_of_a_job_know_the_folder(running: Session):
    folder = here(running)
    handed_on = running.folder.parent / "env"
    sh(running, "init_telemetry\nfinalize_telemetry", GITHUB_ENV=str(handed_on))

    assert handed_on.read_text() == f"TELEMETRY_DIR={folder}\n"


def test_switched_off_it_does_nothing(running: Session):
    ran = sh(running, STEPS + STAGES, TELEMETRY_ENABLED="false")

    assert ran.stdout == ran.stderr == ""
    assert not running.folder.exists()


BROKEN = {
    "there is no python3": ("PATH=/nowhere", "there is no python3"),
    "the sampler is not there": ("TELEMETRY_SAMPLER=/nowhere", "set TELEMETRY_SAMPLER to"),
    "the sampler is broken": ("echo 'def (' >bad.py\nTELEMETRY_SAMPLER=bad.py", "SyntaxError"),
    "python3 fails": ("python3() { echo oh; false; }", ""),
    "python3 is killed": ("python3() { sh -c 'kill -9 $$'; }", ""),
    "the folder is a file": (': >file\nexport TELEMETRY_DIR="$PWD/file"', "File exists"),
    "nothing can be printed": ("exec >&- 2>&-", ""),
    "the log is full": ("exec >/dev/full 2>/dev/full", ""),
}


@pytest.mark.parametrize("shell", ["bash", "dash"])
@pytest.mark.parametrize("broken", BROKEN)
def test_whatever_is_broken_a_build_goes_on(broken: str, shell: str, running: Session):
    lines, complaint = BROKEN[broken]
    ran = sh(running, f"{lines}\n{STEPS}\n{STAGES}", shell)

    assert complaint in ran.stderr


def test_a_log_that_is_full_costs_the_log_only(running: Session):
    sh(running, f"exec >/dev/full\nexport SAVE_BASELINE=true\n{STEPS}")

    assert running.document("baseline.json") == running.document("metrics.json")


def test_wrong_words_cost_a_line_each(running: Session):
    wrong = "\n".join(
        f"{function} {words}"
        for function in (
            *("telemetry_step_start", "telemetry_step_end", "record_build_stage"),
            *("record_build_stage_complete", "telemetry_finalize", "get_telemetry_summary"),
        )
        for words in ("'' too many words", "--odd=1")
    )
    ran = sh(running, f"{wrong}\nrecord_build_stage_complete x fine")

    assert "Traceback" not in ran.stderr
    assert "--status: fine is none of success, failure, warning" in ran.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_the_sampler_is_found_through_a_link(shell: str, tmp_path: Path):
    link = tmp_path / "a folder" / "telemetry.sh"
    link.parent.mkdir()
    link.symlink_to(SHELL)
    words, strict = SHELLS[shell]
    line = f'{strict}\n. "{link}"\necho $TELEMETRY_SAMPLER'
    told = subprocess.run([*words, "-c", line], capture_output=True, text=True, check=True)

    assert told.stdout == f"{SHELL.resolve().parent}/sampler.py\n"
