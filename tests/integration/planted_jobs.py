"""A small machine in; on it jobs whose steps are each short of one thing, really run, out.

As long as a step must be to be judged, and no longer.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from src.analysis.rules import SHORT_SECONDS
from tests.action.contained import run_within
from tests.action.runner import Finished, Runner, Step
from tests.action.shown import burn, python
from tests.integration.small_machine import MIB, small_machine, tells_stalls

SECONDS = SHORT_SECONDS + 0.7  # GitHub cuts both ends to the second
WAIT_SECONDS = 31.0  # `waiting` is not said of less than 30
PAIR_CPU_SECONDS = 5.5
DAEMON_CPU_SECONDS = 5.0
STARTER_SECONDS = 2.0
WHILE_OTHERS_BURN_SECONDS = 12.0  # of them there are more than cores
MEMORY_PERCENT = 95
CHUNKS_PER_SECOND = 100  # MiB

RUN_ID, ATTEMPT, REPOSITORY_ID = 301, 2, 77

_FILL = f"""
import os, time
folder = [line.split(":")[2].strip() for line in open("/proc/self/cgroup") if "memory" in line]
folder = "/sys/fs/cgroup/memory" + folder[0] if folder else "/sys/fs/cgroup" + (
    open("/proc/self/cgroup").read().strip().split(":")[2])
def number(name): return int(open(f"{{folder}}/{{name}}").read())
def cached():
    told = dict(line.split() for line in open(f"{{folder}}/memory.stat"))
    names = "total_active_file", "total_inactive_file"
    return sum(int(told.get(n, told[n[6:]])) for n in names)
is_old = os.path.exists(f"{{folder}}/memory.usage_in_bytes")
limit = number("memory.limit_in_bytes" if is_old else "memory.max")
held = []
while True:
    used = number("memory.usage_in_bytes" if is_old else "memory.current") - cached()
    if used * 100 >= limit * {MEMORY_PERCENT}: break
    held.append(os.urandom(1 << 20))
time.sleep({SECONDS})
"""
_DOWNLOAD = """
import socket
with socket.create_connection(("{address}", {port})) as line:
    while line.recv(1 << 20): pass
"""
# Straight to the disk, in pieces that take it far longer than the CPU.
_WRITE = f"""
import mmap, os, threading, time
end = time.monotonic() + {SECONDS}
piece = mmap.mmap(-1, {8 * MIB})
piece[:] = os.urandom({8 * MIB})
def write(number):
    file = os.open(f"written-{{number}}", os.O_WRONLY | os.O_CREAT | os.O_DIRECT | os.O_DSYNC)
    while time.monotonic() < end: os.pwrite(file, piece, 0)
