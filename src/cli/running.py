"""Where the local stack of a home folder listens: written by the stack, read by other commands.

What the user's environment says of hosts and ports counts before it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from ..shared.settings import Settings
from .stack_settings import StackSettings

RUNNING_FILE = "running.json"

S = TypeVar("S", bound=Settings)


@contextmanager
def told_where(settings: StackSettings) -> Iterator[None]:
    """Tell whoever looks into the home folder where we listen, for as long as we do."""
    file = settings.home / RUNNING_FILE
    told = settings.model_dump(include={"host", "port", "insights_port"})
    file.write_text(json.dumps({"pid": os.getpid(), **told}), encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def as_running(settings: S, **names: str) -> S:
    """The settings with what nobody set taken from the stack that runs in their home, if one does.

    `names` are the settings' fields, each with what the stack calls the same: `host`, `port` or
    `insights_port`.
    """
    told = _told(settings.home / RUNNING_FILE)
    ours = settings.model_fields_set
    update = {field: told[name] for field, name in names.items() if field not in ours and told}
    return settings.model_copy(update=update)


def _told(file: Path) -> dict[str, Any]:
    """Nothing where no stack runs: one that was killed leaves its file behind."""
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        os.kill(told["pid"], 0)
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return told if {"host", "port", "insights_port"} <= told.keys() else {}
