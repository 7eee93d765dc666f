"""A number and a time in, a webhook body with ids of its own out: simulated, made to measure."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import cycle, islice
from typing import Any

from src.model.times import format_time
from src.shared.messages import Event
from src.simulate.days import simulate_day

SEED = 7
FIRST_JOB_ID = 5_000_000_000
STEP_SECONDS = 20
JOBS_PER_RUN = 8


def job_body(number: int, action: str, steps: int, now: datetime) -> bytes:
    """A workflow_job body; the job ends at `now`, each of its steps took 20 s."""
    ended = now.astimezone(UTC).replace(microsecond=0)
    started = ended - timedelta(seconds=STEP_SECONDS * steps)
    completed = action == "completed"
    template = _template()
    job = {
        **template["workflow_job"],
        "id": FIRST_JOB_ID + number,
        "run_id": FIRST_JOB_ID + number // JOBS_PER_RUN,
        "status": action,
        "conclusion": "success" if completed else None,
        "created_at": format_time(started - timedelta(seconds=5)),
        "started_at": format_time(started),
        "completed_at": format_time(ended) if completed else None,
        "steps": _steps(steps, started) if completed else [],
    }
    return _encode({**template, "action": action, "workflow_job": job})


def padded(body: bytes, size: int) -> bytes:
    """The body with further objects, of the kind that servers skip, up to about `size` bytes."""
    content = json.loads(body)
    more = [content["repository"]] * ((size - len(body)) // len(_encode(content["repository"])))
    filler = "x" * max(0, size - len(_encode({**content, "deployment": {"f": "", "of": more}})))
    return _encode({**content, "deployment": {"f": filler, "of": more}})


def event(body: bytes, number: int, now: datetime) -> Event:
    """The queue's event of a body, as the frontend makes it: trimmed."""
    from src.frontend.webhook import judge  # noqa: PLC0415 -- only some tables need it

    headers = {
        b"content-type": b"application/json",
        b"x-github-event": b"workflow_job",
        b"x-github-delivery": f"bench-{number}".encode(),
    }
    verdict = judge(headers, body, (), now)
    assert verdict.event is not None, verdict.reason
    return verdict.event


def _steps(count: int, started: datetime) -> list[dict[str, Any]]:
    listed = islice(cycle(_template()["workflow_job"]["steps"]), count)
    return [
        {
            **step,
            "number": number,
            "started_at": format_time(started + timedelta(seconds=STEP_SECONDS * (number - 1))),
            "completed_at": format_time(started + timedelta(seconds=STEP_SECONDS * number)),
        }
        for number, step in enumerate(listed, 1)
    ]


@lru_cache(maxsize=1)
def _template() -> dict[str, Any]:
    """A simulated job that ran, whole."""
    day = simulate_day(SEED, datetime.now(UTC), runs=4)
    jobs = [json.loads(d.body) for d in day.deliveries if d.event == "workflow_job"]
    ran: dict[str, Any] = next(
        job
        for job in jobs
        if job["action"] == "completed" and job["workflow_job"]["conclusion"] == "success"
    )
    return ran


def _encode(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
