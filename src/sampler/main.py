"""The words of the command line in; an exit code out."""

from __future__ import annotations

import sys

from .said import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = """\
What a command uses of the machine, in CPU time, memory, disk and network, and what it is short of.

  python3 -I -S action/sampler.py run [OPTIONS] [--] COMMAND [ARGUMENT ...]

COMMAND runs in the foreground, as it would without this; its exit code is the exit code. What it
used is told on standard error when it has ended.

  --interval SECONDS   how often to look (1; fractions are fine)
  --json FILE          what is told, as JSON: the names are below
  --samples FILE       all that was seen, a batch of samples a line
  --proc-path FOLDER   where /proc is (/proc; a container may have its host's at /host/proc)

"""
_BAD_USAGE = 2


def main(words: Sequence[str]) -> int:
    """What was asked for, done."""
    if not words or words[0] in {"--help", "-h", "help"} or words[1:2] in (["--help"], ["-h"]):
        sys.stdout.write(HELP + _names())
        return 0 if words else _BAD_USAGE
    from .options import RunOptions, UsageError

    if words[0] != "run":
        say(f"{words[0]}: no such command; --help tells of those that are")
        return _BAD_USAGE
    try:
        options = RunOptions(words[1:])
    except UsageError as exc:
        say(str(exc))
        return _BAD_USAGE
    from .run import run

    return run(options)


def _names() -> str:
    """The names in --json, with their units and meanings."""
    from .used import FIGURES

    width = max(len(figure.name) for figure in FIGURES)
    rows = (
        f"  {figure.name:{width}}  {f'{figure.unit}: ' if figure.unit else ''}{figure.meaning}\n"
        for figure in FIGURES
    )
    return "In the JSON, null being unknown:\n\n" + "".join(rows)
