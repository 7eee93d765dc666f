"""A token's claims, or what a sampler declares, in; whose samples they are out. Pure.

https://docs.github.com/en/actions/reference/security/oidc
"""

import re
from collections.abc import Hashable, Mapping
from typing import Any

from ..model.ids import FIRST_ATTEMPT
from ..shared.sent_batches import Identity
from .issuers import host_of
from .scopes import Scope
from .trust import TokenTrust
from .verdict import RefusedError

LONGEST_ENVIRONMENT = 64
LONGEST_NAME = 256

_NUMBER = re.compile(r"[0-9]{1,18}")

_SIGNED = ("repository_id", "run_id", "run_attempt", "job_id")
"""What a sampler declares that a token may contradict."""


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """Whose job the token was made for.

    Raises:
        RefusedError: 401, since it is not a token of a job.
    """
    environment, repository = claims.get("runner_environment"), claims.get("repository")
    return Identity(
        how="token",
        host=host_of(claims["iss"]),
        repository_id=_number(claims, "repository_id"),
        run_id=_number(claims, "run_id"),
        run_attempt=_number(claims, "run_attempt"),
        job_id=_number(claims, "check_run_id") if "check_run_id" in claims else None,
        repository=repository[:LONGEST_NAME] if isinstance(repository, str) else None,
        owner_id=_number(claims, "repository_owner_id"),
        runner_environment=environment[:LONGEST_ENVIRONMENT]
        if isinstance(environment, str)
        else None,
    )


def require_trusted(identity: Identity, trust: TokenTrust) -> None:
    """Nothing, where this owner's and this repository's samples are wanted.

    Raises:
        RefusedError: 403.
    """
    if (identity.host, identity.owner_id) not in trust.owners:
        raise RefusedError(403, "this owner's samples are not taken here: see SAMPLES_OWNER_IDS")
    repository = (identity.host, identity.repository_id)
    if trust.repositories and repository not in trust.repositories:
        raise RefusedError(
            403, "this repository's samples are not taken here: see SAMPLES_REPOSITORY_IDS"
        )


def require_same_job(identity: Identity, job: Mapping[str, object]) -> None:
    """Nothing, where what the sampler declares of its job is what the token says.

    Else they are another job's samples, such as those that one before left on the same machine.

    Raises:
        RefusedError: 403.
    """
    for name in _SIGNED:
        signed, declared = getattr(identity, name), job.get(name)
        if signed is not None and declared is not None and signed != declared:
            raise RefusedError(403, f"the batch's job.{name} is not the token's")


def declared_identity(scope: Scope, job: Mapping[str, Any]) -> Identity:
    """Whose job the sampler says it is, inside the repository whose key it has.

    Raises:
        RefusedError: 400 it does not say, 403 it is another repository's.
    """
    if Scope(job.get("host", scope.host), job.get("repository_id", scope.id)) != scope:
        raise RefusedError(403, "the key is another repository's than the batch")
    if "run_id" not in job:
        raise RefusedError(400, "not a batch of a job: job.run_id is missing")
    if not job.get("job_id") and not job.get("runner_name"):
        raise RefusedError(400, "not a batch of a job: job.job_id and job.runner_name are missing")
    return Identity(
        how="declared",
        host=scope.host,
        repository_id=scope.id,
        run_id=job["run_id"],
        run_attempt=job.get("run_attempt"),
        job_id=job.get("job_id"),
    )


def job_of(identity: Identity, job: Mapping[str, object]) -> Hashable:
    """A name for whose samples these are: as the worker tells jobs apart, and runners."""
    run = identity.host, identity.repository_id, identity.run_id
    if job_id := identity.job_id or job.get("job_id"):
        return *run, job_id
    attempt = identity.run_attempt or job.get("run_attempt") or FIRST_ATTEMPT
    return *run, attempt, job.get("runner_name")


def _number(claims: Mapping[str, Any], name: str) -> int:
    """GitHub's numbers are texts in a token."""
    text = claims.get(name)
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise RefusedError(401, f"the token is not of a job: {name} is missing or no number")
    return int(text)
