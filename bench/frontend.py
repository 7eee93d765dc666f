"""Rounds in, a table out: what a signed 25 KB delivery costs our frontend, and what others need.

Every server runs as one process on a core of its own; 64 keep-alive connections from another
process send the same signed body. Ours answers when SQLite has synced the message
(synchronous=FULL), or when Azure Storage Queue has it; the others keep nothing. Azurite stands in
for the latter, where it is there (`make test` fetches it), on the loading process's core.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from src.shared.github_signature import sign

from .azure import azure_settings
from .bodies import job_body, padded
from .machine import cpu_seconds, loading_core, memory_mib, served_core
from .processes import SECRET, await_answer, free_port, output_of, python, running
from .queue import depth
from .tables import figure, markdown

CONNECTIONS = 64
BODY_BYTES = 25_000
STEPS = 20
DELIVERIES = 4_000

C_FLOOR = "C, epoll, HMAC"
SIGNED_FLOOR = "uvicorn, bare ASGI, HMAC"
OURS = "**GitHub Telemetry**, synced to SQLite"
OURS_AZURE = "**GitHub Telemetry**, on Azure Storage Queue"


@dataclass
class Server:
    """One running server and what its rounds gave."""

    name: str
    port: int
    pid: int
    cpu_microseconds: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    taken: int = 0
    refused: int = 0

    def load(self, request: bytes, count: int) -> None:
        """One round: `count` deliveries."""
        before = cpu_seconds(self.pid)
        arguments = (str(self.port), str(CONNECTIONS), str(count))
        client = python("bench.load", *arguments)
        said = json.loads(output_of(client, loading_core(), stdin=request))
        taken = said["statuses"].get("202", 0)
        self.taken, self.refused = self.taken + taken, self.refused + count - taken
        self.cpu_microseconds.append((cpu_seconds(self.pid) - before) / count * 1e6)
        self.per_second.append(count / said["seconds"])

    def forget(self) -> None:
        """Leave the rounds so far out of the medians: they were for warming up."""
        self.cpu_microseconds.clear()
        self.per_second.clear()


def frontend_table(rounds: int, deliveries: int = DELIVERIES) -> str:
    """Median over alternating rounds of so many deliveries each, with what it rests on."""
    body = delivery_body()
    with TemporaryDirectory() as folder, servers_in(Path(folder)) as servers:
        load_in_turns(servers, signed_request(body), rounds, deliveries)
        table = markdown(_HEADS, _rows(servers))
        ours = next(server for server in servers if server.name == OURS)
        queued = depth(Path(folder))
    kept = f"Queue: {queued:,} messages for {ours.taken:,} answers of 202."
    has_floor = any(server.name == C_FLOOR for server in servers)
    skipped = "" if has_floor else " The floor in C needs cc and OpenSSL's headers: left out."
    about = f"A body of {len(body):,} bytes, {CONNECTIONS} connections; medians of {rounds} rounds."
    return f"{about} {kept}{skipped}\n\n{table}"


def delivery_body() -> bytes:
    """A job's completion, as large as GitHub's are."""
    return padded(job_body(0, "completed", STEPS, datetime.now(UTC)), BODY_BYTES)


def load_in_turns(
    servers: Sequence[Server], request: bytes, rounds: int, deliveries: int = DELIVERIES
) -> None:
    """Warm all of them up, then so many rounds, in each of which all have their turn."""
    for server in servers:
        server.load(request, deliveries // 5)
        server.forget()
    for _ in range(rounds):
        for server in servers:
            server.load(request, deliveries)


_HEADS = ("server", "CPU µs a delivery", "of ours", "deliveries/s", "RSS MiB", "not 202")


def _rows(servers: Sequence[Server]) -> Iterator[list[str]]:
    [ours] = [median(server.cpu_microseconds) for server in servers if server.name == OURS]
    for server in servers:
        cpu = median(server.cpu_microseconds)
        yield [
            server.name,
            figure(cpu),
            f"{cpu / ours:.2f}",
            figure(median(server.per_second)),
            figure(memory_mib(server.pid)),
            str(server.refused),
        ]


@contextmanager
def servers_in(folder: Path, *names: str) -> Iterator[list[Server]]:
    """Those of these names, else all, at once: an idle one costs nothing, and rounds alternate."""
    common = {"GITHUB_WEBHOOK_SECRET": SECRET, "GITHUB_TELEMETRY_HOME": str(folder)}
    with ExitStack() as stack:
        commands = [(name, command, {}) for name, command in _commands(folder)]
        if azure := stack.enter_context(azure_settings(folder)):
            commands.append((OURS_AZURE, lambda _: python("src", "frontend"), azure))
        servers = []
        for name, command, more in commands:
            if names and name not in names:
                continue
            port = free_port()
            settings = {**common, **more, "HOST": "127.0.0.1", "PORT": str(port)}
            process = stack.enter_context(running(command(port), served_core(), settings))
            await_answer(port)
            servers.append(Server(name, port, process.pid))
        yield servers


def _commands(folder: Path) -> Iterator[tuple[str, Callable[[int], list[str]]]]:
    if floor := _build_floor(folder):
        yield C_FLOOR, lambda port: [str(floor), str(port), SECRET]
    yield "uvicorn, bare ASGI", lambda port: _uvicorn("asgi:bare", port)
    yield SIGNED_FLOOR, lambda port: _uvicorn("asgi:signed", port)
    yield OURS, lambda _: python("src", "frontend")
    yield "FastAPI, pydantic body, HMAC", lambda port: _uvicorn("model:app", port)


def _uvicorn(app: str, port: int) -> list[str]:
    options = ("--port", str(port), "--no-access-log", "--log-level", "warning", "--ws", "none")
    return python("uvicorn", f"bench.floors.{app}", *options)


def _build_floor(folder: Path) -> Path | None:
    """The floor in C, compiled; None where that cannot be done here."""
    compiler, source = shutil.which("cc"), Path(__file__).parent / "floors" / "floor.c"
    program = folder / "floor"
    if compiler is None:
        return None
    command = [compiler, "-O2", str(source), "-lcrypto", "-o", str(program)]
    built = subprocess.run(command, check=False, capture_output=True)
    return program if built.returncode == 0 else None


def signed_request(body: bytes) -> bytes:
    """A delivery as GitHub sends it, head and body."""
    head = (
        "POST /webhook HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: GitHub-Hookshot/bench\r\n"
        "accept: */*\r\ncontent-type: application/json\r\nx-github-event: workflow_job\r\n"
        "x-github-delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\nx-github-hook-id: 1\r\n"
        f"x-hub-signature-256: {sign(body, SECRET.encode()).decode()}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
