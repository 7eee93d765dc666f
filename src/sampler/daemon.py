"""A folder in; samples of the machine in its files, until it is told to stop, out.

SIGTERM ends it, with a last sample, the final batch and the documents; SIGQUIT without these.
SIGUSR1 has it look and make a batch at once, SIGUSR2 only look. Nothing that fails ends it: each
problem is a line in its log, once.
"""

from __future__ import annotations

import os
import time

from . import pid_file, signals
from .asking import FLUSH, LEAVE, LOOK, STARTED, STOP
from .assembly import collector
from .folder import Folder
from .job_facts import job_facts
from .limits import SHORT_BATCH_MS, Reason, batch_ms
from .pusher import Pusher
from .said import say
from .session import BatchFile, RawFile
from .shortage import is_short
from .step_key import OUR_TRACKING_ID, step_key
from .ticks import Ticks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    from ..model.samples import Batch
    from .collector import Collector
    from .moment import Moment
    from .options import StartOptions

# A terminal's and a lost connection's, too, though none is ours.
_STOPS = frozenset({STOP, LEAVE, signals.SIGINT, signals.SIGHUP})
_AWAITED = _STOPS | {FLUSH, LOOK}
_OUTPUT, _LOG = 1, 2  # the standard streams, as `start` has laid them
_MOST_TOLD = 100  # problems


def run_daemon(options: StartOptions, worker: Optional[int]) -> int:
    """Sample until the end; `worker` is the process whose end is the job's."""
    signals.pthread_sigmask(signals.SIG_BLOCK, _AWAITED)
    folder = Folder(os.environ, options.folder)
    samples = options.output or folder.samples
    started = time.monotonic()
    try:
        key_of = step_key(os.environ.get(OUR_TRACKING_ID, ""))
        found = collector(options.proc, options.interval_seconds, key_of)
        first = found.sample(all_of_them=True)
        raw = RawFile(samples, options.most_bytes)
        batches = BatchFile(folder.batches, options.most_bytes)
        pid_file.write(folder.pid, samples)
    except Exception as exc:  # noqa: BLE001 -- whatever it is, there is nothing to sample with
        _answer(f"nothing is sampled: {str(exc) or type(exc).__name__}")
        return 0
    os.chdir("/")  # so that no folder is in use for our sake
    _answer(STARTED)
    daemon = Daemon(found, first, raw, batches, Pusher(folder.path, os.environ))
    reason = Reason(folder.path, first.uptime_ms, worker)
    ended_by = daemon.run(Ticks(started, options.interval_seconds), reason)
    if os.path.isdir(folder.path):
        daemon.finish(folder, has_documents=ended_by != LEAVE)
    return 0


class Daemon:
    """What is done with a collector, tick after tick."""

    def __init__(
        self,
        found: Collector,
        first: Moment,
        raw: RawFile,
        batches: BatchFile,
        pusher: Pusher,
    ) -> None:
        """The first sample has been taken."""
        self._collector = found
        self._first = self._latest = first
        self._raw = raw
        self._batches = batches
        self._pusher = pusher
        self._job = job_facts(os.environ)
        self._told: set[str] = set()
        self._batched_ms = first.uptime_ms
        self._try(raw.add, first, found)

    def run(self, ticks: Ticks, reason: Reason) -> Optional[int]:
        """Until a signal says stop, which is returned, or nobody is left to look on for."""
        moment = ticks.advance(time.monotonic())
        while True:
            received = signals.sigtimedwait(_AWAITED, max(0.0, moment - time.monotonic()))
            number = received.si_signo if received else None
            if number in _STOPS:
                return number
            self._try(self._sample, ticks.missed)
            if number == FLUSH or self._is_due():
                self._try(self._hand_over)
            if reason.is_gone(self._latest.uptime_ms):
                return None
            if number is None:
                moment = ticks.advance(time.monotonic())

    def finish(self, folder: Folder, *, has_documents: bool) -> None:
        """The last sample, the last batch, and what is made of them all, where that is ours."""
        self._try(self._sample_all)
        self._try(self._hand_over_last)
        if has_documents:
            self._try(_write_documents, folder)
        self._try(pid_file.remove, folder.pid)

    def _sample(self, missed_ticks: int) -> None:
        self._latest = self._collector.sample(missed_ticks=missed_ticks)
        self._raw.add(self._latest, self._collector)

    def _sample_all(self) -> None:
        self._latest = self._collector.sample(all_of_them=True)
        self._raw.add(self._latest, self._collector)

    def _is_due(self) -> bool:
        """Whether it is time for a batch; sooner while memory or disk is short."""
        uptime_ms = self._latest.uptime_ms
        usual_ms = batch_ms(uptime_ms - self._first.uptime_ms, self._batches.thinned)
        period_ms = SHORT_BATCH_MS if self._is_short() else usual_ms
        return uptime_ms - self._batched_ms >= period_ms

    def _is_short(self) -> bool:
        return is_short(self._latest, self._first, self._collector.host)

    def _hand_over(self) -> None:
        if self._collector.count:
            self._add(self._collector.batch())
            self._pusher.nudge(urgent=self._is_short())

    def _hand_over_last(self) -> None:
        self._add(self._collector.batch(final=True))
        self._pusher.finish()

    def _add(self, batch: Batch) -> None:
        self._batched_ms = batch.uptime_ms[-1]
        batch.job = self._job
        self._batches.add(batch)

    def _try(self, what: Callable[..., None], *given: object) -> None:
        try:
            what(*given)
        except Exception as exc:  # noqa: BLE001 -- whatever fails, the next sample may not
            problem = str(exc) or type(exc).__name__
            if problem not in self._told and len(self._told) < _MOST_TOLD:
                self._told.add(problem)
                say(problem)


def _write_documents(folder: Folder) -> None:
    from .documents import write_documents

    write_documents(folder, os.environ)


def _answer(words: str) -> None:
    """To who started it, who waits for no more than that."""
    try:
        os.write(_OUTPUT, f"{words}\n".encode("utf-8", "replace"))
        os.dup2(_LOG, _OUTPUT)
    except OSError:
        return  # nobody listens
