"""A runner's environment in; what a sampler may say of the job it runs in, out. Pure.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

DEFAULT_HOST = "github.com"

JOB_ID = "TELEMETRY_JOB_ID"
"""GitHub's number of the job; in no variable of the runner's own, so the action sets it."""
PUSH_URL = "TELEMETRY_PUSH_URL"
"""The frontend that batches go to, if to any."""

_NUMBERS = {
    "repository_id": "GITHUB_REPOSITORY_ID",
    "run_id": "GITHUB_RUN_ID",
    "run_attempt": "GITHUB_RUN_ATTEMPT",
    "job_id": JOB_ID,
}
_MOST_DIGITS = 18


def job_facts(environment: Mapping[str, str]) -> dict[str, object]:
    """A batch's `job`; empty outside of a job, and without what is not known."""
    if number(environment.get("GITHUB_RUN_ID", "")) is None:
        return {}
    numbers = {name: number(environment.get(told, "")) for name, told in _NUMBERS.items()}
    facts: dict[str, object] = {"host": host(environment)}
    facts.update((name, value) for name, value in numbers.items() if value is not None)
    if environment.get("RUNNER_NAME"):
        facts["runner_name"] = environment["RUNNER_NAME"]
    return facts


def host(environment: Mapping[str, str]) -> str:
    """GitHub's own, or an Enterprise Server's; with its port where that is not the usual one."""
    address = environment.get("GITHUB_SERVER_URL", "").partition("://")[2]
    return address.partition("/")[0].lower() or DEFAULT_HOST


def number(text: str) -> Optional[int]:
    """What digits say."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
