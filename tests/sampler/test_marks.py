"""What users name: steps, stages and failures; in parallel, and without a sampler too."""

import json
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from src.sampler import marks
from src.sampler.folder import Folder
from src.sampler.marks import time_it
from src.sampler.spans import spans_of
from tests.sampler.in_background import Session, session
from tests.sampler.running import entry, pythons

BURN = "import time\nwhile time.process_time() < 0.8: sum(range(10_000))"
ODD = [
    "two words",
    "-x",
    "--dir",
    "a/b",
    "..",
    "ünï çødé",
    "a\nb",
    "::error::x",
    "'",
    '"$(id)`',
    "é" * 300,
]


def folder(tmp_path: Path) -> Folder:
    return Folder({}, str(tmp_path / "telemetry"))


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parents[1].name)
def test_every_python_draws_the_box(python: str, tmp_path: Path):
    with session(tmp_path, python) as running:
        running.call("start")
        began = running.call("step", "start", "compile").stdout
        ended = running.call("step", "end", "compile").stdout
        running.call("stop")

    assert began.splitlines()[1].startswith("⏱️  [compile] START: 20")
    lines = ended.splitlines()
    assert lines[1].startswith("⏱️  [compile] END: 20")
    assert lines[5] == "  The whole machine meanwhile, whoever used it:"
    labels = [line[2:16].strip() for line in [*lines[3:5], *lines[6:-1]]]
    assert labels == [
        *("Duration:", "Own CPU:", "CPU:", "Memory:", "Disk Read:", "Disk Write:"),
        *("Disk I/O:", "Net RX:", "Net TX:"),
    ]
    assert "unknown" not in ended.replace("await=unknown", "")
    assert {len(line) for line in (lines[0], lines[-1], began.splitlines()[0])} == {71}


def test_without_a_sampler_a_step_has_samples_of_its_own(tmp_path: Path):
    found = Session(tmp_path)
    found.call("step", "start", "alone")
    before = time.monotonic()
    subprocess.run([sys.executable, "-c", BURN], check=True)
    elapsed = time.monotonic() - before
    ended = found.call("step", "end", "alone").stdout
    found.call("finalize")
    (step,) = found.document("job.json")["steps"]

    assert found.pid is None
    assert found.document("job.json")["system"]["cpus"] == os.cpu_count()
    assert found.document("metrics.json")["memory_metrics"]["peak_usage_mb"] > 0
    assert step["name"] == "alone"
    assert step["duration_s"] >= elapsed
    assert step["cpu_percent"] >= 100 * 0.8 / step["duration_s"] / (os.cpu_count() or 1) * 0.9
    assert f"Duration:      {step['duration_s']:.1f}s" in ended


def own_cpu_seconds(box: str) -> float | None:
    found = re.search(r"Own CPU: +([\d.]+)s", box)
    return float(found[1]) if found else None


