"""A session's folder in; what it used, why it failed, how it compares with its baseline, out."""

from __future__ import annotations

from ..analysis.build_metrics import MB
from ..analysis.regressions import BuildFigures, compare
from ..analysis.timeline import has_failed
from ..model.named_tuples import NamedTuple
from . import clock, marks
from .baseline import read_baseline
from .measured import measured
from .stored import stored_batches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

    from ..analysis.failures import Failure
    from ..analysis.regressions import Comparison
    from .folder import Folder
    from .measured import Measured

_JOB = "GITHUB_JOB"
_USUAL_NAME = "build"


class Conclusion(NamedTuple):
    """`failure` is None where nothing failed; `baseline` may hold nothing to compare with."""

    found: Measured
    failure: Optional[Failure]
    baseline: BuildFigures
    comparison: Comparison

    @property
    def version(self) -> str:
        """Of what is built, as `init` was told."""
        init = self.found.init
        return str(init.more.get("version", "")) if init else ""


def measure_session(
    folder: Folder, environment: Mapping[str, str], since_uptime_ms: Optional[int] = None
) -> Measured:
    """What each step and stage used; where only the last ones matter, by what was seen since."""
    return measured(
        environment.get(_JOB) or _USUAL_NAME,
        marks.of_last_job(marks.read(folder)),
        stored_batches(folder.batches, since_uptime_ms),
        clock.wall_ms(),
    )


def conclude_session(folder: Folder, environment: Mapping[str, str]) -> Conclusion:
    """As it is by now, or was when it was finalized."""
    found = measure_session(folder, environment)
    baseline = read_baseline(folder, found.marks)
    return Conclusion(found, _failure(found), baseline, compare(_figures(found), baseline))


def _figures(found: Measured) -> BuildFigures:
    """What failed has ended before its time: it compares with nothing."""
    usage = found.job.usage
    if has_failed(found.job.job):
        return BuildFigures()
    peak_bytes = usage.memory_max_bytes
    return BuildFigures(usage.seconds, None if peak_bytes is None else peak_bytes // MB)


def whole(value: object) -> Optional[int]:
    """What was said as a whole number."""
    return value if isinstance(value, int) else None


def _failure(found: Measured) -> Optional[Failure]:
    """What kind it was, by what was recorded and what was seen."""
    from ..analysis.failures import Recorded
    from ..analysis.verdict import conclude

    told = found.failure
    recorded = Recorded("", f"{told.name}: {told.more.get('reason', '')}") if told else None
    code = whole(told.more.get("code")) if told else None
    return conclude(found.job, exit_code=code, recorded=recorded).failure
