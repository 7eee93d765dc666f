"""A job's folder in; its sampler ended, the last files made and the last batch sent, out.

A job waits for this: so it is one process, which gets ready while the sampler takes its last
sample, and to which the sampler leaves what it would else make at its end.
"""

from __future__ import annotations

import os

from . import asking, pid_file
from .background import end
from .job_facts import PUSH_URL
from .said import complain, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Callable

    from .folder import Folder
    from .options import SummaryOptions


def finish(folder: Folder, environment: Mapping[str, str], options: SummaryOptions) -> None:
    """What fails is a line, and the rest is done."""
    known = pid_file.read(folder.pid)
    if known:
        _try(end, folder, known, asking.LEAVE, _get_ready)
    else:
        say(f"no sampler runs for {folder.path}")
        if not os.path.isdir(folder.path):
            return
    from .documents import write_documents
    from .summarize import summarize

    _try(write_documents, folder, environment)
    _try(summarize, folder, environment, options)
    if environment.get(PUSH_URL):
        from .push_command import push_from

        _try(push_from, folder.path, environment, is_last=True)


def _get_ready() -> None:
    """Load what is needed next, on another core than the sampler's."""
    from . import documents, html, summarize  # noqa: F401 -- to have them imported is all


def _try(what: Callable[..., object], *given: object, **more: object) -> None:
    try:
        what(*given, **more)
    except Exception as exc:  # noqa: BLE001 -- whatever it is, the rest may work
        complain(f"telemetry failed: {str(exc) or type(exc).__name__}")
