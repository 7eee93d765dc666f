"""`run` on real commands, compared with what they know of themselves."""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from src.analysis.amounts import say_seconds
from src.model.batches import decode
from src.sampler.used import FIGURES
from tests.sampler.running import ENTRY, entry, pythons, run

PYTHON = sys.executable
MIB = 2**20
OFTEN = ("--interval", "0.1")
# Takes what nobody else wants of the machine: other tests go on beside it.
LAST = ("nice", "-n", "19")
BURN = """
import resource, time
while time.process_time() < 0.8: sum(range(10_000))
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)
"""
HOLD = """
import resource, time
held = b"x" * (150 * 2**20)
time.sleep(1.5)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:  # whose parent does not live long enough to be seen
        while time.process_time() < 0.5: sum(range(10_000))
        open("done", "w").close()
    os._exit(0)
os.wait()
while not os.path.exists("done"): time.sleep(0.05)
"""

PRETEND = """
import shlex, signal, subprocess, sys
sys.path.insert(0, "{root}")
sys.platform = "{platform}"
if sys.platform == "win32":
    sys.modules.update(dict.fromkeys(("fcntl", "resource")))
    del signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.pthread_sigmask
from src.sampler.main import main
sys.exit(main(["run", *shlex.split({command!r})]))
"""


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parents[1].name)
def test_every_python_runs_it_where_the_user_has_a_src(python: str, tmp_path: Path):
    ran = run(tmp_path, "sh", "-c", "sleep 0.3; exit 7", options=OFTEN, python=python)

    assert ran.exit_code == ran.used["exit_code"] == 7
    assert ran.used["complaints"] == []
    assert ran.used["samples"] >= 3
    seconds = ran.used["wall_seconds"]
    assert seconds >= 0.3
    assert ran.said.startswith(f"sh -c ended with 7 after {say_seconds(seconds)}\n")


def test_the_names_are_those_of_the_table(tmp_path: Path):
    assert list(run(tmp_path, "true").used) == [figure.name for figure in FIGURES]


def test_cpu_time_is_the_command_s(tmp_path: Path):
    ran = run(tmp_path, PYTHON, "-c", BURN, options=OFTEN)
    truth_seconds = float(ran.output.split()[0])

    assert ran.used["cpu_seconds"] == pytest.approx(truth_seconds, abs=0.03)
    assert ran.used["cpu_cores_max"] <= 1.25
    assert ran.used["processes"][0]["cpu_seconds"] == pytest.approx(truth_seconds, abs=0.05)


def test_memory_is_the_most_that_was_held(tmp_path: Path):
    ran = run(tmp_path, PYTHON, "-c", HOLD, options=OFTEN)

    assert ran.used["memory_peak_bytes"] == pytest.approx(int(ran.output) * 1024, rel=0.02)


def test_memory_is_that_of_all_processes_together(tmp_path: Path):
    script = f"{PYTHON} -c '{HOLD}' & {PYTHON} -c '{HOLD}'; wait"
    ran = run(tmp_path, "bash", "-c", script, options=OFTEN)

    assert ran.used["memory_peak_bytes"] == pytest.approx(2 * 160 * MIB, rel=0.1)


def test_memory_of_a_small_command_is_not_the_sampler_s(tmp_path: Path):
    ran = run(tmp_path, "sleep", "0.3", options=OFTEN)

    assert 0 < ran.used["memory_peak_bytes"] < 6 * MIB


def test_written_bytes_are_exact(tmp_path: Path):
    if os.major(tmp_path.stat().st_dev) == 0:
        pytest.skip("no disk is behind the temporary folder")
    ran = run(tmp_path, "dd", "if=/dev/zero", "of=file", "bs=1M", "count=20")

    assert ran.used["disk_write_bytes"] == pytest.approx(20 * MIB, abs=64 * 1024)


def test_a_daemon_s_cpu_time_counts(tmp_path: Path):
    ran = run(tmp_path, PYTHON, "-c", DAEMON, options=OFTEN)

    assert ran.used["cpu_seconds"] > 0.45


