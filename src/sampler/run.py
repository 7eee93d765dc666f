"""The options of `run` in; the command's exit code out, watched where that is possible."""

from __future__ import annotations

import sys

from .not_run import CommandNotRunError
from .said import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .options import RunOptions


def run(options: RunOptions) -> int:
    """The command's exit code, or a shell's for a command that cannot be run."""
    try:
        if sys.platform == "linux":
            from .watched import run_watched

            return run_watched(options)
        from .unwatched import run_unwatched

        say(f"nothing is sampled: this is {sys.platform}, and /proc is Linux's")
        return run_unwatched(options.command)
    except CommandNotRunError as exc:
        say(str(exc))
        return exc.exit_code
