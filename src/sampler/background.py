"""`start`, `stop` and `status` in; a sampler in the background, and a line about it, out.

Whatever fails costs a line: the exit code is 0, for it is somebody's job that runs us.
"""

from __future__ import annotations

import os
import sys
import time

from . import asking, pid_file
from .entry import ENTRY
from .folder import Folder
from .limits import find_worker
from .said import say
from .signals import SIGKILL
from .step_key import OUR_TRACKING_ID, TRACKING_ID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Callable, Optional

    from .options import StartOptions

_BEGIN_SECONDS = 5.0  # until it must have taken its first sample
_END_SECONDS = 10.0
_LOOK_SECONDS = 0.005
# Where Python keeps what it has compiled of a room that is needed here by samplers alone.
_COMPILED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "analysis", "__pycache__")
# What bears the first is killed at the job's end, what bears the second belongs to a step.
_NOT_ITS_OWN = frozenset({TRACKING_ID, "GITHUB_ACTION"})


def start(options: StartOptions, words: Sequence[str]) -> bool:
    """Begin, unless one runs already; whether this one has begun.

    `words` are the options as they were given.
    """
    folder = Folder(os.environ, options.folder)
    try:
        folder.make()
        lock = _locked(folder)
    except OSError as exc:
        say(f"nothing is sampled: {exc}")
        return False
    try:
        known = pid_file.read(folder.pid)
        if known and known.is_alive():
            say(f"a sampler runs already: process {known.pid}, writing {known.samples}")
            return False
        if known is None:
            _make_way(folder, options.output or folder.samples)
        answer = _launch(folder, options, words)
    except OSError as exc:
        answer = f"nothing is sampled: {exc}"
    finally:
        os.close(lock)
    if answer != asking.STARTED:
        say(answer or f"the sampler is slow to begin; see {folder.log}")
    return answer == asking.STARTED


def stop(folder: Folder) -> None:
    """Have it take its last sample and end; wait for that, but not for ever."""
    known = pid_file.read(folder.pid)
    if known is None:
        say(f"no sampler runs for {folder.path}")
    elif not end(folder, known, asking.STOP):
        from .documents import write_documents

        write_documents(folder, os.environ)


def end(
    folder: Folder, known: pid_file.Known, what: int, meanwhile: Callable[[], object] = bool
) -> bool:
    """Ask a sampler to end, one way or the other; whether it has made all that it makes then.

    `meanwhile` is done while it ends. Where it cannot, or could not, a line says so.
    """
    if not known.is_alive():
        say(f"the sampler had ended before it was stopped; {known.samples} is what it saw")
        pid_file.remove(folder.pid)
        return False
    ask(folder, what)
    meanwhile()
    if _ends(known):
        return True
    say(f"the sampler did not end within {_END_SECONDS:g} s, and was killed")
    os.kill(known.pid, SIGKILL)
    pid_file.remove(folder.pid)
    return False


def status(folder: Folder) -> str:
    """What there is to say of it, in a line."""
    known = pid_file.read(folder.pid)
    if known is None:
        return f"no sampler runs for {folder.path}"
    sizes = f"{_size(known.samples)} in {known.samples}, {_size(folder.batches)} in batches"
    if not known.is_alive():
        return f"the sampler, process {known.pid}, has died: {sizes}"
    return f"sampling: process {known.pid}; {sizes}{_last_problem(folder.log)}"


def ask(folder: Folder, what: int) -> Optional[pid_file.Known]:
    """Have a running sampler look, or look and make a batch; None where none can be asked."""
    known = pid_file.read(folder.pid)
    if known is None or not known.is_alive():
        return None
    try:
        os.kill(known.pid, what)
    except OSError:  # it has just ended, or is another user's
        return None
    return known


def _locked(folder: Folder) -> int:
    """A descriptor that only one of us has at a time, until it is closed."""
    import fcntl

    lock = os.open(folder.file("start.lock"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _make_way(folder: Folder, samples: str) -> None:
    """What an earlier session left, that was ended, makes way for this one."""
    marks = [os.path.join(folder.marks, name) for name in os.listdir(folder.marks)]
    for path in (*folder.of_a_session, samples, *marks):
        if os.path.isfile(path) or os.path.islink(path):
            os.unlink(path)


def _launch(folder: Folder, options: StartOptions, words: Sequence[str]) -> str:
    """Start it in a session of its own, with nothing of ours open; its answer, "" for none.

    It is a program of its own: the environment that others see of a process is the one that it
    was started with, whatever it does to it later.
    """
    if options.output:
        os.makedirs(os.path.dirname(os.path.abspath(options.output)), exist_ok=True)
    ours, theirs = os.pipe()
    log = os.open(folder.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    devnull = os.open(os.devnull, os.O_RDONLY)
    worker = find_worker()
    command = [sys.executable, "-I", "-S", ENTRY, "daemon", str(worker or 0), *words]
    environment = {**_own(os.environ), "TELEMETRY_DIR": folder.path}
    dup = [(os.POSIX_SPAWN_DUP2, fd, to) for fd, to in ((devnull, 0), (theirs, 1), (log, 2))]
    os.posix_spawn(sys.executable, command, environment, file_actions=dup, setsid=True)
    _compile_ahead()
    for fd in (theirs, log, devnull):
        os.close(fd)
    try:
        return _answer(ours)
    finally:
        os.close(ours)


def _compile_ahead() -> None:
    """What the other one needs soon, on another core while its Python starts.

    Only in a checkout that a runner has just fetched: it has nothing compiled yet.
    """
    if not os.path.isdir(_COMPILED):
        from . import assembly  # noqa: F401 -- to have it imported is all


def _own(environment: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in environment.items() if name not in _NOT_ITS_OWN}
    return {**own, OUR_TRACKING_ID: environment.get(TRACKING_ID, "")}


def _answer(pipe: int) -> str:
    import select

    is_there, _, _ = select.select([pipe], [], [], _BEGIN_SECONDS)
    return os.read(pipe, 1000).decode("utf-8", "replace").strip() if is_there else ""


def _ends(known: pid_file.Known) -> bool:
    until = time.monotonic() + _END_SECONDS
    while known.is_alive():
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def _size(path: str) -> str:
    from ..analysis.amounts import say_bytes

    try:
        return say_bytes(os.path.getsize(path))
    except OSError:
        return "nothing"


def _last_problem(log: str) -> str:
    try:
        with open(log, encoding="utf-8", errors="replace") as file:
            said = file.read().splitlines()
    except OSError:
        return ""
    return f"; {said[-1]}" if said else ""
