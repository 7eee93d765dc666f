"""HTTP in, durable queue messages out: POST /webhook and /samples, GET /health and /ready.

`python -m src.frontend.app` serves by the environment, and so does `uvicorn src.frontend.app:app`;
tests call `create_app`.
"""

import logging
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ..shared.health import Health
from ..shared.health_export import Destination, exporting
from ..shared.health_log import reporting
from ..shared.queues.base import Queue
from ..shared.serving import build, serve
from ..shared.storage import open_queue
from .body import Bodies
from .deliveries import DeliveryJudge
from .endpoint import Endpoint
from .enqueue import Enqueuer
from .kinds import BATCH, DELIVERY
from .openapi import PATHS, SECURITY_SCHEMES
from .probes import probes
from .samples import SampleJudge
from .settings import FrontendSettings
from .trust import NOBODY, Trust

GUARD = "src.shared.guarded_http:GuardedProtocol"
SERVICE = "github-telemetry-frontend"
NOWHERE = Destination(SERVICE)

log = logging.getLogger(__name__)


class Frontend(FastAPI):
    """FastAPI for all but what is put on the queue, which goes straight to its endpoint."""

    endpoints: Mapping[str, Endpoint]
    """By their paths."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one request."""
        endpoint = None
        if scope["type"] == "http" and scope["method"] == "POST":
            endpoint = self.endpoints.get(scope["path"])
        if endpoint is not None:
            await endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """What it answers, in OpenAPI's words; not served, since strangers need not know."""
        description = super().openapi()
        description["paths"] |= PATHS
        description["components"]["securitySchemes"] = SECURITY_SCHEMES
        return description


def create_app(
    queue: Queue,
    secrets: Sequence[bytes],
    health_to: Destination = NOWHERE,
    samplers: Trust = NOBODY,
) -> Frontend:
    """The app over this queue.

    No secrets means that unsigned deliveries are taken; `samplers` are those whose batches are.
    """
    health = Health()
    enqueuer = Enqueuer(queue)
    bodies = Bodies()
    deliveries, samples = DeliveryJudge(secrets, bodies), SampleJudge(samplers, bodies)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with exporting(health, health_to):
            async with reporting(health, queue):
                yield
                await enqueuer.close()
                await samples.close()
            await queue.close()

    # Nothing is served at /openapi.json, and so neither at /docs nor at /redoc.
    app = Frontend(
        title="GitHub Telemetry", lifespan=lifespan, openapi_url=None, redirect_slashes=False
    )
    app.endpoints = {
        "/webhook": Endpoint(DELIVERY, deliveries, enqueuer, health, tells_all_lost=bool(secrets)),
        "/samples": Endpoint(BATCH, samples, enqueuer, health, tells_all_lost=False),
    }
    for path, endpoint in app.endpoints.items():
        app.routes.append(Route(path, endpoint, methods=["POST"]))  # 405 for the others
    app.include_router(probes(queue))

    return app


def app_from(settings: FrontendSettings) -> Frontend:
    """The app that the settings ask for.

    Raises:
        SettingsError: they do not say whom to trust, or ask for what is not there.
    """
    secrets, samplers = settings.secrets(), settings.samplers()
    if not secrets:
        log.warning("UNSIGNED WEBHOOKS ARE ALLOWED: anybody can write here")
    health_to = Destination(
        SERVICE,
        settings.connection_string,
        settings.otlp_endpoint,
        settings.request_ratio,
        settings.identity,
    )
    return create_app(open_queue(settings), secrets, health_to, samplers)


@cache
def _app() -> FastAPI:
    """The app that uvicorn's own command line serves; it asks for it more than once."""
    app = build(FrontendSettings, app_from)[1]
    if GUARD not in " ".join((*sys.argv, os.environ.get("UVICORN_HTTP", ""))):
        log.warning("slow and endless requests are not bounded", extra={"needs": f"--http {GUARD}"})
    return app


def __getattr__(name: str) -> Any:
    """`app`, built when uvicorn asks for it, so that importing this module does nothing."""
    if name != "app":
        raise AttributeError(name)
    return _app()


def main() -> None:
    """Serve by the environment's settings until SIGTERM or Ctrl-C."""
    settings, app = build(FrontendSettings, app_from)
    serve(app, settings.host, settings.port, **settings.told())


if __name__ == "__main__":
    main()
