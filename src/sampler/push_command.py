"""The words after `push` in; batches go out, and an exit code."""

from __future__ import annotations

import os

from .push import push, push_last

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

BATCHES = "batches.jsonl"


def push_from(folder: str, environment: Mapping[str, str], *, is_last: bool) -> int:
    """What waits in a job's folder; `is_last` at the job's end, which waits a moment at most."""
    send = push_last if is_last else push
    return send(os.path.join(folder, BATCHES), private_path(folder), environment)


def private_path(folder: str) -> str:
    """Where tokens are kept: beside the folder, since all in it may be uploaded."""
    return f"{folder.rstrip('/')}.push"
