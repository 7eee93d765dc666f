"""`collect`: a sampler for as long as a process runs, whatever ends it."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sampler.in_background import Session, session, wait_until
from tests.sampler.running import entry

OFTEN = ("--sampling-rate", "0.1")


@contextmanager
def collecting(
    running: Session, *options: str, prefix: tuple[str, ...] = ()
) -> Iterator["subprocess.Popen[bytes]"]:
    """One that runs, and does not outlive us."""
    words = [*prefix, *entry(), "collect", *OFTEN, *options]
    process = subprocess.Popen(
        words,
        env=running.environment,
        cwd=running.folder.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_its_files_are_whole(number: signal.Signals, tmp_path: Path):
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("who runs the tests ignores it, and so does all that they start")
    with session(tmp_path) as running, collecting(running) as process:
        running.wait_for_samples(2)
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)

        assert (process.returncode, said) == (0, b"")
        assert not running.is_alive()
    assert running.batches()[-1].final
    assert running.document("metrics.json")["memory_metrics"]["peak_usage_mb"] > 0


def test_raw_lines_go_where_they_are_wanted(tmp_path: Path):
    with session(tmp_path) as running, collecting(running, "--output-file", "tmp/x.jsonl") as it:
        file = tmp_path / "tmp" / "x.jsonl"
        wait_until(lambda: file.exists() and file.read_bytes().count(b"\n") > 1)
        it.terminate()
        it.wait(60)
        running.call("summarize", "--input-file", str(file), "--github-summary", "tmp/summary.md")

    first, *_ = file.read_text().splitlines()
    assert json.loads(first).keys() >= {"timestamp", "processes_memory", "memory_stats"}
    assert (tmp_path / "tmp" / "summary.md").read_text().startswith("#")


def test_what_nohup_ignores_does_not_end_it(tmp_path: Path):
    with session(tmp_path) as running, collecting(running, prefix=("nohup",)) as process:
        running.wait_for_samples(1)
        process.send_signal(signal.SIGHUP)
        running.wait_for_samples(len(running.samples()) + 3)

        assert process.poll() is None
        process.terminate()
        process.wait(60)
        assert not running.is_alive()


def test_it_ends_with_the_sampler(tmp_path: Path):
    with session(tmp_path) as running, collecting(running) as process:
        running.wait_for_samples(1)
        running.call("stop")

        assert process.wait(60) == 0


def test_another_s_sampler_is_left_alone(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        with collecting(running) as process:
            said, _ = process.communicate(timeout=60)

        assert said.startswith(b"a sampler runs already: process ")
        assert running.is_alive()
        running.call("stop")


def test_options_are_those_of_start(tmp_path: Path):
    told = Session(tmp_path).call("collect", "--sampling-rate", "never").stderr

    assert told == "--sampling-rate: never is not between 0.01 and 3600 s\n"
