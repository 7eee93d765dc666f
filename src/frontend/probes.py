"""The queue in, what orchestrators ask out: GET /health, alive; GET /ready, the queue is there."""

import asyncio
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from ..shared.errors import QueueUnavailableError
from ..shared.queues.base import Queue

READY_DEADLINE_SECONDS = 2.0
_WHAT_IT_IS = (
    "GitHub Telemetry's frontend: GitHub posts deliveries to /webhook, samplers post to /samples;"
    " /ready says whether it can take them.\n"
)


class Ready(BaseModel):
    """The answer of /ready where all is well; `queue_depth` counts messages."""

    status: Literal["ready"]
    queue_depth: int


class NotReady(BaseModel):
    """The answer of /ready where it is not."""

    status: Literal["queue unavailable"]


def probes(queue: Queue) -> APIRouter:
    """Both paths."""
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def what_it_is() -> PlainTextResponse:
        """For whoever opens the address in a browser."""
        return PlainTextResponse(_WHAT_IT_IS)

    @router.get("/health")
    async def alive() -> dict[str, str]:
        """Alive."""
        return {"status": "healthy"}

    @router.get("/ready", response_model=Ready, responses={503: {"model": NotReady}})
    async def ready() -> JSONResponse:
        """The queue can be reached."""
        try:
            async with asyncio.timeout(READY_DEADLINE_SECONDS):
                depth = await queue.depth()
        except (QueueUnavailableError, TimeoutError):
            return JSONResponse({"status": "queue unavailable"}, 503)
        return JSONResponse({"status": "ready", "queue_depth": depth})

    return router
