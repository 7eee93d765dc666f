"""The real action, its Node and its Python, on a stand-in of the runner, with real steps."""

import json
import re
import time
from pathlib import Path

import pytest

from src.frontend.app import create_app
from src.frontend.scopes import Scope
from src.frontend.trust import Trust
from src.model import batches
from src.model.ids import job_record_id, run_record_id, span_id, trace_id
from tests.action.runner import JOB_ID, Runner, Step
from tests.action.shown import (
    FAST,
    POST,
    assert_cpu_is_true,
    assert_untouched,
    burn,
    folder,
    notices,
    rows,
)
from tests.frontend.serving import ListQueue, running
from tests.frontend.test_samples import sent
from tests.sampler.receiving import receiving

pytestmark = pytest.mark.slow

KEY = "a key of sixteen and more"


def is_alive(pid: int) -> bool:
    """Zombies are not: nobody here may be there to reap them."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


# --- what it is for -------------------------------------------------------------------------------


def test_one_step_gives_a_summary_with_a_sentence_and_a_row_for_each_step(runner: Runner):
    done = runner.run(
        [
            runner.telemetry(sampling_rate="0.1"),
            Step("Compile", run=burn(3.0), id="compile_it"),
            Step("As another", run=f"env -i {burn(3.0)}", id="strip_it"),  # as sudo does
            Step("Wait", run="sleep 1; true", id="wait_for_it"),
        ]
    )

    assert_untouched(done)
    assert notices(done) == []
    assert "**The runner" in done.step(POST).summary
    assert rows(done) == ["compile_it", "strip_it", "wait_for_it"]
    assert "```mermaid" in done.summary
    assert done.summary == done.step(POST).summary
    assert_cpu_is_true(done, "Compile", "As another")


def test_inner_steps_of_a_composite_are_one_and_steps_in_parallel_are_two(runner: Runner):
    inner = tuple(Step(f"inner {number}", run=burn(1.2)) for number in range(3))
    done = runner.run(
        [
            runner.telemetry(sampling_rate="0.1"),
            Step("Composite", steps=inner, id="composite_one"),
            Step("Test", run=burn(4.0), id="test_it", is_background=True),
            Step("Lint", run=burn(3.0), id="lint_it", is_background=True),
        ]
    )

    assert_untouched(done)
    assert rows(done)[0] == "composite_one"
    assert set(rows(done)[1:]) == {"test_it", "lint_it"}
    assert_cpu_is_true(done, "Composite", "Test", "Lint")


def test_a_local_action_starts_with_its_own_step(tmp_path: Path):
    runner = Runner(tmp_path)
    step = Step(
        "Run ./", uses=runner.telemetry().uses, is_local=True, given={"sampling_rate": FAST}
    )
    done = runner.run([step, Step("Work", run="sleep 0.6; true", id="work_on")])

    assert_untouched(done)
    assert not any(each.name.startswith("Pre") for each in done.ran)
    assert rows(done) == ["work_on"]


def test_finish_has_all_files_there_for_an_upload_step(runner: Runner):
    show = "for file in $TELEMETRY_ARTIFACT_PATH; do test -s $file && echo $file; done"
    done = runner.run(
        [
            runner.telemetry(sampling_rate=FAST),
            Step("Work", run="sleep 0.6; true", id="work_on"),
            runner.telemetry(finish="true"),
            Step("Upload", run=f"echo name $TELEMETRY_ARTIFACT_NAME; {show}", is_always=True),
        ]
    )

    assert_untouched(done)
    name, *files = done.step("Upload").output.split("\n")[:-1]
    assert name == f"name system-telemetry-{JOB_ID}"
    assert {Path(file).name for file in files} == {
        *("telemetry.jsonl", "batches.jsonl", "metrics.json", "job.json", "steps.csv"),
        "report.html",
    } - ({"steps.csv"} if not (folder(done) / "steps.csv").stat().st_size else set())
    told = [each.name for each in done.ran if each.summary]
    assert len(told) == 1
    assert not told[0].startswith("Post")
    assert rows(done) == ["work_on"]


def test_charts_and_artifact_may_be_refused(runner: Runner):
    done = runner.run([runner.telemetry(generate_chart="false", upload_artifact="false")])

    assert "**The runner" in done.summary
    assert "mermaid" not in done.summary
    assert not (folder(done) / "report.html").exists()
    assert "TELEMETRY_ARTIFACT_PATH" not in done.env


def test_later_steps_are_under_the_trace_that_the_backend_will_tell(runner: Runner):
    done = runner.run([runner.telemetry(), Step("Show", run="echo $TRACEPARENT")])

    trace = trace_id(run_record_id("github.com", 33, 2))
    span = span_id(job_record_id("github.com", JOB_ID))
    assert done.step("Show").output == f"00-{trace:032x}-{span:016x}-01\n"


def test_who_has_a_trace_of_his_own_keeps_it(tmp_path: Path):
    done = Runner(tmp_path, env={"TRACEPARENT": "mine"}).run([Runner(tmp_path).telemetry()])

    assert done.env["TRACEPARENT"] == "mine"


def test_a_job_with_two_of_them_is_told_once(runner: Runner):
    once = runner.telemetry(sampling_rate=FAST)
    done = runner.run([once, Step("Work", run="sleep 0.5; true", id="work_on"), once])

    assert_untouched(done)
    assert notices(done) == []
    assert rows(done) == ["work_on"]


# --- how jobs end ---------------------------------------------------------------------------------


def test_nothing_of_it_lives_on_or_has_to_be_killed(runner: Runner):
    look = Step("Look", run='cat "$TELEMETRY_DIR"/sampler.pid')
    done = runner.run([runner.telemetry(), look])
    pids = [int(word) for word in re.findall(r"\d+", done.step("Look").output)[:1]]

    assert pids
    assert done.killed == []
    assert not any(is_alive(pid) for pid in pids)


def test_a_cancelled_job_has_its_summary(runner: Runner):
    done = runner.run(
        [
            runner.telemetry(sampling_rate=FAST),
            Step("Hang", run="trap '' INT TERM; sleep 60", id="hang_on"),
            Step("Never", run="true"),
        ],
        cancel_after=4.0,
    )

    assert [each.name for each in done.ran][2:] == ["Hang", POST]
    assert done.step("Hang").conclusion == "cancelled"
    assert rows(done) == ["hang_on"]


def test_a_sampler_that_is_killed_half_way_leaves_what_it_saw(runner: Runner):
    """As the kernel does when memory runs out."""
    kill = "kill -USR1 $(grep -o '[0-9]*' $TELEMETRY_DIR/sampler.pid | head -1); sleep 0.5; "
    kill += "kill -9 $(grep -o '[0-9]*' $TELEMETRY_DIR/sampler.pid | head -1)"
    done = runner.run(
        [
            runner.telemetry(sampling_rate=FAST),
            Step("Work", run="sleep 1; true", id="work_on"),
            Step("Kill", run=kill, id="kill_it"),
            Step("Go on", run="sleep 0.3; true", id="go_on"),
        ]
    )

    assert_untouched(done)
    assert len(notices(done)) == 1
    assert "had ended before it was stopped" in notices(done)[0]
    assert "Its end was not seen" in done.summary
    assert rows(done)[0] == "work_on"


# --- pushing --------------------------------------------------------------------------------------


def test_the_real_frontend_gets_all_batches_and_whose_they_are(runner: Runner):
    queue = ListQueue()
    trust = Trust(keys={Scope("github.com", 22): [KEY.encode()]})
    look = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; env"
    with running(create_app(queue, [b"a webhook's secret"], samplers=trust)) as port:
        url = f"http://127.0.0.1:{port}"
        done = runner.run(
            [
                runner.telemetry(sampling_rate=FAST, push_url=url, push_secret=KEY),
                Step("Look", run=f"{look}; sleep 0.5"),
            ]
        )
        time.sleep(0.5)

    assert_untouched(done)
    assert notices(done) == []
    came = [batches.decode(bytes(each.batch)) for _, each in sent(queue)]
    assert came
    assert came[-1].final
    assert came[0].job == {
        "host": "github.com",
        "repository_id": 22,
        "run_id": 33,
        "run_attempt": 2,
        "job_id": JOB_ID,
        "runner_name": "stand-in",
    }
    assert KEY not in done.output
    assert not any(KEY.encode() in file.read_bytes() for file in folder(done).glob("*.*"))


def test_a_job_token_is_asked_for_and_sent(tmp_path: Path):
    with receiving() as receiver:
        receiver.answer = lambda handler: (
            handler.say(200, json.dumps({"value": "e30.e30.x"}).encode())
            if handler.command == "GET"
            else handler.say(202)
        )
        runner = Runner(
            tmp_path,
            env={
                "ACTIONS_ID_TOKEN_REQUEST_URL": f"{receiver.url}/token?",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer",
            },
        )
        done = runner.run([runner.telemetry(push_url=receiver.url), Step("Work", run="sleep 0.3")])
        time.sleep(0.5)

    assert notices(done) == []
    came = [each for each in receiver.received if each.body]
    assert {each.headers["Authorization"] for each in came} == {"Bearer e30.e30.x"}
