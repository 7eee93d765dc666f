"""`up`: one command starts everything, shows an answer, and leaves nothing behind."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM
from time import sleep

import psutil
import pytest

from src.backend.used_values import HEALTHY
from src.cli.demo import DEMO_SEED, demo_samples
from src.cli.last_day import duration
from src.model.times import parse_time
from src.simulate.days import Day, simulate_day
from tests.insights.stack import ROOT, free_port
from tests.integration.processes import START_SECONDS, STOP_SECONDS, environment, wait_for
from tests.integration.small_runs import small_run
from tests.integration.stack import SECRET, Stack
from tests.integration.truths import assert_true

LAST_WORDS = "Ctrl-C stops"
DEMO_SECONDS = 120.0  # it takes ten on a quiet machine
BETWEEN_SIGNALS_SECONDS = 0.05


class OneCommand(Stack):
    """The same services, as children of `up`."""

    def __init__(self, home: Path, demo: str) -> None:
        super().__init__(home)
        self.settings["DEMO"] = demo
        self.up = self.insights = self.service("-m", "src", "up")
        self.children: list[psutil.Process] = []

    def start(self, seconds: float = START_SECONDS) -> None:
        """Start it and wait for its answer."""
        self.up.log.unlink(missing_ok=True)
        self.up.start()
        wait_for(lambda: LAST_WORDS in self.said, seconds, "an answer")
        self.children = psutil.Process(self.up.pid).children(recursive=True)

    @property
    def said(self) -> str:
        """What it has printed since it was started."""
        return self.up.log.read_text(encoding="utf-8")

    def is_gone(self) -> bool:
        """Whether neither it nor any of its children is there."""
        return not self.up.is_running and not any(child.is_running() for child in self.children)

    def end(self) -> None:
        """End it and what it may have left."""
        super().end()
        for child in self.children:
            if child.is_running():
                child.kill()


@contextmanager
def one_command(home: Path, demo: str) -> Iterator[OneCommand]:
    """`up`, not started yet."""
    stack = OneCommand(home, demo)
    try:
        yield stack
    finally:
        stack.end()


@pytest.mark.slow
def test_up_stops_in_time_leaves_no_process_and_goes_on_where_it_was(tmp_path: Path):
    first, second = small_run(seed=1), small_run(seed=2)
    with one_command(tmp_path, demo="0") as stack:
        stack.start()
        stack.take(first.deliveries)
        _assert_stopped(stack, SIGINT)
        stack.start()
        stack.take(second.deliveries)
        assert_true(stack.tables, first.truth, second.truth)
        _assert_stopped(stack, SIGTERM, SIGTERM)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("instead_of", "settings"),
    [
        ("", {"BACKEND_AZURE_STORAGE_QUEUE_NAME": "mine"}),
        ("", {"AZURE_STORAGE_QUEUE_NAME": "mine", "BACKEND_AZURE_STORAGE_QUEUE_NAME": "other"}),
        ("GITHUB_WEBHOOK_SECRET", {"FRONTEND_GITHUB_WEBHOOK_SECRET": SECRET}),
        ("", {"TELEMETRY_MODE": "azure", "AZURE_STORAGE_ACCOUNT_NAME": "production"}),
        ("", {"BACKEND_AZURE_STORAGE_ACCOUNT_NAME": "production"}),
        ("", {"OBJECT_STORE_URL": "az://production"}),
    ],
    ids=[
        *("the backend's queue", "two queues", "the frontend's secret"),
        *("an account", "the backend's account", "a container"),
    ],
)
def test_up_stays_on_this_machine_and_takes_a_name_that_one_service_knows_for_all(
    instead_of: str, settings: dict[str, str], tmp_path: Path
):
    run = small_run(seed=1)
    with one_command(tmp_path, demo="0") as stack:
        stack.settings |= settings
        stack.settings.pop(instead_of, None)
        stack.start()
        stack.take(run.deliveries)
        assert_true(stack.tables, run.truth)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of such a death")
def test_up_killed_takes_its_children_along(tmp_path: Path):
    with one_command(tmp_path, demo="0") as stack:
        stack.start()
        stack.up.kill()
        wait_for(stack.is_gone, STOP_SECONDS, "the end of its children")


@pytest.mark.slow
def test_up_shows_the_slowest_job_and_step_of_its_day_and_what_that_was_short_of(tmp_path: Path):
    with one_command(tmp_path, demo="1") as stack:
        stack.start(DEMO_SECONDS)
        end = parse_time((tmp_path / "demo-played").read_text(encoding="utf-8"))
        assert end
        day = simulate_day(DEMO_SEED, end)
        totals = day.truth.totals
        job, step = totals.slowest_job, totals.slowest_step
        assert job
        assert step
        assert f"{duration(job.duration_seconds)}  {job.name}" in stack.said
        slowest = stack.said.partition("The slowest steps\n")[2].splitlines()[0]
        name = f"{duration(step.duration_seconds)}  {step.name} in {step.job_name}"
        assert re.match(rf" +{re.escape(name)} +CPU-bound: \d+ % of 8 cores", slowest)
        assert re.search(r"Right size +[1-9]\d* of [1-9]\d* jobs with samples", stack.said)
        unjudged = ("cancelled", "skipped", "stale")
        judged = sum(n for name, n in totals.run_conclusions.items() if name not in unjudged)
        assert f"% of {judged} runs that succeeded or failed" in stack.said
        _assert_steps_told_truly(stack, day)
        _assert_stopped(stack, SIGINT)


def _assert_steps_told_truly(stack: OneCommand, day: Day) -> None:
    """What judged steps used, and what they were short of."""
    truths = {(str(t.job_id), t.number): t for job in demo_samples(day) for t in job.usage}
    asked = "WorkflowSteps() | where isnotempty(bottleneck)"
    rows = stack.tables.ask(f"{asked} | project job_id, step_number, bottleneck, cpu_seconds")
    told = {(row["job_id"], row["step_number"]): row for row in rows}
    assert len(told) > 100
    assert {at: row["bottleneck"] for at, row in told.items()} == {
        at: truths[at].short_of or HEALTHY for at in told
    }
    # The demo's sampler looks every 2.5 seconds: what a step used after its last look may be lost
    # to it, here once and there not, on a day that is another each time.
    assert {at: row["cpu_seconds"] for at, row in told.items()} == {
        at: pytest.approx(truths[at].cpu_seconds, rel=0.02, abs=5) for at in told
    }
    all_told = sum(row["cpu_seconds"] for row in told.values())
    assert all_told == pytest.approx(sum(truths[at].cpu_seconds for at in told), rel=0.01)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("frontend", "HOST and PORT"), ("insights", "INSIGHTS_HOST and INSIGHTS_PORT")],
)
def test_a_service_says_in_one_line_that_its_port_is_taken(
    name: str, settings: str, tmp_path: Path
):
    with one_command(tmp_path, demo="0") as stack, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stack.settings |= {"PORT": str(port), "INSIGHTS_PORT": str(port)}
        ended = _end_of(stack, name)
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"github-telemetry: cannot listen on 127.0.0.1:{port}, ")
    assert line.endswith(f"choose another by {settings}")


@pytest.mark.slow
def test_a_second_up_in_the_same_home_starts_nothing_and_leaves_the_first_one_s_logs(
    tmp_path: Path,
):
    with one_command(tmp_path, demo="0") as stack:
        stack.start()
        said = [log.read_text() for log in sorted((tmp_path / "logs").glob("*.log"))]
        stack.settings |= {"PORT": str(free_port()), "INSIGHTS_PORT": str(free_port())}
        ended = _end_of(stack, "up")
        stack.settings |= {"GITHUB_TELEMETRY_HOME": f"{tmp_path}/../{tmp_path.name}"}
        by_another_name = _end_of(stack, "up")
        said_now = [log.read_text() for log in sorted((tmp_path / "logs").glob("*.log"))]
        _assert_stopped(stack, SIGINT)

    for refused in (ended, by_another_name):
        assert (refused.returncode, refused.stdout) == (1, "")
        [line] = refused.stderr.splitlines()
        assert line.startswith(f"Error: already running in {tmp_path.resolve()}: stop it, or ")
        assert "GITHUB_TELEMETRY_HOME (and PORT, INSIGHTS_PORT)" in line
    assert all(now.startswith(before) for before, now in zip(said, said_now, strict=True))


@pytest.mark.slow
def test_a_part_that_is_killed_is_said_to_be(tmp_path: Path):
    with one_command(tmp_path, demo="0") as stack:
        stack.start()
        worker = next(child for child in stack.children if child.cmdline()[-1] == "backend")
        worker.kill()
        assert stack.up.wait(STOP_SECONDS) == 1
        assert "Error: backend was killed (signal 9); " in stack.said
        assert stack.is_gone()


@pytest.mark.parametrize("setting", ["PORT", "INSIGHTS_PORT"])
def test_up_says_in_one_line_which_port_is_taken(setting: str, tmp_path: Path):
    with one_command(tmp_path, demo="0") as stack, socket.socket() as other:
        other.bind(("127.0.0.1", int(stack.settings[setting])))
        other.listen()
        ended = _end_of(stack, "up")
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert line.startswith(
        f"github-telemetry: cannot listen on 127.0.0.1:{stack.settings[setting]}"
    )
    assert line.endswith(setting)
    assert ended.stdout == ""


def _end_of(stack: OneCommand, command: str) -> subprocess.CompletedProcess[str]:
    """A command with this stack's settings, which is expected to end at once."""
    return subprocess.run(
        [sys.executable, "-m", "src", command],
        cwd=ROOT,
        env=environment(**stack.settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _assert_stopped(stack: OneCommand, *signals: int) -> None:
    """In time, and not before its children; the impatient may ask twice."""
    assert len(stack.children) == 3
    for number in signals:
        stack.up.signal(number)
        sleep(BETWEEN_SIGNALS_SECONDS)
    assert stack.up.wait(STOP_SECONDS) == 0
    assert stack.is_gone()
