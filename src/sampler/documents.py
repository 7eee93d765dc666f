"""A session's folder in; the documents that are made of it at its end, in it, out."""

from __future__ import annotations

import json
import os

from ..analysis.verdict import conclude
from . import clock, marks
from .formats import build_session, build_telemetry
from .measured import measured
from .stored import stored_batches
from .surroundings import surroundings
from .view import PROC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

    from ..analysis.failures import Failure
    from .folder import Folder
    from .measured import Measured

_JOB = "GITHUB_JOB"
_USUAL_NAME = "build"


def measure_session(
    folder: Folder, environment: Mapping[str, str], since_uptime_ms: Optional[int] = None
) -> Measured:
    """What each step and stage used; where only the last ones matter, by what was seen since."""
    return measured(
        environment.get(_JOB) or _USUAL_NAME,
        marks.read(folder),
        stored_batches(folder.batches, since_uptime_ms),
        clock.wall_ms(),
    )


def write_documents(folder: Folder, environment: Mapping[str, str]) -> Measured:
    """Each whole or not at all; returns what they are made of.

    Raises:
        OSError: one cannot be written.
    """
    found = measure_session(folder, environment)
    rows = list(zip(found.steps, found.usages))
    batches = found.batches
    statuses = [span.status for span in found.spans]
    metrics = build_session.metrics(
        found.job,
        list(zip(found.steps, statuses)),
        batches,
        surroundings(PROC),
        _recorded(found),
        _failure(found),
    )
    disk_kb = max((kb for batch in batches for kb in batch.host.filesystems.values()), default=0)
    version = str(found.init.more.get("version", "")) if found.init else ""
    job = build_telemetry.document(found.job, rows, environment, version, disk_kb)
    _write(folder.metrics, json.dumps(metrics, indent=2) + "\n")
    _write(folder.job, json.dumps(job, indent=2) + "\n")
    _write(folder.steps, build_telemetry.csv(rows))
    return found


def _recorded(found: Measured) -> build_session.Recorded:
    failure, final = found.failure, found.final
    return build_session.Recorded(
        stage=failure.name if failure else "",
        reason=str(failure.more.get("reason", "")) if failure else "",
        packages_built=_count(final.more.get("packages_built")) if final else None,
        packages_failed=_count(final.more.get("packages_failed")) if final else None,
    )


def _failure(found: Measured) -> Optional[Failure]:
    """What kind it was, by what was recorded and what was seen."""
    from ..analysis.failures import Recorded

    told = found.failure
    recorded = Recorded("", f"{told.name}: {told.more.get('reason', '')}") if told else None
    code = _count(told.more.get("code")) if told else None
    return conclude(found.job, exit_code=code, recorded=recorded).failure


def _count(value: object) -> Optional[int]:
    return value if isinstance(value, int) else None


def _write(path: str, text: str) -> None:
    draft = f"{path}.{os.getpid()}"
    try:
        with open(draft, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)
