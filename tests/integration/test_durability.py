"""202 means synced to disk: shown by the order of system calls.

Killing shows nothing here: what was written but not synced survives the process, and only a power
cut would take it.
"""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from signal import SIGTERM
from urllib.parse import urlsplit

import pytest

from src.shared.github_signature import sign
from src.simulate.deliveries import Delivery
from tests.integration.processes import STOP_SECONDS, Service, wait_for
from tests.integration.small_runs import small_run
from tests.integration.stack import SECRET, Stack
from tests.integration.system_calls import (
    OPTIONS,
    is_synced_before_its_answer,
    is_whole,
    read_calls,
)

SEQUENTIAL, CONCURRENT = range(4), range(4, 12)
REAL, CARELESS = ("-m", "src", "frontend"), ("-m", "tests.integration.careless_frontend")


@pytest.fixture(scope="module", autouse=True)
def strace() -> None:
    """Skip where processes cannot be traced."""
    if shutil.which("strace") is None:
        pytest.skip("no strace here")
    if subprocess.run(
        ["strace", "-D", "-o", "/dev/null", "true"], capture_output=True, check=False
    ).returncode:
        pytest.skip("strace may not trace here")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("frontend", "verdicts"), [(REAL, {True}), (CARELESS, {False})], ids=["real", "careless"]
)
def test_each_202_comes_after_the_sync_that_covers_its_delivery(
    frontend: tuple[str, ...], verdicts: set[bool], tmp_path: Path
):
    trace, stack = tmp_path / "trace", Stack(tmp_path)
    command = ["strace", *OPTIONS, "-o", str(trace), sys.executable, *frontend]
    stack.frontend = Service(command, stack.settings, tmp_path / "frontend.log")
    try:
        stack.frontend.start()
        stack.await_frontend()
        ports = [pair for seed in SEQUENTIAL for pair in _post(stack.url, seed)]
        with ThreadPoolExecutor(len(CONCURRENT)) as pool:
            posted = pool.map(lambda seed: _post(stack.url, seed), CONCURRENT)
            ports += [pair for pairs in posted for pair in pairs]
        stack.frontend.signal(SIGTERM)
        stack.frontend.wait()
        wait_for(lambda: is_whole(trace, stack.frontend.pid), STOP_SECONDS, "a whole trace")
    finally:
        stack.end()
    calls = read_calls(trace)
    assert {is_synced_before_its_answer(calls, *pair) for pair in ports} == verdicts


def _post(url: str, seed: int) -> list[tuple[str, int]]:
    """Post a run's deliveries, each through a connection of its own: their ids, and its port."""
    return [(d.delivery_id, _port_of_post(url, d)) for d in small_run(seed).deliveries]


def _port_of_post(url: str, delivery: Delivery) -> int:
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Delivery": delivery.delivery_id,
        "X-Hub-Signature-256": sign(delivery.body, SECRET.encode()).decode(),
    }
    with closing(HTTPConnection(urlsplit(url).netloc)) as connection:
        connection.request("POST", "/webhook", delivery.body, headers)
        port = connection.sock.getsockname()[1]
        assert connection.getresponse().status == 202
        return int(port)
