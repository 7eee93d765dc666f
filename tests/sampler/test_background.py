"""`start`, `stop` and `status`: a sampler of its own, and every way it can end."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir

import pytest

from tests.sampler.in_background import Session, session, wait_until
from tests.sampler.running import entry, pythons

OFTEN = ("--interval", "0.1")
KEYS = {
    *("timestamp", "processes_memory", "processes_cpu", "disk_space"),
    *("network", "system_load", "memory_stats"),
}
DOCUMENTS = ("metrics.json", "job.json", "steps.csv")


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parents[1].name)
def test_every_python_samples_until_it_is_stopped(python: str, tmp_path: Path):
    with session(tmp_path, python) as running:
        started = running.call("start", *OFTEN)
        assert (started.stdout, started.stderr) == ("", "")
        running.wait_for_samples(3)
        stopped = running.call("stop")

    assert (stopped.stdout, stopped.stderr) == ("", "")
    assert all(sample.keys() >= KEYS for sample in running.samples())
    assert [batch.final for batch in running.batches()][-1]
    assert all((running.folder / name).stat().st_size for name in DOCUMENTS)
    assert running.pid is None
    assert (running.folder / "sampler.log").read_text() == ""


def test_lines_and_batches_tell_of_the_same_samples(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        running.wait_for_samples(5)
        running.call("stop")

    batches = running.batches()
    assert [line["time_ms"] for line in running.samples()] == [
        time_ms for batch in batches for time_ms in batch.time_ms
    ]
    (sampler,) = {line["sampler"]["id"] for line in running.samples()}
    assert {batch.sampler for batch in batches} == {sampler}


def test_start_does_not_keep_a_job_waiting(tmp_path: Path):
    with session(tmp_path) as running:
        began = time.monotonic()
        # A runner waits until nobody has the step's output open any more.
        running.call("start", "--interval", "60")
        elapsed = time.monotonic() - began
        assert running.is_alive()

    assert elapsed < 20


def test_it_bears_nothing_of_the_step_that_started_it(tmp_path: Path):
    with session(tmp_path) as running:
        running.environment |= {"RUNNER_TRACKING_ID": "github_1", "GITHUB_ACTION": "__run"}
        running.call("start")
        own = Path(f"/proc/{running.pid}")
        environment = own.joinpath("environ").read_bytes()
        folder = (own / "cwd").readlink()
        streams = [own / "fd" / number for number in "012"]
        wait_until(lambda: not any("pipe:" in str(stream.readlink()) for stream in streams))

        assert b"RUNNER_TRACKING_ID" not in environment
        assert b"GITHUB_ACTION=" not in environment
        assert os.getsid(running.pid or 0) == running.pid
        assert folder == Path("/")


def test_the_steps_of_another_job_on_the_machine_are_none_of_ours(tmp_path: Path):
    jobs = {"ours": "github_1", "theirs": "github_2"}
    with session(tmp_path) as running, ExitStack() as stack:
        for key, job in jobs.items():
            named = {"GITHUB_ACTION": f"{key}-{os.getpid()}", "RUNNER_TRACKING_ID": job}
            step = subprocess.Popen(["sleep", "60"], env={**os.environ, **named})
            stack.enter_context(step)
            stack.callback(step.kill)
        running.environment |= {"RUNNER_TRACKING_ID": "github_1"}
        running.call("start", *OFTEN)
        running.wait_for_samples(2)
        running.call("stop")

    keys = {own.key for batch in running.batches() for own in batch.owners}
    assert f"ours-{os.getpid()}" in keys
    assert f"theirs-{os.getpid()}" not in keys


def test_a_second_start_says_so(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start")
        first = running.pid
        second = running.call("start")

        assert running.pid == first
        assert second.stderr.startswith(f"a sampler runs already: process {first}")


def test_of_many_starts_at_once_one_runs(tmp_path: Path):
    with session(tmp_path) as running:
        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(lambda _: running.call("start").stderr, range(4)))
        running.call("stop")

    assert sorted(bool(words) for words in said) == [False, True, True, True]
    assert len({batch.sampler for batch in running.batches()}) == 1


def test_status_says_what_it_does(tmp_path: Path):
    with session(tmp_path) as running:
        before = running.call("status").stdout
        running.call("start")
        meanwhile = running.call("status").stdout
        running.call("stop")
        after = running.call("status").stdout

    assert before == after == f"no sampler runs for {running.folder}\n"
    assert meanwhile.startswith("sampling: process ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_as_stop_does(number: signal.Signals, tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", "--interval", "60")
        os.kill(running.pid or 0, number)
        wait_until(lambda: running.pid is None)

    assert running.batches()[-1].final
    assert len(running.samples()) == 2
    assert all((running.folder / name).exists() for name in DOCUMENTS)


def test_who_asks_in_between_delays_no_tick(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", "--interval", "0.5")
        for _ in range(20):
            count = len(running.samples())
            os.kill(running.pid or 0, signal.SIGUSR2)
            wait_until(lambda count=count: len(running.samples()) > count)
        asked, began = len(running.samples()), time.monotonic()
        wait_until(lambda: len(running.samples()) > asked)
        elapsed = time.monotonic() - began
        running.call("stop")

    assert elapsed < 6, "twenty times half a second, were each to put it off"


def test_what_was_seen_before_it_was_killed_stays(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        running.wait_for_samples(3)
        os.kill(running.pid or 0, signal.SIGUSR1)
        wait_until(running.batches)
        os.kill(running.pid or 0, signal.SIGKILL)
        wait_until(lambda: not running.is_alive())
        seen = len(running.samples())
        status = running.call("status").stdout
        stopped = running.call("stop")

    assert "has died" in status
    assert stopped.stderr.startswith("the sampler had ended before it was stopped")
    assert len(running.samples()) == seen >= 3
    assert running.document("metrics.json")["memory_metrics"]["peak_usage_mb"] > 0


def test_after_a_death_another_one_goes_on(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        running.wait_for_samples(2)
        os.kill(running.pid or 0, signal.SIGKILL)
        wait_until(lambda: not running.is_alive())
        with (running.folder / "telemetry.jsonl").open("a") as torn:
            torn.write('{"timestamp": "20')
        running.call("start", *OFTEN)
        wait_until(lambda: (running.folder / "telemetry.jsonl").read_bytes().count(b'"host":') == 2)
        running.call("stop")

    lines = (running.folder / "telemetry.jsonl").read_text().splitlines()
    assert [line for line in lines if not line.endswith("}")] == ['{"timestamp": "20']


def test_after_a_stop_another_one_begins_anew(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start")
        running.call("stop")
        first = {batch.sampler for batch in running.batches()}
        running.call("start")
        running.call("stop")

    assert first.isdisjoint({batch.sampler for batch in running.batches()})


def test_a_process_that_bears_its_number_is_not_taken_for_it(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start")
        running.call("stop")
        (running.folder / "sampler.pid").write_text(f"{os.getpid()} 1\n{tmp_path}/x.jsonl\n")
        stopped = running.call("stop")

    assert "had ended" in stopped.stderr  # and this process lives


def test_the_raw_lines_go_where_they_are_wanted(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", "--output-file", "here/F.jsonl")
        running.call("stop")

    assert (tmp_path / "here" / "F.jsonl").read_text().count("\n") == 2
    assert not (running.folder / "telemetry.jsonl").exists()


def test_it_ends_with_its_folder(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        pid = running.pid
        running.folder.rename(tmp_path / "away")
        wait_until(lambda: not is_running(pid))


def test_it_ends_with_the_runner_s_worker(tmp_path: Path):
    worker = tmp_path / "Runner.Worker"
    worker.symlink_to(sys.executable)
    with session(tmp_path) as running:
        words = [*entry(), "start", *OFTEN]
        script = f"import subprocess; subprocess.run({words!r}, check=True)"
        # By its own name, as the runner's: what it runs is known by what it is called.
        named = f"open('/proc/self/comm', 'w').write('Runner.Worker'); {script}; input()"
        with subprocess.Popen(
            [sys.executable, "-c", named], env=running.environment, stdin=subprocess.PIPE
        ) as process:
            wait_until(lambda: len(running.samples()) >= 3)
            process.kill()
        wait_until(lambda: running.pid is None)

    assert running.batches()[-1].final


def is_running(pid: int | None) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_batch_is_made_in_time_and_sooner_while_memory_or_disk_is_short(tmp_path: Path):
    script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from src.sampler import daemon, limits
daemon.{{constant}} = limits.{{constant}} = 200
daemon.is_short = lambda *_: {{is_short}}
from src.sampler.options import StartOptions
daemon.run_daemon(StartOptions(["--interval", "0.05"]), None)
"""
    for constant, is_short in (("BATCH_MS", False), ("SHORT_BATCH_MS", True)):
        with session(tmp_path / constant) as running:
            running.folder.mkdir(parents=True)
            words = [sys.executable, "-c", script.format(constant=constant, is_short=is_short)]
            with subprocess.Popen(words, env=running.environment) as process:
                wait_until(lambda: len(running.batches()) >= 3)
                process.terminate()
        ends_ms = [batch.uptime_ms[-1] for batch in running.batches()[:-1]]
        assert min(after - before for before, after in pairwise(ends_ms)) >= 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("start", "--proc-path", "/nowhere"), "no processes can be seen in /nowhere"),
        (("start", "--dir", "/proc/none"), "nothing is sampled: [Errno 2]"),
        (("start", "--interval", "soon"), "--interval: soon is not between 0.01 and 3600 s"),
        (("start", "now"), "now: start takes options only"),
        (("start", "--size-limit", "-1"), "--size-limit: -1 is not between 0.01 and 10000"),
        (("stop", "--now"), "--now: no such option of stop"),
        (("stop",), "no sampler runs for"),
    ],
)
def test_whatever_is_wrong_costs_a_line(words: tuple[str, ...], said: str, tmp_path: Path):
    with session(tmp_path) as running:
        told = running.call(*words)

        assert said in told.stderr
        assert told.stderr.count("\n") == 1
        assert not running.is_alive()


