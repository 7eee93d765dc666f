"""`python -m src.backend.app`: settings in, a worker that runs until SIGTERM or Ctrl-C."""

import asyncio
import gc
import logging
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from ..shared.errors import SettingsError
from ..shared.health import Health
from ..shared.health_export import Destination, exporting
from ..shared.health_log import reporting
from ..shared.logs import set_up_logs
from ..shared.object_store import ObjectStore
from ..shared.queues.base import Queue
from ..shared.settings import load, refuse
from ..shared.storage import open_object_store, open_poison_queue, open_queue
from .extras import Extras
from .heartbeat import beating
from .settings import BackendSettings
from .sinks.application_insights import ApplicationInsightsSink
from .sinks.archive import Archive
from .sinks.base import Sink
from .sinks.build_bucket import open_build_bucket
from .sinks.jsonl import JsonlSink
from .state import State
from .sweep import sweeping
from .worker import Pace, Worker, utc_now

SERVICE = "github-telemetry-backend"
COLLECTED_EACH = 50_000  # objects that came and did not go

log = logging.getLogger(__name__)


def open_sinks(settings: BackendSettings) -> list[Sink]:
    """Every sink that the settings name.

    Raises:
        SettingsError: there is none, or one makes no sense.
    """
    settings.check_sinks()
    sinks: list[Sink] = []
    if settings.connection_string:
        text = settings.connection_string.get_secret_value()
        sinks.append(ApplicationInsightsSink(text, settings.identity))
    if settings.otlp_endpoint:
        sinks.append(_open_otlp(settings, settings.otlp_endpoint))
    if settings.jsonl_path:
        sinks.append(JsonlSink(Path(settings.jsonl_path)))
    return sinks


def _open_otlp(settings: BackendSettings, endpoint: str) -> Sink:
    from .sinks.otlp import OtlpSink  # noqa: PLC0415 -- 0.1 s, for those who ask for it

    return OtlpSink(
        endpoint,
        settings.otlp_headers.get_secret_value(),
        timeout_seconds=settings.otlp_timeout_milliseconds / 1000,
        compress=settings.otlp_compression == "gzip",
    )


def open_extras(settings: BackendSettings, store: ObjectStore) -> Extras:
    """What goes out beside rows, as the settings want it; the archive is in this store.

    Raises:
        SettingsError: a bucket for builds is named, but not how to get there.
    """
    archive = Archive(store, open_build_bucket(os.environ)) if settings.has_archive else None
    return Extras(
        archive,
        host_metrics=settings.has_host_metrics,
        traces=settings.has_traces,
        transitions=settings.has_transitions,
    )


async def serve(settings: BackendSettings) -> None:
    """Work until a signal comes; then finish the batch in hand and close what is open.

    Raises:
        SettingsError: no sink is set, one makes no sense, or there is no place for the state.
    """
    sinks = open_sinks(settings)
    queue = open_queue(settings)
    poison = open_poison_queue(settings)
    pace = Pace(
        settings.max_messages_per_batch,
        settings.visibility_timeout_seconds,
        settings.poll_interval_seconds,
    )
    store = open_object_store(settings)
    extras = open_extras(settings, store)
    stop = _stop_on_signals()
    spare_collector()
    log.info("worker started", extra=settings.told() | {"sinks": len(sinks)})
    parts: tuple[Queue | Sink, ...] = (*sinks, poison, queue)
    health = Health()
    health_to = Destination(
        SERVICE,
        settings.connection_string,
        settings.otlp_endpoint,
        identity=settings.identity,
    )
    async with AsyncExitStack() as opened:  # closes all, also where one of them raises
        await opened.enter_async_context(exporting(health, health_to))
        for part in parts:
            opened.push_async_callback(part.close)
        await opened.enter_async_context(reporting(health, queue))
        await opened.enter_async_context(sweeping(store, utc_now))
        await opened.enter_async_context(beating(settings.heartbeat_path))
        await Worker(queue, poison, State(store), sinks, pace, health, extras=extras).run(stop)
    log.info("worker stopped")


def spare_collector() -> None:
    """Have it look for cycles seldom, and never again in what is loaded now.

    To judge a job makes a hundred thousand objects and no cycle; to look for one took a tenth. Who
    makes one that holds much has to break it: see `pauses.all_of`.
    """
    gc.freeze()
    gc.set_threshold(COLLECTED_EACH)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def main() -> None:
    """Run by the environment's settings; bad ones end with one line and exit code 2."""
    set_up_logs()
    try:
        asyncio.run(serve(load(BackendSettings)))
    except SettingsError as exc:
        raise refuse(exc) from None


if __name__ == "__main__":
    main()
