"""What a user calls a run in; which run that is, and its document from the archive, out."""

import re
from dataclasses import dataclass, replace
from typing import Any

from ..shared.archive_keys import Attempt
from ..shared.archived_runs import find_attempts, latest_run, read_document
from ..shared.errors import TelemetryError
from ..shared.object_store import ObjectStore

GITHUB = "github.com"
_URL = re.compile(
    r"https?://(?P<host>[^/\s]+)/(?P<repository>[^/]+/[^/]+)/actions/runs/(?P<run>\d+)"
    r"(/attempts/(?P<attempt>\d+))?(/jobs?/(?P<job>\d+))?"
)
_REPOSITORY = re.compile(r"(?:(?P<host>[^/:\s]+)/)?(?P<repository>[^/:\s]+/[^/:\s]+)")


class NotArchivedError(TelemetryError):
    """There is no such run in the archive, or none that is meant for certain."""


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for; a run by its number, or the latest of a repository."""

    run_id: int | None = None
    repository: str | None = None
    host: str | None = None
    attempt: int | None = None
    job: str | None = None


def parse_target(text: str) -> Target | None:
    """`123`, a run's or a job's URL, `OWNER/NAME` or `HOST/OWNER/NAME`; None where it is none."""
    if text.isdecimal() and text.isascii():
        return Target(int(text))
    if found := _URL.match(text):
        return _of_url(found)
    named = _REPOSITORY.fullmatch(text)
    return Target(host=named["host"] or GITHUB, repository=named["repository"]) if named else None


async def read_run(store: ObjectStore, target: Target) -> dict[str, Any]:
    """The run attempt's document, with `attempts` that there are.

    Raises:
        NotArchivedError: there is none, or it is not clear which one is meant.
        ObjectStoreUnavailableError: the store did not answer.
    """
    run_id = await _run_id(store, target)
    attempts = await find_attempts(store, run_id)
    chosen = _chosen(list(attempts), replace(target, run_id=run_id))
    document = await read_document(store, attempts[chosen])
    if document["run"] is None and not document["jobs"]:
        raise NotArchivedError("; ".join(document["complaints"]) or _nothing(run_id))
    numbers = [each.attempt for each in attempts if each.host == chosen.host]
    return {**document, "attempts": numbers}


def _nothing(run_id: int | None) -> str:
    return f"the archive has nothing of run {run_id}: is it the id, the number in its URL?"


def _of_url(found: re.Match[str]) -> Target:
    attempt = found["attempt"]
    return Target(
        int(found["run"]),
        found["repository"],
        found["host"].lower(),
        None if attempt is None else int(attempt),
        found["job"],
    )


async def _run_id(store: ObjectStore, target: Target) -> int:
    if target.run_id is not None:
        return target.run_id
    host, repository = target.host or GITHUB, target.repository or ""
    latest = await latest_run(store, host, repository)
    if latest is None:
        raise NotArchivedError(f"the archive has no run of {repository} on {host}")
    return latest


def _chosen(attempts: list[Attempt], target: Target) -> Attempt:
    """The latest attempt, unless another one was asked for."""
    fitting = [each for each in attempts if target.host in {None, each.host}]
    if not fitting:
        raise NotArchivedError(_nothing(target.run_id))
    hosts = list(dict.fromkeys(each.host for each in fitting))
    if len(hosts) > 1:
        raise NotArchivedError(
            f"{' and '.join(hosts)} each have a run {target.run_id}: give its URL"
        )
    of_attempt = [each for each in fitting if target.attempt in {None, each.attempt}]
    if not of_attempt:
        known = ", ".join(str(each.attempt) for each in fitting)
        raise NotArchivedError(f"there is no attempt {target.attempt}: the archive has {known}")
    return of_attempt[-1]
