"""What a user names inside a job: a step begins or ends, a stage, a failure. Kept on disk.

Each mark is a small file of its own, put there whole: commands of several shells and steps of a
job, one after another or at once, need not know of each other. From Python:

    from src.sampler.marks import time_it

    with time_it("compile"):
        ...
"""

from __future__ import annotations

import json
import os
import time
from contextlib import ContextDecorator

from ..model.named_tuples import NamedTuple
from . import clock
from .files import read_text
from .folder import Folder, is_enabled
from .line_file import whole_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Optional

INIT, START, END, STAGE, DONE, FAILURE, SAVED, FINAL = (
    *("init", "step start", "step end"),
    *("stage start", "stage end", "failure", "baseline saved", "finalize"),
)
"""What a mark may be of."""
SAMPLE = "sample"
"""Where a mark keeps the batch of one sample that was taken for it."""
CALLER = "caller"
"""Where the beginning of a step keeps who called, and what CPU time that one had used."""
ANEW = "anew"
"""Where `init` keeps whether what was marked before it is another job's."""
LONGEST_NAME, LONGEST_MESSAGE = 256, 4_000
_SUFFIX = ".json"


class Mark(NamedTuple):
    """A moment that somebody named; `time_ms` is the wall clock's, `uptime_ms` the one since boot.

    `more` is what else was said: a status, a message, a code, a sample that was taken.
    """

    kind: str
    name: str
    time_ms: int
    uptime_ms: int
    boot_id: str
    more: dict[str, object]


def put(folder: Folder, kind: str, name: str, **more: object) -> Mark:
    """Mark this moment; None among `more` is what was not said.

    Raises:
        OSError: it cannot be written.
    """
    folder.make()
    said = {
        key: _utf8(value) if isinstance(value, str) else value
        for key, value in more.items()
        if value is not None
    }
    mark = Mark(kind, kept_name(name), clock.wall_ms(), clock.uptime_ms(), _boot_id(), said)
    path = os.path.join(folder.marks, f"{time.monotonic_ns():020}-{os.getpid()}{_SUFFIX}")
    draft = path[: -len(_SUFFIX)]
    with open(draft, "w", encoding="utf-8") as file:
        file.write(json.dumps(list(mark)) + "\n")
    os.replace(draft, path)
    return mark


def kept_name(name: str) -> str:
    """What is kept of a name, up to a length."""
    return _utf8(name)[:LONGEST_NAME]


def read(folder: Folder) -> list[Mark]:
    """All marks, in the order of time."""
    try:
        names = [name for name in os.listdir(folder.marks) if name.endswith(_SUFFIX)]
    except OSError:
        return []
    found = [_mark(os.path.join(folder.marks, name)) for name in sorted(names)]
    return sorted((mark for mark in found if mark), key=lambda mark: mark.time_ms)


def of_last_job(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Those since a job began that another one came before."""
    starts = [place for place, mark in enumerate(marks) if mark.more.get(ANEW)]
    return marks[starts[-1] :] if starts else marks


class time_it(ContextDecorator):  # noqa: N801 -- it reads as a function, as contextlib's own do
    """Marks a step around a block, or around a function that it decorates."""

    def __init__(self, name: str, folder: Optional[str] = None) -> None:
        """`folder` is where the files of the session are, if not where the environment says."""
        self._name = name
        self._folder = Folder(os.environ, folder)

    def __enter__(self) -> time_it:  # noqa: PYI034 -- Self is not in typing before 3.11
        self._mark(START)
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._mark(END, status="success" if kind is None else "failure")

    def _mark(self, kind: str, **more: object) -> None:
        """What cannot be marked is not; the block runs all the same."""
        try:
            if is_enabled(os.environ):
                put(self._folder, kind, self._name, **more)
        except OSError:
            return


def _utf8(words: str) -> str:
    """What can be written; a shell may hand us any bytes."""
    return words.encode("utf-8", "replace").decode()


def _boot_id() -> str:
    return read_text("/proc/sys/kernel/random/boot_id").decode("ascii", "replace").strip()


def _mark(path: str) -> Optional[Mark]:
    """None for what is no mark: a disk was full, or another program's file is here."""
    try:
        kind, name, time_ms, uptime_ms, boot_id, more = json.loads(b"".join(whole_lines(path)))
        return Mark(str(kind), str(name), int(time_ms), int(uptime_ms), str(boot_id), dict(more))
    except (TypeError, ValueError):
        return None
