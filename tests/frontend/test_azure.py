"""The frontend as a process on a real Azurite: what it answers while that is well, and is not."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from src.shared import messages
from src.shared.settings import StorageSettings
from src.shared.storage import open_queue
from tests.azurite import ACCOUNT, KEY, Azurite, connection_string, fresh_name
from tests.faults.toxic import HANG, PASS, REFUSE, Toxic, ToxicProxy, toxic_proxy
from tests.frontend.test_webhook import JOB_BODY, signed
from tests.integration.stack import SECRET, Stack

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

AT_ONCE, DELIVERIES = 32, 320
RECOVERY_SECONDS = 10.0
GITHUB_WAITS_SECONDS = 10.0


@contextmanager
def frontend_on(storage: dict[str, str], home: Path) -> Iterator[Stack]:
    """Only the frontend runs, on this storage."""
    stack = Stack(home)
    stack.settings |= storage
    try:
        stack.frontend.start()
        stack.await_frontend()
        yield stack
    finally:
        stack.end()


def storage(azurite: Azurite, queue_url: str) -> dict[str, str]:
    """A queue of our own, behind this URL."""
    return {
        "AZURE_STORAGE_CONNECTION_STRING": connection_string(azurite.blob_url, queue_url),
        "AZURE_STORAGE_QUEUE_NAME": fresh_name(),
    }


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """One for all: to make one costs more than a request."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        yield client


def post(http: httpx.Client, url: str, delivery_id: str) -> httpx.Response:
    headers = signed(JOB_BODY, SECRET.encode(), x_github_delivery=delivery_id.encode())
    items = list(headers.items())
    return http.post(url, content=JOB_BODY, headers=items)


async def in_queue(found: dict[str, str]) -> tuple[list[str], int]:
    """The ids of all deliveries in the queue, and how many messages hold them."""
    queue = open_queue(StorageSettings.model_validate(found))
    ids: list[str] = []
    count = 0
    while taken := await queue.receive(32, lease_seconds=60):
        ids += [event.id for message in taken for event in messages.decode(message.body)]
        count += len(taken)
    await queue.close()
    return ids, count


async def test_many_at_once_share_messages_and_all_are_there(
    azurite: Azurite, http: httpx.Client, tmp_path: Path
):
    found = storage(azurite, azurite.queue_url)
    ids = [f"delivery-{number}" for number in range(DELIVERIES)]
    with frontend_on(found, tmp_path) as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda id_: post(http, stack.target.url, id_).status_code, ids))

    assert set(answers) == {202}
    queued, count = await in_queue(found)
    assert sorted(queued) == sorted(ids)
    assert count < DELIVERIES / 2


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[ToxicProxy]:
    with toxic_proxy(urlsplit(azurite.queue_url).port or 0, seed=1) as proxy:
        yield proxy


@pytest.mark.parametrize(
    "toxic",
    [HANG, REFUSE, Toxic(status=503), Toxic(status=403)],
    ids=["hangs", "refuses", "is busy", "forbids"],
)
def test_while_the_queue_is_away_it_says_so_in_time_and_comes_back_by_itself(
    toxic: Toxic, azurite: Azurite, http: httpx.Client, proxy: ToxicProxy, tmp_path: Path
):
    with frontend_on(storage(azurite, f"{proxy.url}/{ACCOUNT}"), tmp_path) as stack:
        proxy.toxic = toxic
        with ThreadPoolExecutor(8) as pool:
            began = time.monotonic()
            refused = list(pool.map(lambda n: post(http, stack.target.url, f"away-{n}"), range(8)))
            refused_seconds = time.monotonic() - began
        began = time.monotonic()
        ready = http.get(f"{stack.url}/ready")
        ready_seconds = time.monotonic() - began
        proxy.toxic = PASS
        began = time.monotonic()
        while (back := post(http, stack.target.url, "back")).status_code != 202:
            assert time.monotonic() - began < RECOVERY_SECONDS, back.text
        said = stack.frontend.log.read_text()

    assert {answer.status_code for answer in refused} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert refused_seconds < GITHUB_WAITS_SECONDS
    assert (ready.status_code, ready.json()) == (503, {"status": "queue unavailable"})
    assert ready_seconds < 8
    lost = [line for line in map(json.loads, said.splitlines()) if "delivery_id" in line]
    assert {f"away-{n}" for n in range(8)} <= {line["delivery_id"] for line in lost}
    assert all(line["error"] for line in lost)
    assert not [secret for secret in (KEY, SECRET, "sha256=", "sig=") if secret in said]
