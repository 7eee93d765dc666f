"""A repository's key stands for all its jobs: what each of them may send, over real HTTP."""

import pytest

from src.frontend import allowance
from src.frontend.trust import Trust
from tests.frontend.issuing import JOB
from tests.frontend.sampled import KEY, SCOPE, encoded, signing
from tests.frontend.serving import ListQueue
from tests.frontend.test_samples import frontend, send

TRUST = Trust(keys={SCOPE: (KEY,)})
OURS, RUNNER = {"job_id": JOB, "run_attempt": 1}, {"runner_name": "build-1", "run_attempt": 1}


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches at once."""
    monkeypatch.setattr(allowance, "AHEAD_SECONDS", 2.0)


def statuses(queue: ListQueue, *jobs: dict[str, object]) -> list[int]:
    """What is answered to a batch of each."""
    with frontend(queue, TRUST) as client:
        bodies = (encoded(number, **job) for number, job in enumerate(jobs))
        return [send(client, signing(body), body).status_code for body in bodies]


@pytest.mark.parametrize("job", [OURS, RUNNER], ids=["a job", "a runner"])
def test_one_job_sends_no_more_than_a_job_does(job: dict[str, object]):
    queue = ListQueue()
    told = statuses(queue, *[job] * 8)

    assert told[:2] == [202, 202]
    assert told[-1] == 429
    assert len(queue.bodies) == told.count(202)


def test_a_job_is_the_same_whatever_else_is_said_of_it():
    told = statuses(
        ListQueue(), *({**OURS, "run_attempt": n, "runner_name": f"r{n}"} for n in range(8))
    )

    assert told[-1] == 429


def test_a_runner_is_the_same_in_the_first_attempt_and_in_one_that_is_not_named():
    unnamed = {"runner_name": "build-1"}
    told = statuses(ListQueue(), *[RUNNER, unnamed, {**unnamed, "run_attempt": 0}] * 3)

    assert told[-3:] == [429] * 3


def test_others_with_the_key_are_not_held_up_by_one():
    told = statuses(ListQueue(), *[OURS] * 8, {**OURS, "job_id": JOB + 1}, RUNNER)

    assert told[-3:] == [429, 202, 202]
