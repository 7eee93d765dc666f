"""A session's folder in; the figures of the build that it is compared with out, and the reverse.

A baseline is the `metrics.json` of an earlier build, beside that of this one: who keeps the file
from one machine to the next (a cache, an artifact) keeps the baseline.
"""

from __future__ import annotations

import json
import math

from ..analysis.regressions import BuildFigures
from . import marks
from .whole_file import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Optional

    from .folder import Folder
    from .marks import Mark


def read_baseline(folder: Folder, session: Iterable[Mark]) -> BuildFigures:
    """What a session is compared with; nothing is known of it where none was saved.

    A session that was itself saved since is compared with what was there before.
    """
    saved = first_saved(session)
    if saved is not None:
        return BuildFigures(*(_number(saved.more.get(name)) for name in BuildFigures._fields))
    try:
        with open(folder.baseline, encoding="utf-8") as file:
            return figures_of(json.load(file))
    except (OSError, ValueError):
        return BuildFigures()


def first_saved(session: Iterable[Mark]) -> Optional[Mark]:
    """When a session became a baseline itself, if it has."""
    return next((mark for mark in session if mark.kind == marks.SAVED), None)


def save_baseline(
    folder: Folder, metrics: Mapping[str, object], compared_with: BuildFigures
) -> None:
    """This session's metrics are the next one's baseline; what it was compared with is kept.

    Raises:
        OSError: they cannot be written.
    """
    marks.put(folder, marks.SAVED, "", **compared_with._asdict())
    write_whole(folder.baseline, json.dumps(metrics, indent=2) + "\n")


def figures_of(metrics: object) -> BuildFigures:
    """What `metrics.json` tells; somebody may have written it by hand."""
    return BuildFigures(
        _number(_member(_member(metrics, "build_session"), "duration_seconds")),
        _number(_member(_member(metrics, "memory_metrics"), "peak_usage_mb")),
    )


def _member(whole: object, name: str) -> object:
    return whole.get(name) if isinstance(whole, dict) else None


def _number(value: object) -> Optional[float]:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) else None  # type: ignore[return-value,arg-type]
