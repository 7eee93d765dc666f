"""A webhook body in, what the tables must say of it out: plain JSON, and no code of the product.

Only what GitHub's documentation settles is expected. Where a figure is a matter of judgement (the
queue time of a job that waited for an approval) nothing is said about it here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

Facts = dict[str, Any]

PHASES = {"requested": 1, "queued": 1, "in_progress": 2, "started": 2, "completed": 3}
OLDEST_ACCEPTED = timedelta(hours=47)


@dataclass(frozen=True)
class Expected:
    """A row: which table, about what, at which place in its life, saying what."""

    table: str
    record_id: str
    phase: int
    facts: Facts


def expected_rows(event: str, body: bytes, now: datetime) -> list[Expected]:
    """The rows of a delivery: its run; or its job and, once that is completed, the job's steps."""
    content = json.loads(body)
    phase = PHASES[content["action"]]
    if event == "workflow_run":
        return [_run(content, phase, now)]
    job = _job(content, phase, now)
    return [job, *_steps(content, job)] if phase == PHASES["completed"] else [job]


def _run(content: dict[str, Any], phase: int, now: datetime) -> Expected:
    run = content["workflow_run"]
    record_id = f"{_host(content)}/runs/{run['id']}/attempts/{run.get('run_attempt') or 1}"
    started_at = _moment(run.get("run_started_at") or run["created_at"])
    completed_at = _moment(run["updated_at"]) if phase == PHASES["completed"] else None
    facts = {
        **_shared(content),
        "workflow_run_id": str(run["id"]),
        "run_attempt": run.get("run_attempt"),
        "run_number": run["run_number"],
        "workflow_name": run.get("name") or None,
        "event": run["event"],
        "status": run["status"],
        "conclusion": run["conclusion"] or None,
        "branch": run["head_branch"],
        "commit_sha": run["head_sha"],
        "created_at": _moment(run["created_at"]),
        "started_at": started_at,
        "completed_at": completed_at,
        "duration_seconds": _seconds(started_at, completed_at),
        "time_shifted": _is_old(completed_at or started_at, now),
    }
    return Expected("WorkflowRuns", record_id, phase, facts)


def _job(content: dict[str, Any], phase: int, now: datetime) -> Expected:
    job = content["workflow_job"]
    created_at = _moment(job.get("created_at"))
    started_at = _moment(job["started_at"]) if phase > PHASES["queued"] else None
    completed_at = _moment(job["completed_at"]) if phase == PHASES["completed"] else None
    ran = phase == PHASES["completed"] and _ran(job)
    facts = {
        **_shared(content),
        "workflow_run_id": str(job["run_id"]),
        "run_attempt": job.get("run_attempt"),
        "workflow_name": job.get("workflow_name"),
        "job_id": str(job["id"]),
        "job_name": job["name"],
        "status": job["status"],
        "conclusion": job["conclusion"] or None,
        "branch": job.get("head_branch"),
        "commit_sha": job["head_sha"],
        "labels": ",".join(job["labels"]),
        "runner_id": job.get("runner_id") or None,
        "runner_name": job.get("runner_name") or None,
        "runner_group": job.get("runner_group_name") or None,
        "step_count": len(job["steps"]),
        "created_at": created_at,
        "started_at": started_at,
        "completed_at": completed_at,
        "duration_seconds": _seconds(started_at, completed_at) if ran else None,
        "queue_seconds": _seconds(created_at, started_at) if ran else None,
        "time_shifted": _is_old(completed_at or started_at or created_at, now),
    }
    return Expected("WorkflowJobs", f"{_host(content)}/jobs/{job['id']}", phase, facts)


def _steps(content: dict[str, Any], job: Expected) -> Iterator[Expected]:
    for step in content["workflow_job"]["steps"]:
        started_at, completed_at = _moment(step["started_at"]), _moment(step["completed_at"])
        ran = step["conclusion"] != "skipped"
        facts = {
            **_shared(content),
            "job_id": job.facts["job_id"],
            "job_name": job.facts["job_name"],
            "labels": job.facts["labels"],
            "runner_name": job.facts["runner_name"],
            "step_number": step["number"],
            "step_name": step["name"],
            "step_status": step["status"],
            "step_conclusion": step["conclusion"] or None,
            "started_at": started_at,
            "completed_at": completed_at,
            "duration_seconds": _seconds(started_at, completed_at) if ran else None,
        }
        yield Expected("WorkflowSteps", f"{job.record_id}/steps/{step['number']}", job.phase, facts)


def _shared(content: dict[str, Any]) -> Facts:
    repository = content["repository"]
    return {
        "host": _host(content),
        "repository_id": repository["id"],
        "repository_full_name": repository["full_name"],
    }


def _host(content: dict[str, Any]) -> str:
    return urlsplit(str(content["repository"]["html_url"])).netloc


def _ran(job: dict[str, Any]) -> bool:
    """Not what was skipped, and not an app's check, which has neither runner, steps nor labels."""
    return job["conclusion"] != "skipped" and bool(job["steps"] or job["labels"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max((end - start).total_seconds(), 0.0) if start and end else None


def _is_old(moment: datetime | None, now: datetime) -> bool:
    """A row that knows no moment of its own has that of its delivery, which is new."""
    return moment is not None and now - moment > OLDEST_ACCEPTED
