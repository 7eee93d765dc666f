"""Claims and declarations in, whose samples they are out."""

from typing import Any

import pytest

from src.frontend.identity import declared_identity, identity_of, require_same_job
from src.frontend.issuers import GITHUB_ISSUER
from src.frontend.scopes import Scope
from src.frontend.verdict import RefusedError
from src.shared.sent_batches import Identity

CLAIMS = {
    "iss": GITHUB_ISSUER,
    "repository_id": "22",
    "repository_owner_id": "11",
    "run_id": "33",
    "run_attempt": "2",
    "check_run_id": "44",
    "runner_environment": "self-hosted",
}
OURS = Identity(
    how="token",
    host="github.com",
    repository_id=22,
    run_id=33,
    run_attempt=2,
    job_id=44,
    owner_id=11,
    runner_environment="self-hosted",
)


def test_all_that_a_token_says_of_a_job_is_kept():
    assert identity_of(CLAIMS) == OURS


def test_an_enterprise_servers_token_names_no_job():
    claims = {**CLAIMS, "iss": "https://ghe.example:8443/_services/token"}
    del claims["check_run_id"], claims["runner_environment"]
    identity = identity_of(claims)

    assert (identity.host, identity.job_id) == ("ghe.example:8443", None)
    assert identity.runner_environment is None


@pytest.mark.parametrize(
    "name",
    ["repository_id", "repository_owner_id", "run_id", "run_attempt", "check_run_id"],
)
@pytest.mark.parametrize(
    "value", ["", "x", "-1", "1.0", " 1", "1\n", "٣", "9" * 19, 22, True, None, ["22"]]
)
def test_a_number_that_is_none_is_no_jobs(name: str, value: Any):
    with pytest.raises(RefusedError) as refused:
        identity_of({**CLAIMS, name: value})

    assert refused.value.verdict.status == 401
    assert name in refused.value.verdict.reason


@pytest.mark.parametrize("name", ["repository_id", "repository_owner_id", "run_id", "run_attempt"])
def test_a_token_without_a_number_is_no_jobs(name: str):
    with pytest.raises(RefusedError, match=name):
        identity_of({key: value for key, value in CLAIMS.items() if key != name})


def test_what_a_sampler_does_not_declare_contradicts_nothing():
    require_same_job(OURS, {})
    require_same_job(OURS, {"run_id": 33, "job_id": 44, "host": "alias", "runner_name": "r"})


def test_a_key_tells_the_repository_and_the_batch_the_rest():
    job = {"host": "github.com", "repository_id": 22, "run_id": 33, "runner_name": "r"}

    assert declared_identity(Scope("github.com", 22), job) == Identity(
        how="declared", host="github.com", repository_id=22, run_id=33
    )
