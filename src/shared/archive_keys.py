"""What a part of a run's document is called in the object store.

    archive/runs/RUN/HOST/REPOSITORY_ID/ATTEMPT/run-REVISION-HASH.json.gz
    archive/runs/RUN/HOST/REPOSITORY_ID/ATTEMPT/job-JOB-REVISION-HASH.json.gz
    archive/repositories/HOST/OWNER%2FNAME/RUN-ATTEMPT

The run's number leads, since that is what somebody has who asks: one listing finds all of a run,
whoever's it is. The second kind is empty, and finds the runs of a repository by its name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ..model.ids import FIRST_ATTEMPT
from .object_store import segment

_REPOSITORIES = "archive/repositories/"
_PARTS = 7  # archive, runs, RUN, HOST, REPOSITORY_ID, ATTEMPT and a name


@dataclass(frozen=True, slots=True, order=True)
class Attempt:
    """Which attempt of which run; in order, the latest of a run is the last."""

    run_id: int
    attempt: int
    host: str
    repository_id: int

    @property
    def folder(self) -> str:
        """Where its parts lie."""
        place = f"{segment(self.host)}/{self.repository_id}/{self.attempt}"
        return f"{run_folder(self.run_id)}{place}/"


def run_folder(run_id: int) -> str:
    """Where the parts of all attempts of a run lie."""
    return f"archive/runs/{run_id}/"


def attempt_of(part: Mapping[str, Any]) -> Attempt:
    """Whose part it is."""
    attempt = part["run_attempt"] or FIRST_ATTEMPT
    return Attempt(part["workflow_run_id"], attempt, part["host"], part["repository_id"])


def part_key(part: Mapping[str, Any]) -> str:
    """Its name says which revision it is, so that each is another object."""
    subject = f"{part['kind']}-{part['job_id']}" if "job_id" in part else part["kind"]
    name = f"{subject}-{part['revision']}-{part['content_hash']}.json.gz"
    return f"{attempt_of(part).folder}{name}"


def repository_key(part: Mapping[str, Any]) -> str:
    """What finds the part's run by the name of its repository."""
    attempt = attempt_of(part)
    folder = repository_folder(attempt.host, part["repository_full_name"])
    return f"{folder}{attempt.run_id}-{attempt.attempt}"


def repository_folder(host: str, full_name: str) -> str:
    """GitHub takes names in large or small letters for the same."""
    return f"{_REPOSITORIES}{segment(host)}/{segment(full_name.lower())}/"


def attempts_in(keys: Iterable[str]) -> dict[Attempt, list[str]]:
    """The attempts whose parts these are, each with its parts, the first attempt first."""
    found: dict[Attempt, list[str]] = {}
    for key in sorted(keys):
        for attempt in _attempt_at(key):
            found.setdefault(attempt, []).append(key)
    return dict(sorted(found.items()))


def runs_in(keys: Iterable[str]) -> list[int]:
    """The runs of a repository, the latest last: GitHub counts upward."""
    names = (key.rpartition("/")[2].partition("-")[0] for key in keys)
    return sorted({int(name) for name in names if name.isdecimal()})


def _attempt_at(key: str) -> Iterator[Attempt]:
    """None where something else has been put there."""
    parts = key.split("/")
    numbers = (*parts[2:3], *parts[4:6])
    if len(parts) == _PARTS and all(number.isdecimal() for number in numbers):
        run_id, repository_id, attempt = map(int, numbers)
        yield Attempt(run_id, attempt, unquote(parts[3]), repository_id)
