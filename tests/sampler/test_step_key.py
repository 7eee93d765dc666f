"""A process's environment to the step it belongs to, also where other jobs are on the machine."""

import pytest

from src.sampler.step_key import step_key

OURS, THEIRS = "github_1f0c", "github_77ab"


def environment(**variables: str) -> bytes:
    return "".join(f"{name}={value}\0" for name, value in variables.items()).encode()


@pytest.mark.parametrize(
    ("job", "told", "key"),
    [
        pytest.param(OURS, {"RUNNER_TRACKING_ID": OURS}, "__run", id="ours"),
        pytest.param(OURS, {"RUNNER_TRACKING_ID": THEIRS}, None, id="another job's"),
        pytest.param(OURS, {}, "__run", id="which hides its job"),
        pytest.param(OURS, {"RUNNER_TRACKING_ID": ""}, "__run", id="which empties it"),
        pytest.param(OURS, {"RUNNER_TRACKING_ID": "let-live"}, "__run", id="with a user's own"),
        pytest.param("", {"RUNNER_TRACKING_ID": THEIRS}, "__run", id="we do not know our job"),
        pytest.param("let-live", {"RUNNER_TRACKING_ID": THEIRS}, "__run", id="we have a user's"),
    ],
)
def test_a_step_of_another_job_is_none_of_ours(job: str, told: dict[str, str], key: str | None):
    assert step_key(job)(environment(A="b", GITHUB_ACTION="__run", **told)) == key


def test_who_has_no_key_belongs_to_no_step():
    assert step_key(OURS)(environment(RUNNER_TRACKING_ID=OURS)) is None
