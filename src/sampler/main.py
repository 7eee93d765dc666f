"""The words of the command line in; an exit code out."""

from __future__ import annotations

import os
import sys

from .said import complain, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Callable

    from .folder import Folder

_BAD_USAGE = 2
_OF_HELP = frozenset({"--help", "-h", "help"})
_MARKS = ("init", "step", "stage", "failure")
_SESSIONS = ("finalize", "summary", "baseline")


def main(words: Sequence[str]) -> int:
    """What was asked for, done."""
    if not words or not _OF_HELP.isdisjoint(words):
        from .help_text import asked_for

        told = asked_for(words)
        if told is not None:
            sys.stdout.write(told)
            return 0 if words else _BAD_USAGE
    known = _COMMANDS.get(words[0])
    if known is None:
        say(f"{words[0]}: no such command; --help tells of those that are")
        return _BAD_USAGE
    return known(words[1:])


def _run(words: Sequence[str]) -> int:
    from .options import RunOptions, UsageError

    try:
        options = RunOptions(words)
    except UsageError as exc:
        say(str(exc))
        return _BAD_USAGE
    from .run import run

    return run(options)


def _never_failing(command: Callable[[Sequence[str]], None]) -> Callable[[Sequence[str]], int]:
    """A command that stands in somebody's job, which goes on whatever becomes of it."""

    def call(words: Sequence[str]) -> int:
        from .folder import is_enabled
        from .options import UsageError

        try:
            if not is_enabled(os.environ):
                return 0
            if sys.platform == "linux":
                command(words)
            else:
                say("nothing is sampled: this is not Linux")
        except UsageError as exc:
            complain(str(exc))
        except Exception as exc:  # noqa: BLE001 -- whatever it is, it is ours and not the job's
            complain(f"telemetry failed: {str(exc) or type(exc).__name__}")
        return 0

    return call


def _start(words: Sequence[str]) -> None:
    from .background import start
    from .options import StartOptions

    start(StartOptions(words), words)


def _collect(words: Sequence[str]) -> None:
    from .foreground import collect
    from .options import StartOptions

    collect(StartOptions(words, "collect"), words)


def _stop(words: Sequence[str]) -> None:
    from .background import stop

    stop(_folder(words, "stop"))


def _status(words: Sequence[str]) -> None:
    from .background import status

    sys.stdout.write(f"{status(_folder(words, 'status'))}\n")


def _daemon(words: Sequence[str]) -> None:
    """What `start` starts; the first word is the process that it ends with."""
    from .daemon import run_daemon
    from .options import StartOptions

    run_daemon(StartOptions(words[1:]), int(words[0]) or None)


def _mark(name: str) -> Callable[[Sequence[str]], int]:
    """One of the commands that mark what users name."""

    def call(words: Sequence[str]) -> None:
        from . import mark_commands

        getattr(mark_commands, name)(words)

    return _never_failing(call)


def _session(name: str) -> Callable[[Sequence[str]], int]:
    """One of the commands that tell of all that was marked and seen."""

    def call(words: Sequence[str]) -> None:
        from . import session_commands

        getattr(session_commands, name)(words)

    return _never_failing(call)


def _push(words: Sequence[str]) -> int:
    """Its exit code tells the sampler whether to try again."""
    from .folder import Folder
    from .options import UsageError, take
    from .push_command import push_from

    try:
        given, _ = take(words, ("--dir",), "push", flags=("--last",))
    except UsageError as exc:
        say(str(exc))
        return _BAD_USAGE
    folder = Folder(os.environ, given.get("--dir"))
    return push_from(folder.path, os.environ, is_last="--last" in given)


def _summarize(words: Sequence[str]) -> None:
    from .folder import Folder
    from .options import SummaryOptions
    from .summarize import summarize

    options = SummaryOptions(words, "summarize", "--input-file")
    folder = Folder(os.environ, options.folder)
    folder.samples = options.file or folder.samples
    summarize(folder, os.environ, options)


def _begin(words: Sequence[str]) -> None:
    """What `start` does; and what later steps of the job are to know, in their variables."""
    from .background import start
    from .folder import Folder
    from .options import StartOptions, take
    from .variables import variables

    given, rest = take(words, ("--artifact", *StartOptions.KNOWN), "begin")
    artifact = given.pop("--artifact", None)
    options = [*(word for pair in given.items() for word in pair), *rest]
    if start(StartOptions(options, "begin"), options):
        files = Folder(os.environ, given.get("--dir")).to_upload
        sys.stdout.write(variables(os.environ, files, artifact))


def _finish(words: Sequence[str]) -> None:
    from .finish import finish
    from .folder import Folder
    from .options import SummaryOptions

    options = SummaryOptions(words, "finish")
    finish(Folder(os.environ, options.folder), os.environ, options)


def _folder(words: Sequence[str], command: str) -> Folder:
    from .folder import Folder
    from .options import UsageError, take

    given, rest = take(words, ("--dir",), command)
    if rest:
        raise UsageError(f"{rest[0]}: {command} takes options only")
    return Folder(os.environ, given.get("--dir"))


_COMMANDS = {
    "run": _run,
    "start": _never_failing(_start),
    "collect": _never_failing(_collect),
    "stop": _never_failing(_stop),
    "status": _never_failing(_status),
    **{name: _mark(name) for name in _MARKS},
    **{name: _session(name) for name in _SESSIONS},
    "push": _push,
    "summarize": _never_failing(_summarize),
    "begin": _never_failing(_begin),
    "finish": _never_failing(_finish),
    "daemon": _never_failing(_daemon),
}
