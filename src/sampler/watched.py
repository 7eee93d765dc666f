"""A command in; it runs as it would without us, and what it used is told when it has ended.

What fails here fails the sampler only: it costs a line, and the exit code is the command's.
"""

from __future__ import annotations

import math
import os
import resource
import time

from . import clock
from .assembly import collector
from .command import Command
from .mark import OWNER, Mark
from .names import readable_name
from .onlooker import Onlooker
from .own_use import OwnUse
from .recording import Recording
from .said import say
from .ticks import Ticks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

    from .ending import Ending
    from .options import RunOptions

_KIB = 1024
_BLOCK_BYTES = 512  # in which getrusage counts, whatever a disk's are


def run_watched(options: RunOptions) -> int:
    """The command's exit code.

    Raises:
        CommandNotRunError: it could not be started.
    """
    mark = Mark(os.environ)
    _warn_of(options)
    recording, own_use = Recording(options.samples), OwnUse(OWNER)
    onlooker = Onlooker(
        lambda: collector(options.proc, options.interval_seconds, mark.owner_of),
        recording,
        own_use,
    )
    start_ms = clock.wall_ms()
    command = Command(options.command, mark.environment)
    _look_on(onlooker, command, options.interval_seconds)
    ending = _ending(options.command, command, start_ms)
    try:
        _tell(ending, onlooker, recording, own_use, options.json)
    except Exception as exc:  # noqa: BLE001 -- whatever it is, the command has ended as it has
        say(f"what was used cannot be told: {str(exc) or type(exc).__name__}")
    return ending.exit_code


def _warn_of(options: RunOptions) -> None:
    """Of files that cannot be written: whoever knows now can stop, and need not run it again."""
    for option, path in (("--json", options.json), ("--samples", options.samples)):
        folder = os.path.dirname(path or "") or "."
        if path and (os.path.isdir(path) or not os.access(folder, os.W_OK)):
            say(f"{option}: {path} cannot be written")


def _look_on(onlooker: Onlooker, command: Command, interval_seconds: float) -> None:
    """From its start to its end."""
    ticks = Ticks(command.started, interval_seconds)
    while not command.ends_before(ticks.advance(time.monotonic()) if onlooker.is_on else math.inf):
        onlooker.look(ticks.missed)
    onlooker.finish(ticks.missed)


def _ending(words: list[str], command: Command, start_ms: int) -> Ending:
    from .ending import Ending

    own_memory_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    exit_code, usage = command.reap()
    wall_seconds = command.ended - command.started
    return Ending(
        name=readable_name(os.path.basename(words[0]), words),
        exit_code=exit_code,
        start_ms=start_ms,
        end_ms=start_ms + round(wall_seconds * 1000),
        wall_seconds=wall_seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        memory_max_bytes=usage.ru_maxrss * _KIB if usage.ru_maxrss > own_memory_kb else None,
        disk_read_bytes=usage.ru_inblock * _BLOCK_BYTES,
        disk_write_bytes=usage.ru_oublock * _BLOCK_BYTES,
    )


def _tell(
    ending: Ending,
    onlooker: Onlooker,
    recording: Recording,
    own_use: OwnUse,
    path: Optional[str],
) -> None:
    """The table, and the file where one is wanted."""
    from .used import what_was_used
    from .used_text import table

    problems = [problem for problem in (onlooker.problem, recording.problem) if problem]
    used = what_was_used(ending, own_use, recording.batches(), onlooker.host, problems)
    say(table(used).rstrip("\n"))
    if path:
        _write(path, used)


def _write(path: str, used: Mapping[str, object]) -> None:
    import json

    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(used, indent=2) + "\n")
    except OSError as exc:
        say(f"--json: {exc}")
