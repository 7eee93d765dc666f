"""A number in, so many processes on this machine out; or a rate in, so many forks a second.

`python -I -S bench/crowd.py RATE SECONDS` forks at that rate for so long, and prints what it and
its children used by the kernel's word: `{"forks", "cpu_seconds"}`.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_SECONDS = "600"
PROGRAM = "/bin/true"


def count_processes() -> int:
    """All that can be seen, the caller among them."""
    return sum(folder.name.isdigit() for folder in Path("/proc").iterdir())


@contextmanager
def crowd(count: int) -> Iterator[int]:
    """Sleeping ones beside those that there are, until there are `count`; how many there are."""
    command = ("sleep", LONGEST_SECONDS)
    lacking = range(count - count_processes())
    sleeping = [subprocess.Popen(command, stdin=subprocess.DEVNULL) for _ in lacking]
    try:
        yield count_processes()
    finally:
        for process in sleeping:
            process.terminate()
        for process in sleeping:
            process.wait()


def fork(rate: int, seconds: float) -> dict[str, float]:
    """Fork and wait, `rate` times a second, never more than one at a time."""
    started = time.monotonic()
    forks = round(rate * seconds)
    for number in range(forks):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        os.waitpid(os.posix_spawn(PROGRAM, [PROGRAM], os.environ), 0)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"forks": forks, "cpu_seconds": sum(each.ru_utime + each.ru_stime for each in used)}


if __name__ == "__main__":
    print(json.dumps(fork(int(sys.argv[1]), float(sys.argv[2]))))
