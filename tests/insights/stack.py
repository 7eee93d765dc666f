"""The stand-in as a process of its own, and the real exporters that send to it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0
QUERY_SECONDS = 60.0  # whole tables are asked for, on a machine that is busy
KEY = "00000000-0000-0000-0000-000000000001"


@dataclass(frozen=True)
class Insights:
    """A stand-in that is ready."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def ask(self, kql: str) -> list[dict[str, Any]]:
        """What a query answers, as a list of objects."""
        response = httpx.post(
            f"{self.url}/query", json={"query": kql}, trust_env=False, timeout=QUERY_SECONDS
        )
        assert response.status_code == 200, response.text
        answer = response.json()
        return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]

    def track(self, body: bytes, path: str = "/v2.1/track", **headers: str) -> httpx.Response:
        """The answer to a body sent as it is."""
        return httpx.post(f"{self.url}{path}", content=body, headers=headers, trust_env=False)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_insights(home: Path, **settings: str) -> Iterator[Insights]:
    """Start the stand-in on a free port, wait until it answers, stop it in the end."""
    port = free_port()
    environment = {
        **os.environ,
        "INSIGHTS_PORT": str(port),
        "GITHUB_TELEMETRY_HOME": str(home),
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "src", "insights"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        insights = Insights(f"http://127.0.0.1:{port}", home, process)
        _await_health(insights)
        yield insights
    finally:
        process.terminate()
        process.wait(10)


def _await_health(insights: Insights) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert insights.process.poll() is None, "the stand-in ended early"
        try:
            httpx.get(f"{insights.url}/health", trust_env=False).raise_for_status()
        except httpx.ConnectError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(insights.url)


def exporter_arguments(url: str) -> dict[str, Any]:
    """What makes Azure's exporters truthful and quiet; sets their environment too."""
    for name in (
        "STATSBEAT_DISABLED_ALL",
        "CONTROLPLANE_DISABLED",
        "SDKSTATS_DISABLED",
        "OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
    ):
        os.environ[f"APPLICATIONINSIGHTS_{name}"] = "true"
    return {
        "connection_string": f"InstrumentationKey={KEY};IngestionEndpoint={url}/",
        "disable_offline_storage": True,
        "retry_total": 0,
        "read_timeout": 10,
        "max_envelopes_per_second": 0,
    }
