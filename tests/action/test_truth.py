"""What the Action tells of steps, held against what their own programs and the kernel know."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.action.contained import run_within
from tests.action.runner import Finished, Runner, Step
from tests.action.shown import (
    FAST,
    SECOND_MS,
    assert_cpu_is_true,
    assert_untouched,
    burn,
    folder,
    notices,
    processes_of,
    python,
    used_by_step,
)

pytestmark = pytest.mark.slow

MIB = 2**20
HELD_MIB, WRITTEN_MIB, MOVED_MIB = 300, 64, 64

HOLD = f"""
import os, time
held = os.urandom({MIB}) * {HELD_MIB}
time.sleep(3.5)
"""
# Burning at last has the kernel show what was written: who looks on looks for work in CPU time.
WRITE = f"""
import os, time
file = os.open("written", os.O_WRONLY | os.O_CREAT)
for _ in range({WRITTEN_MIB}): os.write(file, os.urandom({MIB}))
os.fsync(file)
end = time.process_time() + 0.1
while time.process_time() < end: pass
time.sleep(2.2)
print(*[line.split()[1] for line in open("/proc/self/io") if line.startswith("write_bytes")])
"""


# --- CPU, memory, storage ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A job at the usual rate, a sample a second, with steps of a few seconds."""
    runner = Runner(tmp_path_factory.mktemp("job"))
    inner = tuple(Step(f"inner {number}", run=burn(1.2)) for number in range(3))
    finished = runner.run(
        [
            runner.telemetry(),
            Step("Compile", run=burn(3.0), id="compile_it"),
            Step("As another", run=f"env -i {burn(3.0)}", id="strip_it"),  # as sudo does
            Step("Composite", steps=inner, id="composite_one"),
            Step("Hold", run=python(HOLD), id="hold_it"),
            Step("Write", run=python(WRITE), id="write_it"),
            Step("Test", run=burn(6.0), id="test_it", is_background=True),
            Step("Lint", run=burn(3.0), id="lint_it", is_background=True),
        ]
    )
    assert_untouched(finished)
    assert notices(finished) == []
    return finished


@pytest.mark.parametrize("whole_ms", [1, SECOND_MS], ids=["to the millisecond", "as GitHub tells"])
@pytest.mark.parametrize("name", ["Compile", "As another", "Composite", "Test", "Lint"])
def test_cpu_time_is_that_of_the_step_s_programs(done: Finished, name: str, whole_ms: int):
    assert_cpu_is_true(done, name, whole_ms=whole_ms)


def test_peak_memory_is_what_the_step_s_program_held(done: Finished):
    held_bytes = pytest.approx(done.step("Hold").memory_max_bytes, rel=0.05)

    assert used_by_step(done)["Hold"].usage.memory_own_max_bytes == held_bytes
    by_name_kb = [max(group.resident_kb) for group in processes_of(done, "hold_it")]
    assert max(by_name_kb) * 1024 == held_bytes


def test_written_bytes_are_those_that_the_kernel_counted_for_it(done: Finished):
    """To the whole MiB that a batch tells them in, however many samples they are spread over."""
    if os.major(folder(done).stat().st_dev) == 0:
        pytest.skip("no disk is behind the temporary folder")
    counted_bytes = int(done.step("Write").output)

    written_kb = [group.written_kb[-1] or 0 for group in processes_of(done, "write_it")]
    assert max(written_kb) * 1024 == counted_bytes // MIB * MIB
    assert counted_bytes >= WRITTEN_MIB * MIB


# --- network ----------------------------------------------------------------------------------


SERVE = f"""
import socket
server = socket.create_server(("{{server}}", 7000))
print("ready", flush=True)
while True:
    line, _ = server.accept()
    with line:
        if line.recv(1) == b"d": line.sendall(bytes({MOVED_MIB * MIB}))
        while line.recv(1 << 20): pass
"""
MOVE = """
import socket, time
time.sleep(0.7)
with socket.create_connection(("{server}", 7000)) as line:
    line.sendall({first})
    line.shutdown(socket.SHUT_WR)
    while line.recv(1 << 20): pass
time.sleep(0.7)
"""
DOWN, UP = 'b"d"', f'b"u" + bytes({MOVED_MIB * MIB})'
LINK = ("link", "add", "eth0", "type", "veth", "peer", "eth0", "netns")
OURS, THEIRS = "10.213.77.1", "10.213.77.2"


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A network namespace with one line out, to another in which there is a server."""
    ours, theirs = (f"telemetry-{uuid.uuid4().hex[:8]}" for _ in range(2))
    made = [name for name in (ours, theirs) if not ip("netns", "add", name)]
    try:
        if len(made) < 2 or ip("-n", ours, *LINK, theirs):
            pytest.skip("no network namespaces here, and what passes loopback alone is not counted")
        for name, address in ((ours, OURS), (theirs, THEIRS)):
            assert not ip("-n", name, "address", "add", f"{address}/30", "dev", "eth0")
            assert not ip("-n", name, "link", "set", "eth0", "up")
            assert not ip("-n", name, "link", "set", "lo", "up")
        with served(theirs, THEIRS), served(ours, "127.0.0.1"):
            yield ours
    finally:
        for name in made:
            ip("netns", "delete", name)


@contextmanager
def served(namespace: str, address: str) -> Iterator[None]:
    """What sends to whom asks, and swallows what it is sent."""
    script = SERVE.format(server=address)
    with subprocess.Popen(
        [*within(namespace), sys.executable, "-c", script], stdout=subprocess.PIPE
    ) as server:
        assert server.stdout
        assert server.stdout.readline() == b"ready\n"
        yield
        server.kill()


def within(namespace: str) -> list[str]:
    return ["nsenter", f"--net=/run/netns/{namespace}"]


def ip(*words: str) -> int:
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode


def test_network_bytes_are_those_that_left_and_came(network: str, tmp_path: Path):
    moves = {"Download": (THEIRS, DOWN), "Upload": (THEIRS, UP), "Loop": ("127.0.0.1", DOWN)}
    steps = [
        Step(name, run=python(MOVE.format(server=server, first=first)), id=name.lower())
        for name, (server, first) in moves.items()
    ]
    telemetry = Runner(tmp_path).telemetry(sampling_rate=FAST)
    done = run_within(within(network), tmp_path, [telemetry, *steps])

    assert_untouched(done)
    used = {name: each.usage for name, each in used_by_step(done).items()}
    moved_bytes = pytest.approx(MOVED_MIB * MIB, rel=0.02)
    assert used["Download"].network_received_bytes == moved_bytes
    assert used["Upload"].network_sent_bytes == moved_bytes
    for name, column in (
        ("Download", "network_sent_bytes"),
        ("Upload", "network_received_bytes"),
        ("Loop", "network_received_bytes"),
    ):
        assert getattr(used[name], column) < 0.02 * MOVED_MIB * MIB, name
