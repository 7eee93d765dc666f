"""Jobs that a runner has run in; what GitHub would post of them and of their run out.

GitHub tells times to the second, cut off.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from src.simulate.deliveries import Delivery
from tests.action.runner import Finished, Ran
from tests.backend.bodies import job_body, run_body
from tests.integration.planted_jobs import ATTEMPT, RUN_ID, Planted


def begun(job_ids: Sequence[int], now: float) -> list[Delivery]:
    """Of a run whose jobs are about to begin."""
    jobs = [
        job_body(action, **_place(job_id, RUN_ID), created_at=_told(now), started_at=_told(now))
        for job_id in job_ids
        for action in ("queued", "in_progress")
    ]
    return [*_deliveries(jobs, now), *_deliveries([_run_body("requested", RUN_ID, now, now)], now)]


def ended(jobs: Sequence[Planted], *, later: int = 0) -> list[Delivery]:
    """Of a run that is over, its jobs before it; as if of one whose ids are so much larger."""
    start = min(job.finished.ran[0].started for job in jobs)
    end = max(job.finished.ran[-1].ended for job in jobs)
    bodies = [_completed(job, later) for job in jobs]
    bodies.append(_run_body("completed", RUN_ID + later, start, end))
    return _deliveries(bodies, end)


def _completed(job: Planted, later: int) -> dict[str, Any]:
    ran = job.finished.ran
    return job_body(
        **_place(job.job_id + later, RUN_ID + later),
        name=job.name,
        runner_name=f"runner of {job.name}",
        conclusion=_conclusion(job.finished),
        created_at=_told(ran[0].started),
        started_at=_told(ran[0].started),
        completed_at=_told(ran[-1].ended),
        steps=[_step(number, each) for number, each in enumerate(ran, 1)],
    )


def _conclusion(finished: Finished) -> str:
    return next((e.conclusion for e in finished.ran if e.conclusion != "success"), "success")


def _step(number: int, ran: Ran) -> dict[str, Any]:
    return {
        "name": ran.name,
        "number": number,
        "status": "completed",
        "conclusion": ran.conclusion,
        "started_at": _told(ran.started),
        "completed_at": _told(ran.ended),
    }


def _run_body(action: str, run_id: int, start: float, end: float) -> dict[str, Any]:
    times = {"created_at": _told(start), "run_started_at": _told(start), "updated_at": _told(end)}
    return run_body(action, id=run_id, run_attempt=ATTEMPT, **times)


def _place(job_id: int, run_id: int) -> dict[str, int]:
    return {"id": job_id, "run_id": run_id, "run_attempt": ATTEMPT}


def _deliveries(bodies: Sequence[dict[str, Any]], now: float) -> list[Delivery]:
    at = datetime.fromtimestamp(now, UTC)
    return [
        Delivery(
            at,
            "workflow_run" if "workflow_run" in body else "workflow_job",
            str(uuid.uuid4()),
            json.dumps(body).encode(),
        )
        for body in bodies
    ]


def _told(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
