"""A command in; it runs as it would without us, where there is no way to look on."""

from __future__ import annotations

import os
import signal
import sys

from .not_run import not_run


def run_unwatched(words: list[str]) -> int:
    """In our place; on Windows, where nobody can take another's place, its exit code.

    Raises:
        CommandNotRunError: it could not be started.
    """
    try:
        if sys.platform == "win32":
            return _awaited(words)
        os.execvp(words[0], words)  # noqa: S606 -- it is what was asked for
    except (OSError, ValueError) as exc:
        raise not_run(words[0], exc) from exc


def _awaited(words: list[str]) -> int:
    """A Ctrl-C there is for both of us, and the command's to answer."""
    import subprocess

    with subprocess.Popen(words) as process:  # noqa: S603 -- it is what was asked for
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return process.wait()