for number in range(4): threading.Thread(target=write, args=(number,)).start()
"""
_DAEMON = f"""
import time
while time.process_time() < {DAEMON_CPU_SECONDS}: pass
file = open("daemon-cpu", "w")
print(time.process_time(), file=file)
"""


@dataclass(frozen=True)
class Planted:
    """A job that ran: what it is called, what it was planted with, what became of it.

    Attributes:
        bottlenecks: by the step's name, any of which is right.
        batches: all that its sampler made, as it sent them.
        daemon_cpu_seconds: of what outlived its step.
    """

    job_id: int
    name: str
    bottlenecks: Mapping[str, frozenset[str]]
    finished: Finished
    batches: Sequence[bytes]
    daemon_cpu_seconds: float | None


@dataclass(frozen=True)
class Plan:
    """A job to run; `bottlenecks` are as in Planted."""

    job_id: int
    name: str
    bottlenecks: Mapping[str, frozenset[str]]
    cores: float = 1
    is_container: bool = True

    def steps(self, address: str, port: int) -> list[Step]:
        """Its own, without ours; from this address and port it may download."""
        return _STEPS[self.name](address, port)


def build_steps(address: str, port: int) -> list[Step]:
    """Of a job that is short of one thing after another."""
    daemon = f"nohup {_in_one_command(_DAEMON)} >/dev/null 2>&1 </dev/null &"
    # What it used is known a sample after its end, and GitHub cuts up to a second off the step's.
    awaited = "until test -s daemon-cpu; do sleep 0.1; done; sleep 2.2"
    return [
        Step("Compile", run=burn(SECONDS), id="compile_it"),
        Step(
            "Download",
            run=python(_DOWNLOAD.format(address=address, port=port)),
            id="download_it",
        ),
        Step("Start a daemon", run=f"{daemon} sleep {STARTER_SECONDS}", id="start_it"),
        Step("Use the daemon", run=awaited, id="use_it"),
        Step("Fill memory", run=python(_FILL), id="fill_it"),
        Step("Test", run=burn(PAIR_CPU_SECONDS), id="test_it", is_background=True),
        Step("Lint", run=burn(PAIR_CPU_SECONDS), id="lint_it", is_background=True),
    ]


def _in_one_command(script: str) -> str:
    return python(script).removesuffix("; true")


_STEPS = {
    "build": build_steps,
    "deploy": lambda *_: [Step("Wait", run=f"sleep {WAIT_SECONDS}", id="wait_for_it")],
    "publish": lambda *_: [
        Step("Prepare", run=f"sleep {WHILE_OTHERS_BURN_SECONDS}; true", id="prepare_it"),
        Step("Write", run=python(_WRITE), id="write_it"),
    ],
}

PLANS = (
    Plan(
        501,
        "build",
        {
            "Compile": frozenset({"cpu_bound"}),
            "Fill memory": frozenset({"memory_bound"}),
            "Download": frozenset({"download_heavy"}),
            "Test": frozenset({"throttled"}),
            "Lint": frozenset({"throttled"}),
        },
    ),
    # In a container, where no stalls are told, it may have waited for a disk.
    Plan(502, "deploy", {"Wait": frozenset({"waiting"})} if tells_stalls() else {}),
    Plan(
        503,
        "publish",
        # Which of them depends on the disk.
        {"Write": frozenset({"disk_saturated", "slow_disk", "io_congestion"})},
        # Disks are seen from outside of containers alone, as is that others wait for a core: so it
        # has two, of which it uses next to nothing.
        cores=2,
        is_container=False,
    ),
)


def run_planted(plan: Plan, folder: Path, port: int, key: str) -> Planted:
    """Run it on a machine of its own; what is sampled goes to the frontend at this port."""
    with (
        small_machine(cores=plan.cores, is_container=plan.is_container) as machine,
        downloads(machine.address) as from_port,
    ):
        told = Runner(folder).telemetry(
            push_url=f"http://{machine.address}:{port}", push_secret=key, job_id=str(plan.job_id)
        )
        steps = [told, *plan.steps(machine.address, from_port)]
        finished = run_within(machine.command, folder, steps, _environment(plan))
    daemon = folder / "work" / "daemon-cpu"
    samples = Path(finished.env["TELEMETRY_DIR"]) / "batches.jsonl"
    return Planted(
        plan.job_id,
        plan.name,
        plan.bottlenecks,
        finished,
        samples.read_bytes().splitlines(),
        float(daemon.read_text()) if daemon.exists() else None,
    )


def _environment(plan: Plan) -> dict[str, str]:
    return {
        "GITHUB_REPOSITORY_ID": str(REPOSITORY_ID),
        "GITHUB_RUN_ID": str(RUN_ID),
        "GITHUB_RUN_ATTEMPT": str(ATTEMPT),
        "GITHUB_JOB": plan.name,
        "RUNNER_NAME": f"runner of {plan.name}",
    }


@contextmanager
def downloads(address: str) -> Iterator[int]:
    """A port from which comes as much as a steady line gives, for as long as a step is judged."""
    with socket.create_server((address, 0)) as server:
        thread = threading.Thread(target=_serve, args=(server,))
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket) -> None:
    try:
        line, _ = server.accept()
    except OSError:
        return  # nobody came
    with line:
        began = time.monotonic()
        for number in range(round(SECONDS * CHUNKS_PER_SECOND)):
            line.sendall(bytes(MIB))
            time.sleep(max(0.0, began + number / CHUNKS_PER_SECOND - time.monotonic()))


def with_job(batch: bytes, **job: int) -> bytes:
    """The same batch, as another job's sampler would have declared it."""
    told = json.loads(batch)
    return json.dumps({**told, "job": {**told["job"], **job}}).encode()
