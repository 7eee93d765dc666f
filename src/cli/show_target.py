"""What a user calls a run in; which run that is, and its document from the archive, out."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ..shared.archive_keys import Attempt
from ..shared.archived_runs import find_attempts, latest_run, read_document
from ..shared.errors import TelemetryError
from ..shared.object_store import ObjectStore

GITHUB = "github.com"
_URL_PATH = re.compile(
    r"/(?P<repository>[^/]+/[^/]+)/actions/runs/(?P<run>\d+)"
    r"(/attempts/(?P<attempt>\d+))?(/jobs?/(?P<job>\d+))?"
)
_REPOSITORY = re.compile(r"(?:(?P<host>[^/\s]+)/)?(?P<repository>[^/\s]+/[^/\s]+)")


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
    parts = urlsplit(text)
    if parts.scheme in {"http", "https"}:
        found = _URL_PATH.match(parts.path)
        return _of_url(parts.netloc.lower(), found) if found else None
    named = _REPOSITORY.fullmatch(text)
    return Target(host=named["host"] or GITHUB, repository=named["repository"]) if named else None


async def read_run(store: ObjectStore, target: Target) -> dict[str, Any]:
    """The run attempt's document, with `attempts` that there are.

    Raises:
        NotArchivedError: there is none, or it is not clear which one is meant.
        ObjectStoreUnavailableError: the store did not answer.
    """
    attempts = await find_attempts(store, await _run_id(store, target))
    chosen = _chosen(list(attempts), target)
    document = await read_document(store, attempts[chosen])
    numbers = [each.attempt for each in attempts if each.host == chosen.host]
    return {**document, "attempts": numbers}


def _of_url(host: str, found: re.Match[str]) -> Target:
    attempt = found["attempt"]
    return Target(
        int(found["run"]),
        unquote(found["repository"]),
        host,
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
        raise NotArchivedError(f"the archive has nothing of run {target.run_id}")
    hosts = list(dict.fromkeys(each.host for each in fitting))
    if len(hosts) > 1:
        raise NotArchivedError(
            f"run {target.run_id} is one of each of {', '.join(hosts)}: give its URL"
        )
    of_attempt = [each for each in fitting if target.attempt in {None, each.attempt}]
    if not of_attempt:
        known = ", ".join(str(each.attempt) for each in fitting)
        raise NotArchivedError(f"there is no attempt {target.attempt}: the archive has {known}")
    return of_attempt[-1]