def test_a_daemon_that_lives_on_does_not_keep_us(tmp_path: Path):
    ran = run(tmp_path, "sh", "-c", "sleep 60 > /dev/null 2>&1 & echo $! > daemon; exit 0")
    os.kill(int((tmp_path / "daemon").read_text()), signal.SIGKILL)  # it is still there

    assert ran.exit_code == 0


@pytest.mark.slow
def test_many_short_processes_are_accounted_for(tmp_path: Path):
    script = "for i in $(seq 1500); do /bin/true; done"
    ran = run(tmp_path, "bash", "-c", script, options=("--samples", "samples.jsonl"))
    sampled_ticks = 0
    for line in (tmp_path / "samples.jsonl").read_text().splitlines():
        batch = decode(line)
        sampled_ticks = next(own.cpu_ticks[-1] for own in batch.owners if own.key == "command")

    assert sampled_ticks / 100 == pytest.approx(ran.used["cpu_seconds"], rel=0.05, abs=0.03)


def test_one_command_may_run_within_another(tmp_path: Path):
    """Also a daemon of the inner one is the outer one's."""
    inner = [*entry(), "run", "--json", "inner.json", "--interval", "0.1"]
    outer = run(tmp_path, *inner, "--", PYTHON, "-c", DAEMON, options=OFTEN)
    used = json.loads((tmp_path / "inner.json").read_text())

    assert used["cpu_seconds"] > 0.45
    assert outer.used["cpu_seconds"] > used["cpu_seconds"]


@pytest.mark.timed
def test_the_shortest_command_uses_a_little(tmp_path: Path):
    assert 0 < run(tmp_path, "true").used["cpu_seconds"] < 0.01  # less than the kernel's ticks tell


def test_batches_are_written_as_they_are_sent(tmp_path: Path):
    (tmp_path / "samples.jsonl").write_text("of an earlier run\n")
    run(
        tmp_path, "sleep", "0.9", options=("--interval", "0.01", "--samples", "samples.jsonl")
    )  # fmt: skip
    batches = [decode(line) for line in (tmp_path / "samples.jsonl").read_text().splitlines()]

    assert [batch.sequence for batch in batches] == list(range(len(batches)))
    assert [batch.final for batch in batches] == [False] * (len(batches) - 1) + [True]
    assert len({batch.sampler for batch in batches}) == 1
    assert len(batches) >= 2
    (host,) = {batch.host.cpus for batch in batches}
    assert host == len(os.sched_getaffinity(0)) or batches[0].host.cpu_limit_cores


def test_standard_streams_are_the_command_s(tmp_path: Path):
    ran = run(tmp_path, "sh", "-c", "cat; echo oops >&2", input="given")

    assert ran.output == "given"
    assert ran.said.startswith("oops\n")


def test_pipes_break_as_they_should(tmp_path: Path):
    ran = run(tmp_path, "bash", "-c", "set -o pipefail; yes | head -1; exit ${PIPESTATUS[0]}")

    assert ran.exit_code == 128 + signal.SIGPIPE
    assert "yes: " not in ran.said


def test_an_ending_by_a_signal_is_told_as_by_a_shell(tmp_path: Path):
    assert run(tmp_path, "sh", "-c", "kill -9 $$").exit_code == 137


@pytest.mark.parametrize(
    ("command", "exit_code", "said"),
    [
        ("no-such-command", 127, "no-such-command: command not found\n"),
        ("./no/such/file", 127, "./no/such/file: no such file\n"),
        ("", 127, "'': no command has an empty name\n"),
        ("/", 126, "/: Permission denied\n"),
        ("./plain.txt", 126, "./plain.txt: Permission denied\n"),
    ],
)
def test_what_cannot_be_run_costs_one_line(command: str, exit_code: int, said: str, tmp_path: Path):
    (tmp_path / "plain.txt").write_text("")
    ran = run(tmp_path, command)

    assert (ran.exit_code, ran.said) == (exit_code, said)


