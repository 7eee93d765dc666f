"""Settings in, a listening server out: the one way in which our services speak HTTP."""

import logging
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from fastapi import FastAPI

from .errors import SettingsError
from .guarded_http import GuardedProtocol
from .logs import set_up_logs
from .ports import require_free
from .settings import Settings, load, refuse

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 3  # for requests in hand; then the process ends

S = TypeVar("S", bound=Settings)


def build(settings_class: type[S], app_from: Callable[[S], FastAPI]) -> tuple[S, FastAPI]:
    """The settings from the environment and their app; bad ones: one line and exit code 2."""
    set_up_logs()
    try:
        settings = load(settings_class)
        return settings, app_from(settings)
    except SettingsError as exc:
        raise refuse(exc) from None


def serve(app: FastAPI, host: str, port: int, settings: str = "HOST and PORT", **told: str) -> None:
    """Listen until SIGTERM or Ctrl-C, then finish what is in hand; `told` is for the first line.

    Where it cannot listen: one line, which names these settings, and exit code 2.
    """
    try:
        require_free(host, port, settings)
    except SettingsError as exc:
        raise refuse(exc) from None
    log.info("starting", extra={"url": f"http://{host}:{port}"} | told)
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=GuardedProtocol,
        access_log=False,
        log_config=None,  # logs are set up already
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # nobody asks who the caller is; the signature says it
        ws="none",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
