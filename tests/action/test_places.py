"""The Action in containers, under a memory limit, with every Python there is: figures stay true."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.contained import run_within
from tests.action.runner import Finished, Runner, Step
from tests.action.shown import (
    FAST,
    assert_cpu_is_true,
    assert_untouched,
    burn,
    notices,
    owner_cpu_seconds,
    rows,
    sampled,
    verdict_on,
)
from tests.sampler.running import pythons

pytestmark = pytest.mark.slow

MIB = 2**20
CONTAINER = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c")
ITS_OWN_PROC = 'mount -t proc proc /proc && exec "$@"'
HOSTS_BESIDE_IT = (
    'mkdir {host} && mount --rbind /proc {host} && mount -t proc proc /proc && exec "$@"'
)


# --- containers -------------------------------------------------------------------------------


def in_a_container(folder: Path, script: str, given: dict[str, str], *steps: Step) -> Finished:
    """As GitHub runs a job's steps, and the actions among them, in the job's container."""
    if subprocess.run([*CONTAINER, "mount -t proc proc /proc"], check=False).returncode:
        pytest.skip("namespaces cannot be made here")
    telemetry = Runner(folder).telemetry(sampling_rate=FAST, **given)
    return run_within([*CONTAINER, script, "sh"], folder, [telemetry, *steps])


def test_in_a_container_steps_are_told_by_what_is_seen_there(tmp_path: Path):
    steps = Step("Compile", run=burn(2.0), id="compile_it"), Step("Wait", run="sleep 1; true")
    done = in_a_container(tmp_path, ITS_OWN_PROC, {}, *steps)

    assert_untouched(done)
    assert notices(done) == []
    assert rows(done) == ["compile_it", "__run"]
    assert_cpu_is_true(done, "Compile")
    assert sampled(done)[0].host.is_container


def test_a_host_s_proc_in_a_container_shows_the_steps_and_the_host(tmp_path: Path):
    host = tmp_path / "host"
    script = HOSTS_BESIDE_IT.format(host=host)
    compile_it = Step("Compile", run=burn(2.0), id="compile_it")
    done = in_a_container(tmp_path, script, {"proc_path": str(host)}, compile_it)

    assert_untouched(done)
    assert notices(done) == []
    assert rows(done)[0] == "compile_it"
    assert_cpu_is_true(done, "Compile")
    assert not sampled(done)[0].host.is_container


def test_a_recorded_machine_s_proc_is_told_of_though_nothing_happens_there(
    runner: Runner, corpus: Path
):
    """What a container has of a host's: processes of other numbers, files of other kernels."""
    proc = corpus / "proc" / "prometheus-procfs" / "proc"
    done = runner.run(
        [
            runner.telemetry(sampling_rate=FAST, proc_path=str(proc)),
            Step("Work", run="sleep 1; true"),
        ]
    )

    assert_untouched(done)
    assert notices(done) == []
    assert "**The runner" in done.summary
    assert rows(done) == []
    assert not verdict_on(done).usage.usage.cpu_seconds


# --- a limit of memory ------------------------------------------------------------------------


LIMITS = {
    Path("/sys/fs/cgroup/memory/cgroup.procs"): "memory.limit_in_bytes",
    Path("/sys/fs/cgroup/cgroup.procs"): "memory.max",
}


@pytest.fixture
def small_group() -> Iterator[Path]:
    """A control group that may use 64 MiB, of whichever version there is."""
    for file, limit in LIMITS.items():
        if not file.exists():
            continue
        group = file.parent / f"telemetry-{uuid.uuid4().hex[:8]}"
        try:
            group.mkdir()
            (group / limit).write_text(str(64 * MIB))
        except OSError as exc:
            pytest.skip(f"no control group can be made here: {exc}")
        yield group
        group.rmdir()
        return
    pytest.skip("no control group limits memory here")


def test_a_step_that_runs_out_of_memory_is_told_with_why(runner: Runner, small_group: Path):
    hog = f"{sys.executable} -I -S -c 'held = bytearray({MIB} * 400); held[::4096] = held[::4096]'"
    done = runner.run(
        [
            runner.telemetry(sampling_rate=FAST),
            Step("Hog", run=f"echo $$ > {small_group}/cgroup.procs; sleep 1; {hog}", id="hog_it"),
            Step("Never", run="true"),
        ]
    )

    assert [each.name for each in done.ran if each.conclusion != "success"] == ["Hog"]
    assert notices(done) == []
    assert rows(done) == ["hog_it"]
    assert "ran into a memory limit of its own" in done.summary


# --- every Python -----------------------------------------------------------------------------


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parents[1].name)
def test_any_python_will_do(python: str, tmp_path: Path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(python)
    runner = Runner(tmp_path, env={"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
    done = runner.run(
        [
            runner.telemetry(sampling_rate=FAST),
            Step("Compile", run=burn(1.5), id="compile_it"),
        ]
    )

    assert_untouched(done)
    assert notices(done) == []
    assert rows(done) == ["compile_it"]
    truth_seconds = done.step("Compile").cpu_seconds
    assert owner_cpu_seconds(done, "compile_it") == pytest.approx(truth_seconds, rel=0.03)
