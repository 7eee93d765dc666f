"""The words after `run` in; what is to be run, and how, out.

By hand: argparse takes longer to import than a first sample to take.
"""

from __future__ import annotations

from .assembly import PROC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.01, 3600.0


class UsageError(Exception):
    """What was asked for cannot be understood; the message is one line."""


class RunOptions:
    """`json` and `samples` are paths of files to write, or None."""

    def __init__(self, words: Sequence[str]) -> None:
        """Options end at `--`, or at the first word that is none.

        Raises:
            UsageError: an option is unknown, or its value is none; or there is no command.
        """
        self.interval_seconds = 1.0
        self.proc = PROC
        self.json: Optional[str] = None
        self.samples: Optional[str] = None
        rest = list(words)
        while rest and rest[0].startswith("-"):
            option, equals, value = rest.pop(0).partition("=")
            if option == "--":
                break
            if not equals:
                if not rest:
                    raise UsageError(f"{option}: its value is missing")
                value = rest.pop(0)
            self._set(option, value)
        if not rest:
            raise UsageError("no command to run; as in: run -- make -j8")
        self.command = rest

    def _set(self, option: str, value: str) -> None:
        if option == "--interval":
            self.interval_seconds = _seconds(value)
        elif option == "--proc-path":
            self.proc = value.rstrip("/") or "/"
        elif option == "--json":
            self.json = value
        elif option == "--samples":
            self.samples = value
        else:
            raise UsageError(f"{option}: no such option of run")


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        raise UsageError(
            f"--interval: {value} is not between {_SHORTEST_SECONDS} and {_LONGEST_SECONDS:g} s"
        )
    return seconds
