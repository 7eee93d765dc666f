"""A service's health in; metrics and warnings out to where it is told, while a block runs.

Nothing of this touches the service: what exports is loaded in a thread, some seconds after the
start; it has threads of its own and bounded memory; its failures are silent; its end is waited for
two seconds. Loading takes 0.3 s of CPU, which a start must not pay. Counts are complete all the
same, since totals are read; single durations are told from then on.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from pydantic import SecretStr

from .azure_authentication import EntraIdentity
from .health import Health

START_AFTER_SECONDS = 5.0  # whoever waits for the service to be ready has what he wants by then
STOP_SECONDS = 2.0

log = logging.getLogger(__name__)

Stop = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the health of a service by this name goes: either, both or neither.

    `request_ratio` is the share of its requests that are told one by one; `identity` is whose
    token Application Insights gets, where it wants one.
    """

    service: str
    connection_string: SecretStr | None = None
    otlp_endpoint: str | None = None
    request_ratio: float = 0
    identity: EntraIdentity | None = None


@asynccontextmanager
async def exporting(health: Health, to: Destination) -> AsyncIterator[None]:
    """While the block runs, export; what was counted last is sent at its end."""
    if not (to.connection_string or to.otlp_endpoint):
        yield
        return
    ending = asyncio.Event()
    starting = asyncio.create_task(_start(health, to, ending))
    try:
        yield
    finally:
        ending.set()
        if stop := await starting:
            await _within_bounds(stop)


async def _start(health: Health, to: Destination, ending: asyncio.Event) -> Stop | None:
    """Start exporting, a little later; what stops it, or None where it did not start."""
    with suppress(TimeoutError):
        await asyncio.wait_for(ending.wait(), START_AFTER_SECONDS)
        return None
    try:
        return await asyncio.to_thread(_load, health, to)
    except Exception as exc:  # noqa: BLE001 -- whatever is wrong with it, the service goes on
        log.error("health is not exported", extra={"reason": type(exc).__name__})  # noqa: TRY400 -- the message may hold the connection string
        return None


def _load(health: Health, to: Destination) -> Stop:
    from .health_exporters import start_exporters  # noqa: PLC0415 -- 0.4 s and 30 MB

    return start_exporters(health, to)


async def _within_bounds(stop: Stop) -> None:
    """Wait for it, but not for ever; the thread is nobody's who waits for threads."""
    thread = threading.Thread(target=stop, daemon=True)
    thread.start()
    await asyncio.to_thread(thread.join, STOP_SECONDS)
