"""Small bodies with GitHub's names, for tests that are about one oddity each."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from src.backend.arrivals import Arrival, arrive
from src.shared.github_events import parse_delivery, trim
from src.shared.messages import Event

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
REPOSITORY = {
    "id": 77,
    "full_name": "acme/rocket",
    "html_url": "https://github.com/acme/rocket",
}


def at(clock: str) -> str:
    """A moment of the tests' day as GitHub writes it."""
    return f"2026-03-01T{clock}Z"


def step(
    number: int, name: str, start: str | None, end: str | None, **changes: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "number": number,
        "status": "completed" if end else "in_progress",
        "conclusion": "success" if end else None,
        "started_at": start and at(start),
        "completed_at": end and at(end),
        **changes,
    }


STEPS = [
    step(1, "Set up job", "11:00:05", "11:00:06"),
    step(2, "Run make", "11:00:06", "11:10:06"),
    step(9, "Post Run checkout", "11:10:06", "11:10:07"),
]


def job_body(action: str = "completed", **changes: Any) -> dict[str, Any]:
    """A job that was queued for five seconds and ran for ten minutes and two seconds."""
    completed = action == "completed"
    job = {
        "id": 501,
        "run_id": 301,
        "run_attempt": 1,
        "name": "build (linux)",
        "workflow_name": "CI",
        "head_branch": "main",
        "head_sha": "c0ffee",
        "html_url": "https://github.com/acme/rocket/actions/runs/301/job/501",
        "status": action,
        "conclusion": "success" if completed else None,
        "created_at": at("11:00:00"),
        "started_at": at("11:00:05") if action in {"completed", "in_progress"} else at("11:00:00"),
        "completed_at": at("11:10:07") if completed else None,
        "labels": ["self-hosted", "ManagedDevOps.Pool=big"],
        "runner_id": 9 if action in {"completed", "in_progress"} else None,
        "runner_name": "runner-9" if action in {"completed", "in_progress"} else None,
        "runner_group_name": "Default" if action in {"completed", "in_progress"} else None,
        "steps": STEPS if completed else [],
        **changes,
    }
    job = {key: value for key, value in job.items() if value is not ...}
    return {
        "action": action,
        "workflow_job": job,
        "repository": REPOSITORY,
        "sender": {"login": "octo"},
    }


def run_body(action: str = "completed", **changes: Any) -> dict[str, Any]:
    """A run of eleven minutes."""
    completed = action == "completed"
    run = {
        "id": 301,
        "run_attempt": 1,
        "run_number": 12,
        "name": "CI",
        "path": ".github/workflows/ci.yml",
        "display_title": "Fix it",
        "event": "push",
        "status": "completed" if completed else "queued",
        "conclusion": "success" if completed else None,
        "head_branch": "main",
        "head_sha": "c0ffee",
        "html_url": "https://github.com/acme/rocket/actions/runs/301",
        "created_at": at("11:00:00"),
        "run_started_at": at("11:00:00"),
        "updated_at": at("11:11:00"),
        "actor": {"login": "octo"},
        "triggering_actor": {"login": "hubot"},
        "pull_requests": [{"number": 4}],
        **changes,
    }
    run = {key: value for key, value in run.items() if value is not ...}
    return {
        "action": action,
        "workflow_run": run,
        "repository": REPOSITORY,
        "sender": {"login": "octo"},
    }


def event_of(body: dict[str, Any], delivery_id: str = "d-1", seconds: float = 0) -> Event:
    """The event that the frontend makes of a body, received so many seconds after noon."""
    kind = "workflow_run" if "workflow_run" in body else "workflow_job"
    trimmed = trim(parse_delivery(kind, json.dumps(body).encode()))
    return Event(kind, delivery_id, NOW + timedelta(seconds=seconds), msgspec.Raw(trimmed))


def arrival_of(body: dict[str, Any], delivery_id: str = "d-1", seconds: float = 0) -> Arrival:
    arrival = arrive(event_of(body, delivery_id, seconds))
    assert isinstance(arrival, Arrival)
    return arrival
