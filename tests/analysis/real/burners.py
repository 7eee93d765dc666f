"""A town of processes that use CPU, memory and disk, while getrusage keeps the truth: a script.

    python -I -S burners.py town FOLDER     what the steps below used, as JSON lines, at their end
    python -I -S burners.py BURNER FOLDER   one of them

The town adopts orphans, as init does; below it a runner starts steps as GitHub's does: with
GITHUB_ACTION in their environment, not in its own.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
MIB = 1024 * 1024
FORKS = 3000
FORKING = f"""
child=0
while [ $child -lt {FORKS} ]; do
    (i=0; while [ $i -lt 100 ]; do i=$((i + 1)); done)
    child=$((child + 1))
done
"""
IN_SEQUENCE = ("cpu", "memory", "disk", "sleep", "daemon", "forks", "tree")
AT_ONCE = ("cpu", "memory", "forks", "tree")
PAUSE_SECONDS = 1.5  # so that no step lies between two samples


def burn(seconds: float) -> None:
    """Use so much CPU of this process."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def cpu(_: Path) -> None:
    burn(2.0)


def memory(_: Path) -> None:
    held = bytearray(os.urandom(MIB)) * 150
    time.sleep(PAUSE_SECONDS)
    del held


def disk(folder: Path) -> None:
    path = folder / f"{os.getpid()}.bin"
    with path.open("wb") as file:
        for _ in range(40):
            file.write(os.urandom(MIB))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    time.sleep(PAUSE_SECONDS)


def sleep(_: Path) -> None:
    time.sleep(PAUSE_SECONDS)


def forks(_: Path) -> None:
    """Children that live for less than a millisecond: few of them at a sample."""
    os.execv("/bin/sh", ["sh", "-c", FORKING])  # noqa: S606  # a shell forks quickest


def tree(_: Path) -> None:
    """A make and its compilers: some live for samples, some do not, some bear others."""
    for seconds in (0.05, 0.7, 0.2, 0.4):
        child(lambda seconds=seconds: (child(lambda: burn(seconds)), burn(seconds / 2)))


def daemon(folder: Path) -> None:
    """It leaves a process behind, which works on while other steps run, and tells what it used."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for _ in range(20):
                burn(0.05)
                time.sleep(0.2)
            own = resource.getrusage(resource.RUSAGE_SELF)
            tell(folder, "daemon's own", os.environ["GITHUB_ACTION"], own)
        os._exit(0)
    os.wait()
    burn(0.3)


def child(work: object) -> None:
    """Fork, work there, wait."""
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    os.waitpid(pid, 0)


def tell(folder: Path, name: str, key: str, used: resource.struct_rusage, **others: int) -> None:
    """Add a line to the truth."""
    line = {
        "name": name,
        "key": key,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "memory_max_kb": used.ru_maxrss,
        **others,
    }
    with (folder / "truth.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def run_step(folder: Path, name: str, key: str) -> None:
    """Run a burner as a step; wait4 knows what it and those that it waited for used."""
    start_ms = time.time_ns() // 10**6
    command = [sys.executable, "-I", "-S", __file__, name, str(folder)]
    step = subprocess.Popen(command, env={**os.environ, "GITHUB_ACTION": key})
    _, _, used = os.wait4(step.pid, 0)
    step.returncode = 0
    tell(folder, name, key, used, start_ms=start_ms, end_ms=time.time_ns() // 10**6)


def runner(folder: Path) -> None:
    """Steps one after another, then several at once; their keys as GitHub's runner makes them."""
    keys = iter(["__run", *(f"__run_{n}" for n in range(2, 100))])
    for name in IN_SEQUENCE:
        run_step(folder, name, next(keys))
    with ThreadPoolExecutor(len(AT_ONCE)) as pool:
        for name in AT_ONCE:
            pool.submit(run_step, folder, name, next(keys))


def town(folder: Path) -> None:
    """Adopt what the runner's steps leave behind, until all are gone and this one is told to go."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if os.fork() == 0:
        runner(folder)
        os._exit(0)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    (folder / "done").touch()
    sys.stdin.read()


if __name__ == "__main__":
    {f.__name__: f for f in (town, cpu, memory, disk, sleep, forks, tree, daemon)}[sys.argv[1]](
        Path(sys.argv[2])
    )
