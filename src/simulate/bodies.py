"""Webhook bodies: the plan at one moment in, compact JSON out, complete as GitHub sends it."""

import json
from datetime import datetime

from ..model.times import format_time
from .blueprints import RepositoryBlueprint
from .objects import (
    JsonObject,
    api_url,
    full_name,
    minimal_repository_object,
    node_id,
    organisation_object,
    repository_object,
    user_object,
    web_url,
    workflow_object,
)
from .plan import Job, Origin, Run, Step

CHECK_SUITE_OFFSET = 7  # a check suite's id is its run's, moved


def workflow_job_body(run: Run, job: Job, action: str) -> bytes:
    """The body that tells of `action` (queued, waiting, in_progress or completed) of a job."""
    return _encode({"action": action, "workflow_job": _job(run, job, action), **_context(run)})


def workflow_run_body(run: Run, action: str, updated_at: datetime) -> bytes:
    """The body that tells of `action` (requested, in_progress or completed) of an attempt."""
    repository, workflow = run.origin.card.repository, run.origin.card.workflow
    return _encode(
        {
            "action": action,
            "workflow_run": _run(run, action, updated_at),
            "workflow": workflow_object(repository, workflow),
            **_context(run),
        }
    )


def _encode(body: JsonObject) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _context(run: Run) -> JsonObject:
    return {
        "repository": repository_object(run.origin.card.repository),
        "organization": organisation_object(),
        "sender": user_object(run.triggered_by),
    }


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment else None


def _job(run: Run, job: Job, action: str) -> JsonObject:
    origin, completed = run.origin, action == "completed"
    repository = origin.card.repository
    api, run_id = api_url(repository), origin.run_id
    runner = job.runner if action in {"in_progress", "completed"} else None
    # While nothing has started, GitHub gives the creation as the start.
    started_at = job.started_at if runner or completed else job.created_at
    return {
        "id": job.id,
        "run_id": run_id,
        "workflow_name": origin.card.workflow.name,
        "head_branch": origin.branch,
        "run_url": f"{api}/actions/runs/{run_id}",
        "run_attempt": run.attempt,
        "node_id": node_id("CR", repository.id, job.id),
        "head_sha": origin.commit_sha,
        "url": f"{api}/actions/jobs/{job.id}",
        "html_url": f"{web_url(repository)}/actions/runs/{run_id}/job/{job.id}",
        "status": action,
        "conclusion": job.conclusion if completed else None,
        "created_at": _time(job.created_at),
        "started_at": _time(started_at),
        "completed_at": _time(job.completed_at if completed else None),
        "name": job.blueprint.name,
        "steps": _steps(job, action),
        "check_run_url": f"{api}/check-runs/{job.id}",
        "labels": list(job.labels),
        "runner_id": runner.id if runner else None,
        "runner_name": runner.name if runner else None,
        "runner_group_id": runner.group_id if runner else None,
        "runner_group_name": runner.group_name if runner else None,
    }


def _steps(job: Job, action: str) -> list[JsonObject]:
    if action == "completed":
        return [_step(step, "completed", step.conclusion, step.completed_at) for step in job.steps]
    if action == "in_progress":
        return [_step(job.steps[0], "in_progress", None, None)]
    return []


def _step(
    step: Step, status: str, conclusion: str | None, completed_at: datetime | None
) -> JsonObject:
    return {
        "name": step.name,
        "status": status,
        "conclusion": conclusion,
        "number": step.number,
        "started_at": format_time(step.started_at),
        "completed_at": _time(completed_at),
    }


def _run(run: Run, action: str, updated_at: datetime) -> JsonObject:
    origin = run.origin
    repository, workflow = origin.card.repository, origin.card.workflow
    return {
        "id": origin.run_id,
        "name": workflow.name,
        "node_id": node_id("WFR", repository.id, origin.run_id),
        "head_branch": origin.branch,
        "head_sha": origin.commit_sha,
        "path": workflow.path,
        "display_title": origin.title,
        "run_number": origin.run_number,
        "event": origin.card.event,
        "status": "queued" if action == "requested" else action,
        "conclusion": run.conclusion if action == "completed" else None,
        "workflow_id": workflow.id,
        "check_suite_id": origin.run_id + CHECK_SUITE_OFFSET,
        "check_suite_node_id": node_id("CS", repository.id, origin.run_id + CHECK_SUITE_OFFSET),
        **_run_addresses(run),
        "pull_requests": _pull_requests(origin),
        "created_at": format_time(origin.created_at),
        "updated_at": format_time(updated_at),
        "actor": user_object(origin.actor),
        "run_attempt": run.attempt,
        "referenced_workflows": _referenced_workflows(origin),
        "run_started_at": format_time(run.started_at),
        "triggering_actor": user_object(run.triggered_by),
        "head_commit": _head_commit(origin),
        "repository": minimal_repository_object(repository),
        "head_repository": minimal_repository_object(repository),
    }


def _run_addresses(run: Run) -> JsonObject:
    origin = run.origin
    repository = origin.card.repository
    api = api_url(repository)
    url = f"{api}/actions/runs/{origin.run_id}"
    previous = f"{url}/attempts/{run.attempt - 1}" if run.attempt > 1 else None
    return {
        "url": url,
        "html_url": f"{web_url(repository)}/actions/runs/{origin.run_id}",
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{api}/check-suites/{origin.run_id + CHECK_SUITE_OFFSET}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": previous,
        "workflow_url": f"{api}/actions/workflows/{origin.card.workflow.id}",
    }


def _pull_requests(origin: Origin) -> list[JsonObject]:
    number = origin.pull_request_number
    if number is None:
        return []
    repository = origin.card.repository
    return [
        {
            "url": f"{api_url(repository)}/pulls/{number}",
            "id": 2_000_000_000 + number,
            "number": number,
            "head": _branch_tip(repository, origin.branch, origin.commit_sha),
            "base": _branch_tip(repository, "main", origin.commit_sha[::-1]),
        }
    ]


def _branch_tip(repository: RepositoryBlueprint, ref: str, sha: str) -> JsonObject:
    named = {"id": repository.id, "url": api_url(repository), "name": repository.name}
    return {"ref": ref, "sha": sha, "repo": named}


def _referenced_workflows(origin: Origin) -> list[JsonObject]:
    number = origin.pull_request_number
    ref = f"refs/pull/{number}/merge" if number else f"refs/heads/{origin.branch}"
    sha, owner = origin.commit_sha, full_name(origin.card.repository)
    called = origin.card.workflow.called
    return [{"path": f"{owner}/{path}@{sha}", "sha": sha, "ref": ref} for path in called]


def _head_commit(origin: Origin) -> JsonObject:
    person = {"name": origin.actor, "email": f"{origin.actor}@example.com"}
    return {
        "id": origin.commit_sha,
        "tree_id": origin.commit_sha[20:] + origin.commit_sha[:20],
        "message": origin.title,
        "timestamp": format_time(origin.created_at),
        "author": person,
        "committer": person,
    }
