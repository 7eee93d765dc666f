"""A number of tiny batches in, what a flood of them does to the service out.

    python -m bench flood [--long]

One job's sampler sends batches of one sample each, all different and all signed, as fast as it is
answered, while GitHub goes on sending deliveries. Frontend and worker run beside it, as ever.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median
from typing import Any

from .bodies import job_body
from .frontend import STEPS, signed_request
from .machine import cpu_seconds, loading_core, memory_mib, served_core
from .processes import fed, python
from .push import KEY, REPOSITORY
from .queue import await_empty
from .serving import serving
from .tables import figure, markdown
from .worker import believing_sink, running_worker

BATCHES, BATCHES_LONG = 20_000, 1_000_000


def flood_table(batches: int) -> str:
    """How many were taken, what the others cost, and how long the deliveries beside them waited."""
    with ExitStack() as stack:
        worker = stack.enter_context(running_worker(stack.enter_context(believing_sink())))
        keys = f"{REPOSITORY}:{KEY}"
        port, frontend = stack.enter_context(serving(worker.home, served_core(), SAMPLES_KEYS=keys))
        pids = {"frontend": frontend, "worker": worker.pid}
        before = _looked_at(pids)
        said = _flooded(port, batches)
        await_empty(worker.home)
        after = _looked_at(pids)
    rows = [_row(name, batches, before[name], after[name]) for name in pids]
    heads = ("process", "CPU µs a batch sent", "RSS MiB before", "after")
    return f"{_told(said)}\n\n{markdown(heads, rows)}"


def _flooded(port: int, batches: int) -> dict[str, Any]:
    """What the client says when it is through."""
    delivery = signed_request(job_body(0, "completed", STEPS, datetime.now(UTC)))
    client = python("bench.flood_client", str(port), REPOSITORY, str(batches))
    with fed(client, loading_core(), delivery) as sender:
        assert sender.stdout is not None
        said: dict[str, Any] = json.loads(sender.stdout.read())
        return said


def _looked_at(pids: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """CPU seconds and MiB of each."""
    return {name: (cpu_seconds(pid), memory_mib(pid)) for name, pid in pids.items()}


def _row(
    name: str, batches: int, before: tuple[float, float], after: tuple[float, float]
) -> list[str]:
    microseconds = (after[0] - before[0]) / batches * 1e6
    return [name, figure(microseconds), figure(before[1]), figure(after[1])]


def _told(said: dict[str, Any]) -> str:
    statuses = ", ".join(f"{count:,} times {status}" for status, count in said["statuses"].items())
    waits_ms = [1e3 * each for each in said["latencies"]]
    return (
        f"In {said['seconds']:.0f} s the batches were answered {statuses}. Of {len(waits_ms)} "
        f"deliveries beside them {said['delivered']} were taken, in {figure(median(waits_ms))} ms "
        f"in the median and {figure(max(waits_ms))} at worst. Then the worker emptied the queue."
    )
