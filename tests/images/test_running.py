"""The images' commands, run with nothing but what the images have."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.azurite import Azurite, fresh_name
from tests.frontend.test_webhook import JOB_BODY, signed
from tests.images.dockerfile import read_dockerfile
from tests.images.replica import ROOT, Replica, end, make_replica
from tests.images.test_requirements import reached
from tests.insights.stack import free_port
from tests.integration.processes import wait_for

pytestmark = pytest.mark.slow

SECRET = "a secret of the tests"
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Replica]:
    """Of both services' images."""
    folder = tmp_path_factory.mktemp("images")
    return {
        name: make_replica(read_dockerfile(ROOT / "src" / name / "Dockerfile"), folder / name)
        for name in ("frontend", "backend")
    }


@pytest.fixture
def settings(azurite: Azurite, tmp_path: Path) -> dict[str, str]:
    """As `docker run -e` would give them; the heartbeat is our own, since others test here too."""
    return {
        "AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string,
        "AZURE_STORAGE_QUEUE_NAME": fresh_name(),
        "AZURE_STORAGE_CREATE": "true",
        "OBJECT_STORE_URL": f"az://{fresh_name()}",
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "BACKEND_JSONL_PATH": str(tmp_path / "rows.jsonl"),
        "BACKEND_HEARTBEAT_PATH": str(tmp_path / "heartbeat"),
    }


@pytest.fixture
def running(
    replicas: dict[str, Replica], settings: dict[str, str], tmp_path: Path
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Both, healthy by their own checks."""
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, replica in replicas.items():
            log = tmp_path / f"{name}.log"
            processes[name] = replica.start(log, **settings)
            await_health(replica, processes[name], log, settings)
        yield processes
    finally:
        end(processes)


def await_health(
    replica: Replica, process: subprocess.Popen[bytes], log: Path, settings: dict[str, str]
) -> None:
    def is_healthy() -> bool:
        assert process.poll() is None, log.read_text()
        return replica.is_healthy(**settings)

    wait_for(is_healthy, PATIENCE_SECONDS, "a health check", poll_seconds=0.2)


def post(settings: dict[str, str]) -> int:
    """A signed delivery's answer."""
    headers = signed(JOB_BODY, SECRET.encode(), x_github_delivery=b"of-an-image")
    url = f"http://127.0.0.1:{settings['PORT']}/webhook"
    with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        return http.post(url, content=JOB_BODY, headers=list(headers.items())).status_code


def last_event(log: Path) -> str:
    event: str = json.loads(log.read_text().splitlines()[-1])["event"]
    return event


def test_a_delivery_goes_through_both_and_sigterm_ends_them(
    running: dict[str, subprocess.Popen[bytes]], settings: dict[str, str], tmp_path: Path
):
    rows = Path(settings["BACKEND_JSONL_PATH"])

    assert post(settings) == 202
    wait_for(lambda: rows.exists() and rows.stat().st_size > 0, PATIENCE_SECONDS, "a row")

    assert json.loads(rows.read_text().splitlines()[0])
    # uvicorn raises the signal once more when all is done.
    assert end(running) == {"frontend": -signal.SIGTERM, "backend": 0}
    assert last_event(tmp_path / "frontend.log") == "health"
    assert last_event(tmp_path / "backend.log") == "worker stopped"


@pytest.mark.parametrize("name", ["frontend", "backend"])
def test_all_that_it_may_come_to_import_is_there(replicas: dict[str, Replica], name: str):
    script = f"import {', '.join(sorted(reached(name)))}"

    assert replicas[name].run(["python", "-c", script]).stderr == ""


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("frontend", {}, "GITHUB_WEBHOOK_SECRET is not set"),
        ("frontend", {"GITHUB_WEBHOOK_SECRET": SECRET}, "TELEMETRY_MODE=azure needs"),
        ("backend", {}, "rows would go nowhere"),
        ("backend", {"JSONL_PATH": "/nowhere/rows"}, "TELEMETRY_MODE=azure needs"),
    ],
)
def test_without_its_settings_it_says_so_in_a_line_and_stops(
    replicas: dict[str, Replica], name: str, given: dict[str, str], said: str
):
    replica = replicas[name]
    ran = replica.run(replica.dockerfile.image.command, **given)

    assert ran.returncode == 2
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["frontend", "backend"])
def test_nobody_is_called_healthy_who_does_not_run(
    replicas: dict[str, Replica], settings: dict[str, str], name: str
):
    assert not replicas[name].is_healthy(**settings)


def test_a_worker_whose_loop_hangs_is_not_healthy(
    replicas: dict[str, Replica], settings: dict[str, str]
):
    heartbeat = Path(settings["BACKEND_HEARTBEAT_PATH"])
    heartbeat.touch()
    assert replicas["backend"].is_healthy(**settings)
    two_minutes_ago = heartbeat.stat().st_mtime - 120
    os.utime(heartbeat, (two_minutes_ago, two_minutes_ago))

    assert not replicas["backend"].is_healthy(**settings)


def test_nothing_in_it_can_be_written(replicas: dict[str, Replica]):
    ran = replicas["frontend"].run(["python", "-c", "open('src/new', 'w')"])

    assert "PermissionError" in ran.stderr
