"""The words of `init`, `step`, `stage`, `failure`, `finalize` and `summary` in; marks, boxes."""

from __future__ import annotations

import json
import os

from . import asking, clock, marks
from .background import ask, start, stop
from .baseline_command import alerts, is_wanted, save
from .conclusion import conclude_session, measure_session
from .documents import telemetry_of, write_documents
from .flush import await_batch
from .folder import Folder
from .formats import build_telemetry
from .measured import SAMPLE
from .options import StartOptions, UsageError, exactly, take
from .pid_file import read as read_pid
from .said import say, tell
from .snapshot import snapshot
from .spans import last_ended, spans_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional

    from .marks import Mark
    from .measured import Measured

STATUSES = ("success", "failure", "warning")
_LONGEST_CODE = 100


def init(words: Sequence[str]) -> None:
    """`init [JOB [VERSION]]`: a sampler runs from here on, until `finalize`."""
    given, rest = take(words, StartOptions.KNOWN, "init")
    job, version = (*rest, "", "")[:2]
    folder = Folder(os.environ, given.get("--dir"))
    had_one = ask(folder, asking.LOOK) is not None
    if not had_one:
        options = [f"{name}={value}" for name, value in given.items()]
        start(StartOptions(options), options)
    marks.put(folder, marks.INIT, job, version=version, started=not had_one)


def step(words: Sequence[str]) -> None:
    """`step start NAME`, `step end NAME [--status STATUS]`."""
    given, rest = take(words, ("--dir", "--status"), "step")
    what, name = exactly(rest, 2, "step start NAME, or step end NAME")
    folder = Folder(os.environ, given.get("--dir"))
    if what == "start":
        mark = _begin(folder, marks.START, name)
        tell(build_telemetry.opening(mark.name, mark.time_ms))
    elif what == "end":
        _end(folder, name, _status(given))
    else:
        raise UsageError(f"step {what}: it is start or end")


def stage(words: Sequence[str]) -> None:
    """`stage NAME` begins one, `stage NAME --status STATUS [--message WORDS]` ends it."""
    given, rest = take(words, ("--dir", "--status", "--message"), "stage")
    (name,) = exactly(rest, 1, "stage NAME [--status success|failure|warning]")
    folder = Folder(os.environ, given.get("--dir"))
    if "--status" not in given:
        _begin(folder, marks.STAGE, name)
        return
    message = given.get("--message", "")[: marks.LONGEST_MESSAGE] or None
    sample = _sample_of_end(folder, name, marks.STAGE)
    marks.put(folder, marks.DONE, name, status=_status(given), message=message, sample=sample)


def failure(words: Sequence[str]) -> None:
    """`failure STAGE REASON [--code CODE]`; a code may be an exit code, or a word."""
    given, rest = take(words, ("--dir", "--code"), "failure")
    name, reason = exactly(rest, 2, "failure STAGE REASON [--code CODE]")
    folder = Folder(os.environ, given.get("--dir"))
    word = given.get("--code", "")[:_LONGEST_CODE]
    code = int(word) if word.isdecimal() else word or None
    marks.put(folder, marks.FAILURE, name, reason=reason[: marks.LONGEST_MESSAGE], code=code)


def finalize(words: Sequence[str]) -> None:
    """`finalize [--packages-built N] [--packages-failed N]`: the documents, and the table."""
    given, rest = take(words, ("--dir", "--packages-built", "--packages-failed"), "finalize")
    exactly(rest, 0, "finalize, and options")
    folder = Folder(os.environ, given.get("--dir"))
    counts = {
        name: _whole(f"--{name.replace('_', '-')}", given)
        for name in ("packages_built", "packages_failed")
    }
    mark = marks.put(folder, marks.FINAL, "", **counts)
    if _was_started_by_init(folder):
        stop(folder)
    else:
        await_batch(folder, mark.uptime_ms)
    told = write_documents(folder, os.environ)
    _print_table(told.found)
    tell(alerts(told.comparison, os.environ))
    if is_wanted(os.environ):
        save(folder, told)


def summary(words: Sequence[str]) -> None:
    """`summary [--csv | --json]`: what there is so far."""
    given, rest = take(words, ("--dir",), "summary", flags=("--csv", "--json"))
    exactly(rest, 0, "summary, and options")
    folder = Folder(os.environ, given.get("--dir"))
    await_batch(folder, clock.uptime_ms())
    told = conclude_session(folder, os.environ)
    if "--csv" in given:
        tell(build_telemetry.csv(zip(told.found.steps, told.found.usages)))
    elif "--json" in given:
        tell(json.dumps(telemetry_of(told), indent=2) + "\n")
    else:
        _print_table(told.found)


def _begin(folder: Folder, kind: str, name: str) -> Mark:
    """With a sample of its own where no sampler runs."""
    is_seen = ask(folder, asking.LOOK) is not None
    return marks.put(folder, kind, name, sample=None if is_seen else snapshot())


def _end(folder: Folder, name: str, status: str) -> None:
    """Mark it, and tell what was used since its start."""
    sample = _sample_of_end(folder, name, marks.START)
    mark = marks.put(folder, marks.END, name, status=status, sample=sample)
    await_batch(folder, mark.uptime_ms)
    span = last_ended(spans_of(marks.read(folder)), mark)
    if span is None or span.start is None:
        say(f"step end {name}: it was never started")
        return
    found = measure_session(folder, os.environ, span.start.uptime_ms)
    usage = found.usages[found.spans.index(span)]
    tell(build_telemetry.closing(mark.name, mark.time_ms, usage))


def _sample_of_end(folder: Folder, name: str, kind: str) -> Optional[str]:
    """One that goes with its start's, where that brought one."""
    is_open = (span for span in reversed(spans_of(marks.read(folder))) if span.end is None)
    for span in is_open:
        if span.start and (span.start.kind, span.name) == (kind, name):
            before = span.start.more.get(SAMPLE)
            return snapshot(before) if isinstance(before, str) else None
    return None


def _was_started_by_init(folder: Folder) -> bool:
    began = [mark for mark in marks.read(folder) if mark.kind == marks.INIT]
    return read_pid(folder.pid) is not None and any(mark.more.get("started") for mark in began)


def _print_table(found: Measured) -> None:
    steps = list(zip(found.steps, found.usages))
    tell(build_telemetry.table(steps, found.job.usage.seconds))


def _status(given: dict[str, str]) -> str:
    status = given.get("--status", STATUSES[0])
    if status not in STATUSES:
        raise UsageError(f"--status: {status} is none of {', '.join(STATUSES)}")
    return status


def _whole(option: str, given: dict[str, str]) -> Optional[int]:
    if option not in given:
        return None
    if not given[option].isdecimal():
        raise UsageError(f"{option}: {given[option]} is no whole number")
    return int(given[option])
