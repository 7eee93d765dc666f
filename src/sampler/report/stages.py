"""What a user named inside a job: a moment and a name. Values only."""

from __future__ import annotations

from typing import NamedTuple


class Stage(NamedTuple):
    """A stage that began at `time_ms`, epoch milliseconds."""

    time_ms: int
    name: str
