"""A folder with a job's batches in; they go to the frontend, as far as it takes them.

A process of its own, short-lived, so that the one that collects stays small: what HTTP and TLS need
is ten times as large. It ends when all is sent, or at the first batch that is not taken, and in any
case by an alarm: nobody waits for it. The frontend dedupes, so what was sent but not noted down
goes again.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
import zlib

from ..model.sending import KEY_HEADER, SIGNATURE_HEADER, TIME_HEADER, signature
from . import clock
from .job_token import token
from .push_request import Answer, request
from .push_settings import PushSettings, PushSettingsError
from .push_spool import Spool
from .push_state import NotOursError, open_lock, private_folder, read_state, write_state
from .said import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .push_state import PushState

ALL_SENT, SOME_LEFT, NEVER = 0, 1, 2
"""Exit codes: NEVER means that it is useless to try again."""

LIFE_SECONDS = 60
LAST_SECONDS = 1.0
"""How long the end of a job may wait for its last batch."""

ACCEPTED = 202
_UNAUTHORIZED = 401
_TRY_AGAIN = frozenset({_UNAUTHORIZED, 408, 429})
_CLIENT_ERRORS = range(400, 500)
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, _LONGEST_RETRY_AFTER_SECONDS = 15, 300, 3600
_MS_PER_SECOND = 1000
_NICENESS = 10
_GZIP = 31  # zlib's window bits, for gzip's frame
_LOCK_POLL_SECONDS = 0.05


def push(file: str, private: str, environment: Mapping[str, str]) -> int:
    """Send what waits in `file`; one of the exit codes.

    `private` is a folder to keep tokens and the rest in.
    """
    signal.alarm(LIFE_SECONDS)
    os.nice(_NICENESS)
    try:
        lock = open_lock(private_folder(private))
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back at our end, whatever that is
        state = read_state(private)
        return _push(file, private, environment, state)
    except (OSError, NotOursError) as exc:
        say(f"batches are not pushed: {exc}")
        return SOME_LEFT


def push_last(file: str, private: str, environment: Mapping[str, str]) -> int:
    """The same at the end of a job, which waits a moment at most, and not for who was silent.

    Says what was wrong during the job.
    """
    until = time.monotonic() + LAST_SECONDS
    signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)
    signal.signal(signal.SIGALRM, _give_up)
    state = None
    try:
        lock = open_lock(private_folder(private))
        if _is_locked(lock, until):
            state = read_state(private)
            if not state.failures:
                _push(file, private, environment, state)
    except (OSError, NotOursError) as exc:
        say(f"batches are not pushed: {exc}")
    except _TooLateError:
        pass  # who sends in the background goes on for a while
    for problem in (state or read_state(private)).problems:
        say(problem)
    return ALL_SENT


class _TooLateError(Exception):
    """The job waits no longer."""


def _give_up(*_: object) -> None:
    raise _TooLateError


def _is_locked(lock: int, until: float) -> bool:
    """By us, before that moment."""
    while time.monotonic() < until:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_POLL_SECONDS)
        else:
            return True
    return False


def _push(file: str, private: str, environment: Mapping[str, str], state: PushState) -> int:
    if clock.uptime_ms() < state.not_before_ms:
        return SOME_LEFT
    try:
        settings = PushSettings(environment)
    except PushSettingsError as exc:
        state.complain(str(exc))
        write_state(private, state)
        return NEVER
    spool = Spool(file)
    try:
        return _send_all(spool, private, settings, state)
    finally:
        spool.close()


def _send_all(spool: Spool, private: str, settings: PushSettings, state: PushState) -> int:
    for line, end in spool.waiting(state.offset, state.number):
        is_dealt_with = _send(line, settings, state)
        if is_dealt_with:
            state.offset, state.number = end, spool.number
        write_state(private, state)
        if not is_dealt_with:
            return SOME_LEFT
    return ALL_SENT


def _send(line: bytes, settings: PushSettings, state: PushState) -> bool:
    """Whether the batch is out of our hands; what else there is to know is in the state."""
    answer = _attempt(line, settings, state)
    if answer.status == _UNAUTHORIZED and state.token:
        state.token = None  # it may have been made for less long than it said
        answer = _attempt(line, settings, state)
    if answer.status == ACCEPTED:
        state.failures = 0
        return True
    if answer.status in _CLIENT_ERRORS and answer.status not in _TRY_AGAIN:
        state.complain(f"batches were refused: {answer.status} {answer.words}".rstrip())
        return True
    state.failures += 1
    state.not_before_ms = clock.uptime_ms() + _pause_seconds(answer, state) * _MS_PER_SECOND
    state.complain(f"batches could not be sent at once: {answer.status or ''} {answer.words}")
    return False


def _pause_seconds(answer: Answer, state: PushState) -> int:
    """As it was told, within reason, or longer each time."""
    if answer.retry_after_seconds is not None:
        return min(answer.retry_after_seconds, _LONGEST_RETRY_AFTER_SECONDS)
    return min(_FIRST_PAUSE_SECONDS << min(state.failures - 1, 10), _LONGEST_PAUSE_SECONDS)


def _attempt(line: bytes, settings: PushSettings, state: PushState) -> Answer:
    """One request."""
    compressor = zlib.compressobj(wbits=_GZIP)
    body = compressor.compress(line) + compressor.flush()
    time_ms = str(clock.wall_ms())
    headers = {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        TIME_HEADER: time_ms,
    }
    if settings.key and settings.scope:
        headers[KEY_HEADER] = settings.scope
        headers[SIGNATURE_HEADER] = signature(settings.key, time_ms, body)
        return request(settings.address, headers, body)
    bearer = token(settings, state)
    if bearer is None:
        return Answer(_UNAUTHORIZED, words="the runner gives no token")
    headers["Authorization"] = f"Bearer {bearer}"
    return request(settings.address, headers, body)
