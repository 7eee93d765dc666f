"""The words of `init`, `step`, `stage` and `failure` in; marks on disk, and boxes in a log, out.

What only the end of a step needs is imported there: a step's beginning is to cost nothing.
"""

from __future__ import annotations

import os

from . import asking, marks
from .background import ask, start
from .caller import caller, cpu_seconds_since
from .folder import Folder
from .options import StartOptions, UsageError, exactly, take
from .said import complain, tell
from .snapshot import snapshot
from .spans import spans_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional

    from .marks import Mark

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
    is_another = _is_another(job, marks.of_last_job(marks.read(folder))) or None
    marks.put(folder, marks.INIT, job, version=version, started=not had_one, anew=is_another)


def step(words: Sequence[str]) -> None:
    """`step start NAME`, `step end NAME [--status STATUS]`."""
    given, rest = take(words, ("--dir", "--status"), "step")
    what, name = exactly(
        rest, 2, f"step start NAME, or step end NAME [--status {'|'.join(STATUSES)}]"
    )
    folder = Folder(os.environ, given.get("--dir"))
    if what == "start":
        from .formats.build_telemetry import opening

        mark = _begin(folder, marks.START, name)
        tell(opening(mark.name, mark.time_ms))
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
    sample = _sample_after(_start_of(folder, marks.DONE, name))
    marks.put(folder, marks.DONE, name, status=_status(given), message=message, sample=sample)


def failure(words: Sequence[str]) -> None:
    """`failure STAGE REASON [--code CODE]`; a code may be an exit code, or a word."""
    given, rest = take(words, ("--dir", "--code"), "failure")
    name, reason = exactly(rest, 2, "failure STAGE REASON [--code CODE]")
    folder = Folder(os.environ, given.get("--dir"))
    word = given.get("--code", "")[:_LONGEST_CODE]
    code = int(word) if word.isdecimal() else word or None
    reason = reason[: marks.LONGEST_MESSAGE]
    sample = _sample_after(_start_of(folder, marks.FAILURE, name))
    marks.put(folder, marks.FAILURE, name, reason=reason, code=code, sample=sample)


def _is_another(name: str, before: Sequence[Mark]) -> bool:
    """Whether what was marked before is of another job than the one that begins now."""
    if any(mark.kind == marks.FINAL for mark in before):
        return True
    begun = [mark.name for mark in before if mark.kind == marks.INIT]
    if begun[-1:] in ([], [marks.kept_name(name)]):
        return False
    complain(f"init {name}: {begun[-1]} was not finalized; what was marked in it is left out")
    return True


def _begin(folder: Folder, kind: str, name: str) -> Mark:
    """With a sample of its own where no sampler runs."""
    is_seen = ask(folder, asking.LOOK) is not None
    sample = None if is_seen else snapshot()
    return marks.put(folder, kind, name, sample=sample, caller=caller())


def _end(folder: Folder, name: str, status: str) -> None:
    """Mark it, and tell what was used since its start."""
    from .conclusion import measure_session
    from .flush import await_batch
    from .formats.build_telemetry import closing

    begun = _start_of(folder, marks.END, name)
    if begun is None:
        raise UsageError(f"step end {name}: it was never started, or has ended")
    mark = marks.put(folder, marks.END, name, status=status, sample=_sample_after(begun))
    await_batch(folder, mark.uptime_ms)
    found = measure_session(folder, os.environ, begun.uptime_ms)
    usage = next(usage for span, usage in zip(found.spans, found.usages) if span.end == mark)
    own_cpu_seconds = cpu_seconds_since(begun.more.get(marks.CALLER))
    tell(closing(mark.name, mark.time_ms, usage, own_cpu_seconds))


def _start_of(folder: Folder, kind: str, name: str) -> Optional[Mark]:
    """The start of what a mark of this kind and name would end."""
    name = marks.kept_name(name)
    spans = reversed(spans_of(marks.of_last_job(marks.read(folder))))
    return next((span.start for span in spans if span.start and span.is_ended_by(kind, name)), None)


def _sample_after(start: Optional[Mark]) -> Optional[str]:
    """One that goes with its start's, where that brought one."""
    before = start.more.get(marks.SAMPLE) if start else None
    return snapshot(before) if isinstance(before, str) else None


def _status(given: dict[str, str]) -> str:
    status = given.get("--status", STATUSES[0])
    if status not in STATUSES:
        raise UsageError(f"--status: {status} is none of {', '.join(STATUSES)}")
    return status
