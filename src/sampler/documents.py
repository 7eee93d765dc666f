"""A session's folder in; the documents that are made of it at its end, in it, out."""

from __future__ import annotations

import json
import os

from .conclusion import conclude_session, whole
from .formats import build_logs, build_session, build_summary, build_telemetry
from .spans import moment_ms
from .stored import boot_id, clock_ms
from .surroundings import surroundings
from .view import PROC
from .whole_file import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .conclusion import Conclusion
    from .folder import Folder
    from .marks import Mark
    from .measured import Measured


def write_documents(folder: Folder, environment: Mapping[str, str]) -> Conclusion:
    """Each whole or not at all; returns what they are made of.

    Raises:
        OSError: one cannot be written.
    """
    told = conclude_session(folder, environment)
    for path, document in (
        (folder.metrics, metrics_of(told)),
        (folder.job, _job(told, environment)),
        (folder.build_summary, _build_summary(told)),
    ):
        write_whole(path, json.dumps(document, indent=2) + "\n")
    for path, text in _tables(folder, told):
        write_whole(path, text)
    return told


def metrics_of(told: Conclusion) -> dict[str, object]:
    """What `metrics.json` is to hold."""
    found = told.found
    return build_session.metrics(
        found.job,
        [(step, span.status) for step, span in zip(found.steps, found.spans)],
        found.batches,
        surroundings(PROC),
        _recorded(found),
        told.failure,
        told.comparison,
    )


def telemetry_of(told: Conclusion) -> dict[str, object]:
    """What is to stand in the summary of a build."""
    return build_summary.telemetry(told.found.job, told.failure, told.comparison)


def _build_summary(told: Conclusion) -> dict[str, object]:
    return build_summary.summary(told.found.job, told.version, told.failure, told.comparison)


def _job(told: Conclusion, environment: Mapping[str, str]) -> dict[str, object]:
    found = told.found
    sizes_kb = (kb for batch in found.batches for kb in batch.host.filesystems.values())
    known = {"HOSTNAME": os.uname().nodename, **environment}  # shells seldom tell of theirs
    return build_telemetry.document(
        found.job, found.rows, known, told.version, max(sizes_kb, default=0)
    )


def _tables(folder: Folder, told: Conclusion) -> Iterator[tuple[str, str]]:
    """The files that are no JSON."""
    found, batches = told.found, told.found.batches
    clock, boot = clock_ms(batches), boot_id(batches)

    def when_ms(mark: Mark) -> int:
        return moment_ms(mark, clock, boot) or mark.time_ms

    yield folder.steps, build_telemetry.csv(found.rows)
    story = build_logs.telemetry_log(found.marks, when_ms, telemetry_of(told))
    yield folder.telemetry_log, story
    yield folder.memory_log, build_logs.memory_log(batches)
    yield folder.network_log, build_logs.network_log(batches)
    yield folder.stages_log, build_logs.stages_log(zip(found.steps, found.spans))


def _recorded(found: Measured) -> build_session.Recorded:
    failure, final = found.failure, found.final
    return build_session.Recorded(
        stage=failure.name if failure else "",
        reason=str(failure.more.get("reason", "")) if failure else "",
        packages_built=whole(final.more.get("packages_built")) if final else None,
        packages_failed=whole(final.more.get("packages_failed")) if final else None,
    )