def test_another_user_s_folder_is_refused(tmp_path: Path):
    if os.getuid() != 0:
        pytest.skip("only root can give a folder away")
    found = Session(tmp_path)
    found.folder.mkdir(mode=0o777)
    os.chown(found.folder, 12345, 12345)
    script = (
        "import os; from src.sampler.folder import Folder\n"
        f"os.setuid(54321); Folder({{}}, {str(found.folder)!r}).make()"
    )
    tmp_path.chmod(0o777)
    temporary = Path(gettempdir())
    for folder in (tmp_path, *(each for each in tmp_path.parents if temporary in each.parents)):
        folder.chmod(folder.stat().st_mode | 0o011)
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is another user's" in told.stderr


def test_it_does_nothing_where_it_is_not_wanted(tmp_path: Path):
    with session(tmp_path) as running:
        running.environment["TELEMETRY_ENABLED"] = "False"
        assert running.call("start").stderr == ""
        assert running.call("step", "start", "x").stdout == ""

    assert not running.folder.exists()


def test_a_full_disk_costs_lines_and_nothing_else(tmp_path: Path):
    script = f"ulimit -f 6; exec {' '.join(entry())} start --interval 0.05"
    with session(tmp_path) as running:
        subprocess.run(
            ["bash", "-c", script], env=running.environment, check=True, timeout=60, cwd=tmp_path
        )
        log = running.folder / "sampler.log"
        wait_until(lambda: log.stat().st_size)
        assert running.is_alive()
        running.call("stop")

    assert "No space left on device" in log.read_text()
    assert log.read_text().count("\n") <= 3
    assert running.samples()
    assert (running.folder / "telemetry.jsonl").read_bytes().endswith(b"}\n")


def test_its_files_do_not_grow_beyond_their_limit(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", "--interval", "0.01", "--size-limit", "0.05")
        wait_until(lambda: any(line["sampler"]["thinned"] >= 2 for line in running.samples()))
        size = (running.folder / "telemetry.jsonl").stat().st_size
        running.call("stop")

    samples = running.samples()
    assert size <= 0.05 * 2**20
    assert "host" in samples[0]
    assert samples[-1]["sampler"]["every"] == 2 ** samples[-1]["sampler"]["thinned"]
    times_ms = [sample["time_ms"] for sample in samples]
    assert times_ms == sorted(times_ms)
