"""A home folder in; held by one local stack for as long as any of its processes lives.

The kernel lets go of it, however they end. The parts inherit what holds it: a part that outlives
its parent still works on the same files.
"""

import fcntl
import os
from pathlib import Path

from .stack import StackError

LOCK_FILE = "up.lock"


def hold(home: Path) -> int:
    """Make the folder and hold it; the open file descriptor that the parts inherit.

    Raises:
        StackError: another stack has it.
        OSError: it cannot be made.
    """
    home.mkdir(parents=True, exist_ok=True)
    held = os.open(home / LOCK_FILE, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise StackError(
            f"already running in {home.resolve()}: stop it,"
            " or choose another GITHUB_TELEMETRY_HOME (and PORT, INSIGHTS_PORT)"
        ) from None
    return held
