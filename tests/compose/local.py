"""Composed services in; the same commands with the same environment as processes of this machine.

Only places differ: services' names become 127.0.0.1, their ports free ones, their volumes folders.
"""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.compose.composed import ROOT, Composed, in_order
from tests.insights.stack import free_port
from tests.integration.processes import Service, environment, wait_for

HEALTH_SECONDS = 60.0
STOP_SECONDS = 20.0
COMMAND_SECONDS = 60.0
MODULES, VOLUME, MEMORY = "/app/node_modules", "/data", "/dev/shm"  # noqa: S108 -- a container's
HERE = "127.0.0.1"


class Local:
    """All services, started in the file's order."""

    def __init__(self, services: Mapping[str, Composed], folder: Path) -> None:
        self._services = services
        self._folder = folder
        ports = {port for each in services.values() for port in each.image.image.ports}
        self.ports = {port: free_port() for port in sorted(ports)}
        self._processes: dict[str, Service] = {}

    @property
    def started(self) -> list[str]:
        """Those that were, in this order."""
        return list(self._processes)

    def start(self) -> None:
        """Each when those that it waits for are healthy; return when all are."""
        for each in in_order(self._services):
            for name in each.waits_for:
                self.await_health(name)
            self._process(each).start()
        for name in self.started:
            self.await_health(name)

    def await_health(self, name: str) -> None:
        """Return when its health check is content."""

        def is_healthy() -> bool:
            process = self._processes[name]
            assert process.is_running, process.log.read_text(encoding="utf-8")
            return self.is_healthy(name)

        wait_for(is_healthy, HEALTH_SECONDS, f"the health of {name}", poll_seconds=0.2)

    def is_healthy(self, name: str) -> bool:
        """What the health check's own command says."""
        each = self._services[name]
        return self._run(each, each.image.image.healthcheck).returncode == 0

    def run(self, name: str, *arguments: str) -> str:
        """What a one-off of this service prints: `docker compose run --rm NAME ARGUMENTS`."""
        each = self._services[name]
        ran = self._run(each, [*each.image.image.entrypoint, *arguments])
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def stop(self) -> dict[str, int]:
        """SIGTERM, the last one first; the codes with which they ended."""
        codes = {}
        for name, process in reversed(self._processes.items()):
            process.signal(15)
            codes[name] = process.wait(STOP_SECONDS)
        return codes

    def end(self) -> None:
        """Whatever happened, nothing of it stays."""
        for process in self._processes.values():
            process.end()

    def _process(self, each: Composed) -> Service:
        (self._folder / each.name).mkdir()
        log = self._folder / f"{each.name}.log"
        process = Service(self._words(each, each.command), self._settings(each), log)
        self._processes[each.name] = process
        return process

    def _run(self, each: Composed, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._words(each, command),
            cwd=ROOT,
            env=environment(**self._settings(each)),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def _words(self, each: Composed, command: Sequence[str]) -> list[str]:
        words = [self._here(each, word) for word in command]
        return [sys.executable if word == "python" else word for word in words]

    def _settings(self, each: Composed) -> dict[str, str]:
        given = {name: text for name, text in each.environment.items() if name != "PATH"}
        return {
            name: HERE if text in self._services else self._here(each, text)
            for name, text in given.items()
        }

    def _here(self, each: Composed, text: str) -> str:
        """A text of the container's world as it is in this one."""
        names = "|".join(self._services)
        ports = "|".join(map(str, self.ports))
        text = re.sub(rf"(?<=//)({names})(?=:)|\b0\.0\.0\.0\b", HERE, text)
        text = re.sub(rf"\b({ports})\b", lambda found: str(self.ports[int(found[0])]), text)
        text = text.replace(MODULES, str(ROOT / "node_modules"))
        own = str(self._folder / each.name)
        return re.sub(rf"^({VOLUME}|{MEMORY})(?=/|$)", lambda _: own, text)
