"""Rows of shipped queries in, what they say of the last day in words out. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Row = dict[str, Any]


def day_in_words(overview: Row, pools: Sequence[Row] = ()) -> dict[str, str]:
    """The row of `overview`, each answer under its heading; what is not known yet is said so.

    `pools` are the rows of `queue-time-today`, those who waited longest first.
    """
    if not overview.get("completed_runs") and not overview.get("finished_jobs"):
        return {"Nothing yet": "no delivery has come; ask again by the query `overview`"}
    return {
        "Slowest job": _slowest_job(overview),
        "Success rate": _success(overview),
        "Queue time": f"half of {overview['finished_jobs']} jobs waited over"
        f" {duration(overview['queue_p50_seconds'])}, one in 20 over"
        f" {duration(overview['queue_p95_seconds'])}{_longest_queue(pools)}",
        "Right size": _right_size(overview),
    }


def steps_in_words(steps: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    """Of each row of `slowest-steps-today`: how long, which step of which job, short of what."""
    for step in steps:
        name = f"{step['step_name']} in {step['job_name']}"
        yield duration(step["duration_seconds"]), name, _shortage(step)


def duration(seconds: float | None) -> str:
    """`45 s`, `12 min 5 s`, `3 h 7 min`; `an unknown time` for None."""
    if seconds is None:
        return "an unknown time"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _slowest_job(overview: Row) -> str:
    job = overview["slowest_job"]
    if job is None:
        return "none ran"
    where = f"{overview['slowest_job_repository']}, {overview['slowest_job_workflow']}"
    return f"{duration(overview['slowest_job_seconds'])}  {job} ({where})"


def _longest_queue(pools: Sequence[Row]) -> str:
    """Of the only pool there is nothing to tell apart."""
    if len(pools) <= 1:
        return ""
    worst = pools[0]
    return f"; half of the {worst['jobs']} on {worst['pool']} over {duration(worst['p50_seconds'])}"


def _success(overview: Row) -> str:
    """Of the runs that are judged: a cancelled or skipped one is neither success nor failure."""
    rate, runs = overview["success_percent"], overview["completed_runs"]
    if rate is None:
        return f"unknown: none of {runs} completed runs succeeded or failed"
    judged = overview["succeeded_runs"] + overview["failed_runs"]
    return f"{rate:g} % of {judged} runs that succeeded or failed"


def _right_size(overview: Row) -> str:
    """Only samples tell, and only of jobs that took a while."""
    sized = overview["sized_jobs"]
    if not sized:
        return "unknown: no job had samples that tell"
    larger, smaller = overview["larger_jobs"] or "none", overview["smaller_jobs"] or "none"
    return f"{larger} of {sized} jobs with samples should have a larger runner, {smaller} a smaller"


def _shortage(step: Row) -> str:
    """A bottleneck that nothing is said about is none; no bottleneck is not known."""
    if step["diagnosis"]:
        return str(step["diagnosis"])
    return "short of nothing" if step["bottleneck"] else "not sampled"
