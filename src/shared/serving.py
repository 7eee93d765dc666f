"""An ASGI app in, a listening server out: the one way in which our services speak HTTP."""

import uvicorn
from starlette.types import ASGIApp

SHUTDOWN_SECONDS = 3  # for requests in hand; then the process ends


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Listen until SIGTERM or Ctrl-C, then finish what is in hand."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,  # logs are set up already
        log_level="warning",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
