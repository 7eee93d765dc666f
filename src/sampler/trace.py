"""A job's facts in; its place in the trace that the backend will tell of it, out. Pure.

The ids follow from GitHub's numbers alone, so that a build's own spans hang under its job.
https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Optional


def trace_parent(facts: Mapping[str, Any]) -> Optional[str]:
    """`00-TRACE-SPAN-01`: the span is the job's, or the run's where no job is known.

    `facts` is what `job_facts` says; None outside of a job.
    """
    from ..model.ids import job_record_id, run_record_id, span_id, trace_id

    if "run_id" not in facts:
        return None
    host = facts["host"]
    run = run_record_id(host, facts["run_id"], facts.get("run_attempt"))
    job_id = facts.get("job_id")
    parent = run if job_id is None else job_record_id(host, job_id)
    return f"00-{trace_id(run):032x}-{span_id(parent):016x}-01"
