"""The real child, over real HTTP, to a frontend's stand-in that behaves well or ill."""

import base64
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from src.frontend.app import create_app
from src.frontend.scopes import Scope
from src.frontend.trust import Trust
from src.model import batches
from src.model.sending import signature
from src.sampler.push import ALL_SENT, LAST_SECONDS, NEVER, SOME_LEFT
from src.sampler.push_request import TIMEOUT_SECONDS
from tests.frontend.sampled import batch
from tests.frontend.serving import ListQueue, running
from tests.frontend.test_samples import sent
from tests.sampler.receiving import Handler, Receiver, receiving, silence
from tests.sampler.running import entry, pythons

KEY = "a key of sixteen and more"
BEARER = "the runner's own bearer"
REPOSITORY = "22"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class Pushing:
    """A folder of batches, and the environment in which they are pushed."""

    def __init__(self, root: Path, **environment: str) -> None:
        self.folder = root / "telemetry"
        self.folder.mkdir()
        self.private = root / "telemetry.push"
        self.environment = {"GITHUB_REPOSITORY_ID": REPOSITORY, **environment}

    def add(self, *sequences: int):
        with (self.folder / "batches.jsonl").open("ab") as file:
            for sequence in sequences:
                file.write(batches.encode(batch(sequence)) + b"\n")

    def push(self, *options: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*entry(python), "push", "--dir", str(self.folder), *options],
            env={"PATH": os.environ["PATH"], **self.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def state(self) -> dict[str, Any]:
        return json.loads((self.private / "state.json").read_text())

    def forget_pause(self):
        state = self.state | {"not_before_ms": 0}
        (self.private / "state.json").write_text(json.dumps(state))


@pytest.fixture
def pushing(tmp_path: Path, receiver: Receiver) -> Pushing:
    """By a key."""
    return Pushing(tmp_path, TELEMETRY_PUSH_URL=receiver.url, TELEMETRY_PUSH_SECRET=KEY)


@pytest.fixture
def bearing(tmp_path: Path, receiver: Receiver) -> Pushing:
    """By the job's token, which the same stand-in gives."""
    return Pushing(
        tmp_path,
        TELEMETRY_PUSH_URL=receiver.url,
        ACTIONS_ID_TOKEN_REQUEST_URL=f"{receiver.url}/token?api-version=2.0",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN=BEARER,
    )


def token(number: int = 1, lifetime_seconds: int = 300) -> str:
    claims = json.dumps({"iat": 1000, "exp": 1000 + lifetime_seconds, "jti": number}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{number}"


class Issues:
    """Gives tokens, and takes batches."""

    def __init__(self, lifetime_seconds: int = 300, refuses: tuple[str, ...] = ()) -> None:
        self.given = 0
        self._lifetime_seconds = lifetime_seconds
        self._refuses = refuses

    def __call__(self, handler: Handler) -> None:
        if handler.command == "GET":
            self.given += 1
            made = token(self.given, self._lifetime_seconds)
            handler.say(200, json.dumps({"count": 1, "value": made}).encode())
        else:
            bears = handler.headers["Authorization"].removeprefix("Bearer ")
            handler.say(401 if bears in self._refuses else 202)


def posts(receiver: Receiver) -> list[int]:
    """The batches that came, by their numbers."""
    return [each.batch["sequence"] for each in receiver.received if each.body]


# --- what is sent ---------------------------------------------------------------------------------


def test_what_waits_is_sent_once_and_in_order(pushing: Pushing, receiver: Receiver):
    pushing.add(0, 1)
    first = pushing.push()
    pushing.add(2)
    second = pushing.push()

    assert (first.returncode, second.returncode) == (ALL_SENT, ALL_SENT)
    assert posts(receiver) == [0, 1, 2]
    assert {each.path for each in receiver.received} == {"/samples"}
    assert first.stdout + first.stderr + second.stdout + second.stderr == ""


@pytest.mark.parametrize("python", pythons())
def test_every_python_can_push(python: str, bearing: Pushing, receiver: Receiver):
    receiver.answer = Issues()
    bearing.add(0)
    told = bearing.push(python=python)

    assert (told.returncode, told.stderr, posts(receiver)) == (ALL_SENT, "", [0])


def test_a_line_that_is_not_whole_yet_waits_for_its_end(pushing: Pushing, receiver: Receiver):
    pushing.add(0)
    with (pushing.folder / "batches.jsonl").open("ab") as file:
        file.write(batches.encode(batch(1))[:100])
    pushing.push()

    assert posts(receiver) == [0]


def test_a_key_signs_what_is_sent_and_each_attempt_has_its_time(
    pushing: Pushing, receiver: Receiver
):
    pushing.add(0)
    receiver.answer = lambda handler: handler.say(503)
    pushing.push()
    pushing.forget_pause()
    pushing.push()

    first, second = receiver.received
    for each in (first, second):
        time_ms = each.headers["X-Telemetry-Time"]
        assert abs(int(time_ms) / 1000 - time.time()) < 20
        assert each.headers["X-Telemetry-Key"] == REPOSITORY
        assert each.headers["X-Telemetry-Signature"] == signature(KEY.encode(), time_ms, each.body)
    assert first.headers["X-Telemetry-Time"] < second.headers["X-Telemetry-Time"]


def test_a_token_is_asked_for_our_audience_and_used_again(bearing: Pushing, receiver: Receiver):
    receiver.answer = issues = Issues()
    bearing.environment["TELEMETRY_AUDIENCE"] = "https://telemetry.example/?a&b"
    for sequence in range(3):
        bearing.add(sequence)
        assert bearing.push().returncode == ALL_SENT

    asked, *came = receiver.received
    assert issues.given == 1
    assert asked.path.endswith("&audience=https%3A%2F%2Ftelemetry.example%2F%3Fa%26b")
    assert asked.headers["Authorization"] == f"Bearer {BEARER}"
    assert {each.headers["Authorization"] for each in came} == {f"Bearer {token(1)}"}


def test_a_token_that_ends_within_a_minute_is_not_used_again(bearing: Pushing, receiver: Receiver):
    receiver.answer = issues = Issues(lifetime_seconds=59)
    for sequence in range(2):
        bearing.add(sequence)
        bearing.push()

    assert issues.given == 2


def test_a_token_that_is_refused_is_made_anew_once(bearing: Pushing, receiver: Receiver):
    receiver.answer = Issues(refuses=(token(1),))
    bearing.add(0)

    assert bearing.push().returncode == ALL_SENT
    assert posts(receiver) == [0, 0]


# --- a frontend that is away, slow, or lies -------------------------------------------------------


@pytest.mark.parametrize("status", [500, 503, 429, 408, 401, 200, 204, 302])
def test_what_is_not_taken_is_kept_and_sent_when_the_frontend_is_back(
    status: int, pushing: Pushing, receiver: Receiver
):
    receiver.answer = lambda handler: handler.say(status, b"no", Location=f"{receiver.url}/else")
    pushing.add(0, 1)
    refused = pushing.push()
    early = pushing.push()
    receiver.answer = lambda handler: handler.say(202)
    pushing.forget_pause()
    late = pushing.push()

    assert (refused.returncode, early.returncode, late.returncode) == (1, 1, 0)
    assert posts(receiver) == [0, 0, 1]
    assert pushing.state["failures"] == 0


@pytest.mark.parametrize("status", [400, 403, 404, 413, 415])
def test_what_will_never_be_taken_is_dropped_and_said_once(
    status: int, pushing: Pushing, receiver: Receiver
):
    receiver.answer = lambda handler: handler.say(status, b"not a batch:\x1b[2J\n::error::x")
    pushing.add(0, 1)

    assert pushing.push().returncode == ALL_SENT
    assert posts(receiver) == [0, 1]
    assert pushing.push("--last").stderr == (
        f"batches were refused: {status} not a batch: [2J ::error::x\n"
    )


def test_who_is_told_when_to_come_back_does_not_come_before(pushing: Pushing, receiver: Receiver):
    receiver.answer = lambda handler: handler.say(429, b"", Retry_After="100")
    pushing.add(0)
    before_ms = time.clock_gettime(time.CLOCK_BOOTTIME) * 1000
    pushing.push()
    pushing.push()

    assert len(receiver.received) == 1
    assert 99_000 < pushing.state["not_before_ms"] - before_ms < 110_000


def test_pauses_grow_while_nobody_answers(pushing: Pushing):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        pushing.environment["TELEMETRY_PUSH_URL"] = (
            f"http://127.0.0.1:{closed.getsockname()[1]}/samples"
        )
    pushing.add(0)
    pauses = []
    for _ in range(3):
        assert pushing.push().returncode == SOME_LEFT
        now_ms = time.clock_gettime(time.CLOCK_BOOTTIME) * 1000
        pauses.append(round((pushing.state["not_before_ms"] - now_ms) / 1000))
        pushing.forget_pause()

    assert [pause // 14 for pause in pauses] == [1, 2, 4]


@pytest.mark.slow
@pytest.mark.timed
def test_a_frontend_that_hangs_is_given_up_and_the_end_of_the_job_waits_a_second_at_most(
    pushing: Pushing, receiver: Receiver
):
    release = threading.Event()
    receiver.answer = silence(release)
    pushing.add(0)
    began = time.monotonic()
    last = pushing.push("--last")
    took_seconds = time.monotonic() - began
    given_up = pushing.push()
    gave_up_seconds = time.monotonic() - began - took_seconds
    again = pushing.push("--last")
    release.set()

    assert last.returncode == 0
    assert took_seconds < LAST_SECONDS + 1.5  # starting a Python takes its time here
    assert given_up.returncode == SOME_LEFT
    assert TIMEOUT_SECONDS <= gave_up_seconds < TIMEOUT_SECONDS + 4
    assert "could not be sent at once" in again.stderr
    assert len(receiver.received) == 2  # not for who was silent


def test_an_endless_answer_is_not_read_to_its_end(pushing: Pushing, receiver: Receiver):
    def endless(handler: Handler) -> None:
        handler.send_response(202)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    receiver.answer = endless
    pushing.add(0)

    assert pushing.push().returncode == ALL_SENT


def test_what_answers_is_no_web_server(pushing: Pushing, receiver: Receiver):
    def nonsense(handler: Handler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        handler.close_connection = True

    receiver.answer = nonsense
    pushing.add(0)

    assert pushing.push().returncode == SOME_LEFT
    assert "could not be sent" in pushing.push("--last").stderr


# --- where nothing can be sent --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TELEMETRY_PUSH_URL": "ftp://h"}, "push_url: not an address"),
        ({"TELEMETRY_PUSH_URL": "https://h:port"}, "push_url: not an address"),
        ({"TELEMETRY_PUSH_URL": "https://h/ x"}, "push_url: not an address"),
        ({"TELEMETRY_PUSH_URL": "https://me:word@h"}, "push_url: no password"),
        ({"TELEMETRY_PUSH_SECRET": ""}, "a pull request from a fork has neither"),
        ({"GITHUB_REPOSITORY_ID": ""}, "push_secret: of no repository"),
        (
            {
                "TELEMETRY_PUSH_URL": "http://telemetry.example",
                "TELEMETRY_PUSH_SECRET": "",
                "ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.example",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
            },
            "push_url: must begin with https://",
        ),
    ],
    ids=["scheme", "port", "space", "password", "fork", "no repository", "token in the clear"],
)
def test_what_cannot_work_is_one_line_and_not_tried_again(
    environment: dict[str, str], said: str, pushing: Pushing, receiver: Receiver
):
    pushing.environment |= environment
    pushing.add(0)

    assert pushing.push().returncode == NEVER
    told = pushing.push("--last")
    assert (told.returncode, receiver.received) == (0, [])
    assert said in told.stderr
    assert told.stderr.count("\n") == 1
    assert "word" not in told.stderr.replace("password", "")


def test_a_runner_that_gives_no_token_now_may_later(bearing: Pushing, receiver: Receiver):
    receiver.answer = lambda handler: handler.say(500)
    bearing.add(0)

    assert bearing.push().returncode == SOME_LEFT
    receiver.answer = Issues()
    bearing.forget_pause()
    assert bearing.push().returncode == ALL_SENT


def test_secrets_are_for_us_alone(bearing: Pushing, receiver: Receiver):
    receiver.answer = Issues()
    bearing.add(0)
    told = bearing.push()

    assert stat.S_IMODE(bearing.private.stat().st_mode) == 0o700
    assert stat.S_IMODE((bearing.private / "state.json").stat().st_mode) == 0o600
    assert token(1) in (bearing.private / "state.json").read_text()
    for file in bearing.folder.iterdir():  # what is uploaded
        assert token(1).encode() not in file.read_bytes()
    assert token(1) not in told.stdout + told.stderr


def test_a_folder_that_is_open_to_others_is_not_used(bearing: Pushing, receiver: Receiver):
    receiver.answer = Issues()
    bearing.private.mkdir(mode=0o755)
    bearing.private.chmod(0o755)
    bearing.add(0)
    told = bearing.push()

    assert (told.returncode, receiver.received) == (SOME_LEFT, [])
    assert "is open to others" in told.stderr


def test_where_there_are_no_batches_nothing_is_sent(pushing: Pushing, receiver: Receiver):
    assert pushing.push().returncode == SOME_LEFT
    assert pushing.push("--last").returncode == 0
    assert receiver.received == []


def test_a_file_that_was_thinned_goes_on_from_its_end(pushing: Pushing, receiver: Receiver):
    pushing.add(0, 1)
    pushing.push()
    (pushing.folder / "batches.jsonl").rename(pushing.folder / "old")
    pushing.add(1, 2)
    pushing.push()

    assert posts(receiver) == [0, 1, 1, 2]  # the frontend dedupes


# --- the real frontend ----------------------------------------------------------------------------


def test_the_real_frontend_takes_them(tmp_path: Path):
    queue = ListQueue()
    trust = Trust(keys={Scope("github.com", int(REPOSITORY)): [KEY.encode()]})
    with running(create_app(queue, [b"a webhook's secret"], samplers=trust)) as port:
        pushing = Pushing(
            tmp_path,
            TELEMETRY_PUSH_URL=f"http://127.0.0.1:{port}",
            TELEMETRY_PUSH_SECRET=KEY,
        )
        pushing.add(0, 1)
        told = pushing.push()

    assert (told.returncode, told.stderr) == (ALL_SENT, "")
    came = sent(queue)
    assert [event.id for event, _ in came] == ["3f2a-0", "3f2a-1"]
    assert {each.identity.how for _, each in came} == {"declared"}
    assert all(each.sent_at for _, each in came)