def test_a_script_need_not_say_what_runs_it(tmp_path: Path):
    script = tmp_path / "script"
    script.write_text('exit "$1"\n')
    script.chmod(0o755)

    assert run(tmp_path, "./script", "5").exit_code == 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_signals_reach_the_command(number: signal.Signals, tmp_path: Path):
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("who runs the tests ignores it, and so does all that they start")
    wait = "for i in $(seq 200); do sleep 0.05; done"
    script = f"trap 'echo got it; exit 9' {number.name[3:]}; echo ready; {wait}"
    with subprocess.Popen(
        [*entry(), "run", "--", "bash", "-c", script],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        output, said = process.communicate(timeout=60)

    assert (output, process.returncode) == ("got it\n", 9)
    assert said.startswith("bash -c ended with 9")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--interval", "never"), "--interval: never is not between 0.01 and 3600 s\n"),
        (("--interval", "0"), "--interval: 0 is not between 0.01 and 3600 s\n"),
        (("--frequency", "1"), "--frequency: no such option of run\n"),
    ],
)
def test_what_is_not_understood_costs_one_line(options: tuple[str, ...], said: str, tmp_path: Path):
    ran = run(tmp_path, "true", options=options)

    assert (ran.exit_code, ran.said) == (2, said)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
@pytest.mark.parametrize(
    ("command", "exit_code", "said"),
    [("sh -c 'exit 4'", 4, ""), ("nobody", 127, "nobody: command not found\n")],
)
def test_elsewhere_than_on_linux_the_command_runs_all_the_same(
    platform: str, command: str, exit_code: int, said: str
):
    ran = subprocess.run(
        [PYTHON, "-c", PRETEND.format(platform=platform, root=ENTRY.parents[1], command=command)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == exit_code
    assert ran.stderr == f"nothing is sampled: this is {platform}, and /proc is Linux's\n{said}"


def test_a_proc_that_cannot_be_read_costs_a_line_and_the_samples(tmp_path: Path):
    ran = run(tmp_path, "sh", "-c", "exit 3", options=("--proc-path", str(tmp_path)))

    assert ran.exit_code == 3
    assert ran.used["complaints"] == [f"sampling failed: no processes can be seen in {tmp_path}"]
    assert ran.used["wall_seconds"] > 0
    assert ran.used["cpu_cores_max"] is None


def test_a_full_disk_costs_a_line(tmp_path: Path):
    options = ("--json", "/dev/full", "--samples", "/dev/full")
    ran = run(tmp_path, "sh", "-c", "exit 3", options=options)

    assert ran.exit_code == 3
    assert "(--samples: [Errno 28] No space left on device)" in ran.said
    assert "--json: [Errno 28] No space left on device" in ran.said


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-", ">&-", "<&-"])
def test_a_stream_that_is_closed_or_full_changes_nothing(redirection: str, tmp_path: Path):
    line = f"{' '.join(entry())} run --interval 0.05 -- sh -c 'sleep 0.1; exit 3' {redirection}"

    assert subprocess.run(line, shell=True, check=False, cwd=tmp_path).returncode == 3  # noqa: S602


def test_a_file_that_cannot_be_written_is_told_before_the_command_runs(tmp_path: Path):
    ran = run(tmp_path, "sh", "-c", "echo now >&2", options=("--json", "/no/such/folder/x.json"))

    assert ran.exit_code == 0
    assert ran.said.index("--json: /no/such/folder/x.json cannot be written") < ran.said.index(
        "now"
    )


@pytest.mark.slow
def test_others_on_the_machine_are_not_the_commands_to_answer_for(tmp_path: Path):
    with ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            burner = subprocess.Popen([*LAST, sys.executable, "-c", "while True: pass"])
            stack.callback(burner.wait)
            stack.callback(burner.kill)
        ran = run(tmp_path, "sleep", "11")

    assert ran.used["findings"] == []
    assert ran.used["cpu_cores_mean"] < 0.1
    assert ran.used["cpu_cores_others"] > 0.5
    assert {process["name"] for process in ran.used["processes"]} <= {"sleep"}
