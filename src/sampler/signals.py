"""The signals that a sampler knows, and how to wait for them, as plain numbers and functions.

The module `signal` is these and enums around them, which take a third of a sampler's start to make.
"""

from __future__ import annotations

from _signal import (  # type: ignore[import-not-found]  # typeshed has only the public name
    SIG_BLOCK,
    SIGHUP,
    SIGINT,
    SIGKILL,
    SIGQUIT,
    SIGTERM,
    SIGUSR1,
    SIGUSR2,
    pthread_sigmask,
    sigtimedwait,
)

__all__ = [
    "SIGHUP",
    "SIGINT",
    "SIGKILL",
    "SIGQUIT",
    "SIGTERM",
    "SIGUSR1",
    "SIGUSR2",
    "SIG_BLOCK",
    "pthread_sigmask",
    "sigtimedwait",
]
