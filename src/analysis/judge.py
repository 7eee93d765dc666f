"""A job and its sample batches in; what it used, what it was short of and why it failed, out.

The one judge: a runner, the backend and every report ask it.
"""

from __future__ import annotations

from ..model.samples import Batch
from .measure import measure
from .timeline import Job
from .verdict import Verdict, conclude

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping, Optional

    from .failures import Recorded


def judge(
    job: Job,
    batches: Iterable[Batch],
    *,
    skew_ms: int = 0,
    thresholds: Optional[Mapping[str, float]] = None,
    exit_code: Optional[int] = None,
    recorded: Optional[Recorded] = None,
) -> Verdict:
    """The verdict on a job.

    `skew_ms` is added to the sampler's clock, `thresholds` override those of `rules` by name,
    `exit_code` is the failed step's where it is known, `recorded` a failure as a user told it.

    Raises:
        ThresholdError: `thresholds` names one that does not exist.
    """
    used = measure(job, batches, skew_ms=skew_ms)
    return conclude(used, thresholds=thresholds, exit_code=exit_code, recorded=recorded)