def test_of_one_shell_s_steps_its_own_cpu_time_is_told_apart(tmp_path: Path):
    found = Session(tmp_path)
    step = shlex.join([*entry(), "step"])
    burn = shlex.join([sys.executable, "-c", BURN])
    idle = f"{step} start idle\nsleep 0.1\n{step} end idle\n"
    busy = f"{step} start busy\n{burn}\n{step} end busy"
    told = subprocess.run(
        ["sh", "-c", idle + busy],
        env=found.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    boxes = told.stdout.split("[busy] START")

    assert [own_cpu_seconds(box) for box in boxes] == [
        pytest.approx(0.05, abs=0.25),
        pytest.approx(0.95, abs=0.25),
    ]


def test_of_a_step_that_another_shell_ends_own_cpu_time_is_not_told(tmp_path: Path):
    found = Session(tmp_path)
    found.call("step", "start", "x")
    end = f"{shlex.join([*entry(), 'step', 'end', 'x'])}; :"  # or the shell would become it
    told = subprocess.run(
        ["sh", "-c", end],
        env=found.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert "] END: " in told.stdout
    assert own_cpu_seconds(told.stdout) is None


def test_a_name_that_is_too_long_has_its_own_samples_too(tmp_path: Path):
    found = Session(tmp_path)
    name = "x" * (marks.LONGEST_NAME + 1)
    found.call("step", "start", name)

    assert "\n  Memory:        unknown" not in found.call("step", "end", name).stdout


def test_init_starts_a_sampler_and_finalize_ends_it(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("init", "build", "0.10.2", "--interval", "0.1")
        assert running.is_alive()
        running.call("step", "start", "compile")
        running.call("step", "end", "compile")
        table = running.call("finalize", "--packages-built", "3").stdout
        assert not running.is_alive()

    job, metrics = running.document("job.json"), running.document("metrics.json")
    assert (job["job"], job["version"]) == ("build", "0.10.2")
    assert job["runner"] == metrics["build_session"]["hostname"] == os.uname().nodename
    assert metrics["build_metrics"]["packages_built"] == 3
    assert metrics["build_session"]["duration_seconds"] == job["job_duration_s"] > 0
    assert "compile" in table
    assert "Total duration: " in table


def test_finalize_leaves_another_s_sampler_running(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start")
        running.call("init", "build")
        running.call("finalize")

        assert running.is_alive()
        running.call("stop")


def test_steps_of_two_shells_at_once_are_kept_apart(tmp_path: Path):
    def one(name: str) -> None:
        running.call("step", "start", name)
        running.call("step", "end", name)

    with session(tmp_path) as running:
        running.call("start", "--interval", "0.1")
        shells = [threading.Thread(target=one, args=(f"step {n}",)) for n in range(4)]
        for shell in shells:
            shell.start()
        for shell in shells:
            shell.join()
        running.call("stop")

    steps = running.document("job.json")["steps"]
    assert sorted(step["name"] for step in steps) == [f"step {n}" for n in range(4)]
    assert all(step["duration_s"] > 0 for step in steps)


def test_odd_names_stay_as_they_are(tmp_path: Path):
    found = Session(tmp_path)
    for name in ODD:
        found.call("stage", "--", name)
        found.call("stage", "--status=success", "--", name)
    found.call("finalize")

    told = [
        stage["name"] for stage in found.document("metrics.json")["build_metrics"]["build_stages"]
    ]
    assert told == [name[: marks.LONGEST_NAME] for name in ODD]


def test_bytes_that_are_no_text_are_text_in_the_documents(tmp_path: Path):
    found = Session(tmp_path)
    found.call("init", "a\udcff", "1\udcff")
    found.call("failure", "a\udcff", "b\udcff")
    found.call("finalize")

    assert found.document("metrics.json")["build_metrics"]["failure_reason"] == "b?"
    assert (found.document("job.json")["job"], found.document("job.json")["version"]) == (
        "a?",
        "1?",
    )


def test_a_name_commands_nothing_in_a_log(tmp_path: Path):
    name = "a\n::error::b"
    told = Session(tmp_path).call("step", "start", name).stdout
    complaint = Session(tmp_path).call("step", "end", f"not {name}").stderr

    assert "::error" not in told
    assert complaint == "step end not a\ufffd::error::b: it was never started, or has ended\n"


def test_stages_and_a_failure_are_in_the_metrics(tmp_path: Path):
    found = Session(tmp_path)
    found.call("stage", "architecture_amd64")
    found.call("stage", "architecture_amd64", "--status", "failure", "--message", "no good")
    found.call("stage", "never_started", "--status", "warning")
    found.call("stage", "open")
    reason = "checksum mismatch on download"
    found.call("failure", "architecture_amd64", reason, "--code", "2")
    found.call("finalize")

    told = found.document("metrics.json")["build_metrics"]
    stages = {stage["name"]: stage for stage in told["build_stages"]}
    assert told["failure_category"] == "security"
    assert (told["failure_stage"], told["failure_reason"]) == ("architecture_amd64", reason)
    assert {name: stage["status"] for name, stage in stages.items()} == {
        "architecture_amd64": "failure",
        "never_started": "warning",
        "open": None,
    }
    assert stages["architecture_amd64"]["duration"] > 0
    assert stages["never_started"]["duration"] is stages["open"]["duration"] is None


def test_a_stage_that_failed_is_over_until_it_is_told_otherwise(tmp_path: Path):
    found = Session(tmp_path)
    for name in ("broken", "limping"):
        found.call("stage", name)
        found.call("failure", name, "it broke")
    found.call("stage", "limping", "--status", "warning", "--message", "went on")
    found.call("failure", "never begun", "it broke")
    found.call("finalize")

    stages = found.document("metrics.json")["build_metrics"]["build_stages"]
    assert [(stage["name"], stage["status"]) for stage in stages] == [
        ("broken", "failure"),
        ("limping", "warning"),
    ]
    assert all(stage["duration"] > 0 for stage in stages)
    steps = found.document("job.json")["steps"]
    assert all(step["memory_used_mb"] for step in steps)
    log = (found.folder / "build-stages.log").read_text().splitlines()
    assert log[1].endswith(",it broke")
    assert log[2].endswith(",went on")


def test_a_failure_s_code_may_be_a_word(tmp_path: Path):
    found = Session(tmp_path)
    found.call("failure", "compile", "gcc: error", "--code", "E404")
    found.call("finalize")

    assert found.document("metrics.json")["build_metrics"]["failure_reason"] == "gcc: error"
    assert "gcc: error (code E404)" in (found.folder / "build-telemetry.log").read_text()


def test_nothing_is_known_of_a_session_without_marks_and_samples(tmp_path: Path):
    found = Session(tmp_path)
    found.call("finalize")

    assert found.document("job.json")["steps"] == []
    assert found.document("metrics.json")["memory_metrics"] == {
        "peak_usage_mb": None,
        "samples": [],
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("step", "end", "x"), "step end x: it was never started"),
        (("step", "start"), "it is: step start NAME, or step end NAME [--status success|"),
        (("step", "pause", "x"), "step pause: it is start or end"),
        (("stage", "x", "--status", "fine"), "--status: fine is none of success, failure, warning"),
        (("finalize", "--packages-built", "z"), "--packages-built: z is no whole number"),
    ],
)
def test_whatever_is_wrong_costs_a_line(words: tuple[str, ...], said: str, tmp_path: Path):
    told = Session(tmp_path).call(*words).stderr

    assert said in told
    assert told.count("\n") == 1


def test_a_folder_that_cannot_be_written_costs_a_line(tmp_path: Path):
    (tmp_path / "telemetry").write_text("a file")
    told = Session(tmp_path).call("step", "start", "x")

    assert told.stderr.count("\n") == 1
    assert told.stdout == ""


def test_what_was_never_begun_or_is_no_step_is_no_step(tmp_path: Path):
    found = Session(tmp_path)
    found.call("step", "start", "real")
    found.call("step", "end", "real")
    again = found.call("step", "end", "real").stderr
    found.call("step", "end", "never")
    found.call("stage", "test", "--status", "failure")
    found.call("stage", "a stage")
    table = found.call("finalize").stdout

    assert again == "step end real: it was never started, or has ended\n"
    assert [step["name"] for step in found.document("job.json")["steps"]] == ["real"]
    assert re.findall(r"^(real|never|test|a stage|Step|Stage)  ", table, re.MULTILINE) == [
        *("Step", "real", "Stage", "a stage"),
    ]


def test_a_second_job_leaves_out_what_was_the_first_one_s(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("init", "one", "--interval", "0.1")
        running.call("step", "start", "first")
        going_on = running.call("init", "one").stderr
        assert "\nfirst  " in running.call("summary").stdout
        said = running.call("init", "two").stderr
        late = running.call("step", "end", "first").stderr
        running.call("step", "start", "second")
        running.call("step", "end", "second")
        running.call("finalize")
        job = running.document("job.json")

    assert not running.is_alive()
    assert going_on == ""
    assert said == "init two: one was not finalized; what was marked in it is left out\n"
    assert late == "step end first: it was never started, or has ended\n"
    assert job["job"] == "two"
    assert [step["name"] for step in job["steps"]] == ["second"]


def test_a_job_that_is_finalized_leaves_nothing_to_the_next_one(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", "--interval", "0.1")
        for name in ("one", "two"):
            assert running.call("init", name).stderr == ""
            running.call("step", "start", name)
            running.call("step", "end", name)
            running.call("finalize")
        running.call("stop")

    assert [step["name"] for step in running.document("job.json")["steps"]] == ["two"]


def test_files_that_are_no_marks_are_passed_over(tmp_path: Path):
    here = folder(tmp_path)
    marks.put(here, marks.START, "x")
    for number, text in enumerate(("", "{}", "[]", "[1, 2", '["step end", "x", 1, 2, "", null]')):
        Path(here.marks, f"{number}.json").write_text(f"{text}\n")

    assert [mark.kind for mark in marks.read(here)] == [marks.START]


def test_the_last_that_is_open_is_the_one_that_ends(tmp_path: Path):
    here = folder(tmp_path)
    for kind in (marks.START, marks.START, marks.END, marks.STAGE, marks.END):
        marks.put(here, kind, "x")
    spans = spans_of(marks.read(here))

    assert [span.end is not None for span in spans] == [True, True, False]
    assert spans[0].end
    assert spans[1].end
    assert spans[0].end.uptime_ms >= spans[1].end.uptime_ms


def test_a_clock_that_is_set_moves_no_step(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", "--interval", "0.05")
        running.call("step", "start", "x")
        running.call("step", "end", "x")
        running.call("stop")
    here = Folder({}, str(running.folder))
    truth = running.document("job.json")["steps"][0]
    (path,) = (path for path in Path(here.marks).iterdir() if "step end" in path.read_text())
    kind, name, time_ms, *rest = json.loads(path.read_text())
    path.write_text(json.dumps([kind, name, time_ms + 3_600_000, *rest]) + "\n")
    running.call("finalize")

    assert running.document("job.json")["steps"] == [truth]


def test_python_marks_a_block_and_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    here = folder(tmp_path)
    monkeypatch.setenv("TELEMETRY_DIR", here.path)

    @time_it("function")
    def work() -> int:
        return 5

    assert work() == work() == 5
    with pytest.raises(ValueError, match="oops"), time_it("block"):
        raise ValueError("oops")

    spans = spans_of(marks.read(here))
    assert [(span.name, span.status) for span in spans] == [
        *[("function", "success")] * 2,
        ("block", "failure"),
    ]


def test_what_cannot_be_marked_runs_all_the_same(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with time_it("x", str(tmp_path / "file")):
        ran = True

    assert ran
