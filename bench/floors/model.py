"""How one would write it by the book: FastAPI, a pydantic model of the body, the signature checked.

`uvicorn bench.floors.model:app`. It keeps nothing.
"""

import hmac

from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

from bench.processes import SECRET

_KEY = SECRET.encode()

app = FastAPI()


class Step(BaseModel):
    """A step, as far as we read it."""

    name: str
    number: int
    status: str | None = None
    conclusion: str | None = None
    started_at: str | None = None
    completed_at: str | None = None


class Job(BaseModel):
    """A job, as far as we read it."""

    id: int
    run_id: int
    name: str
    run_attempt: int | None = None
    workflow_name: str | None = None
    head_branch: str | None = None
    head_sha: str | None = None
    html_url: str | None = None
    status: str | None = None
    conclusion: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    labels: list[str] = []
    runner_id: int | None = None
    runner_name: str | None = None
    runner_group_name: str | None = None
    steps: list[Step] = []


class Repository(BaseModel):
    """A repository, as far as we read it."""

    id: int
    full_name: str
    html_url: str


class Delivery(BaseModel):
    """A workflow_job delivery."""

    action: str
    repository: Repository
    workflow_job: Job


@app.get("/ready")
async def ready() -> dict[str, str]:
    """Alive."""
    return {"status": "ready"}


@app.post("/webhook", status_code=202)
async def webhook(request: Request, delivery: Delivery) -> dict[str, str]:
    """Check the signature of the body that FastAPI has read already."""
    given = request.headers.get("x-hub-signature-256", "").encode()
    made = b"sha256=" + hmac.digest(_KEY, await request.body(), "sha256").hex().encode()
    if not hmac.compare_digest(made, given):
        raise HTTPException(401)
    return {"status": "queued", "reason": delivery.action}
