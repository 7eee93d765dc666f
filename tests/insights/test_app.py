import asyncio
import gzip
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import duckdb
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.insights import app as app_module
from src.insights.app import create_app
from src.insights.ingestion import MAX_BODY_BYTES
from src.insights.store import Store
from tests.insights.items import body, item
from tests.insights.stack import Insights, running_insights


@pytest.fixture(scope="module")
def insights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Insights]:
    with running_insights(tmp_path_factory.mktemp("home")) as running:
        yield running


def now() -> datetime:
    return datetime.now(UTC)


def fresh(name: str, count: int = 1) -> bytes:
    return body(*[item(content={"name": name}, at=now())] * count)


def count_of(insights: Insights, name: str) -> int:
    (row,) = insights.ask(f"customEvents | where name == '{name}' | count")
    return int(row["Count"])


@pytest.mark.parametrize("path", ["/v2.1/track", "/v2/track", "//v2.1/track", "//v2/track"])
def test_every_path_an_sdk_may_use(insights: Insights, path: str):
    answer = insights.track(fresh("path"), path)
    assert answer.status_code == 200
    assert answer.json() == {"itemsReceived": 1, "itemsAccepted": 1, "errors": []}


def test_gzip_and_lines_are_taken(insights: Insights):
    line = json.dumps(item(content={"name": "packed"}, at=now())).encode()
    packed = gzip.compress(line + b"\n" + line)
    assert insights.track(packed, **{"content-encoding": "gzip"}).json()["itemsAccepted"] == 2
    assert count_of(insights, "packed") == 2


def test_part_is_taken_and_the_rest_is_named(insights: Insights):
    old = item(content={"name": "part"}, at=now() - timedelta(hours=49))
    good = item(content={"name": "part"}, at=now())
    answer = insights.track(body(old, good))
    assert (answer.status_code, answer.json()["itemsAccepted"]) == (206, 1)
    (error,) = answer.json()["errors"]
    assert (error["index"], error["statusCode"]) == (0, 400)
    assert "older than the allowed min date. Expected: now - 172800000ms" in error["message"]
    assert count_of(insights, "part") == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (body(item(iKey="x")), 400),
        (b"no json", 400),
        (b"[" * 200_000, 400),
        (b'[{"a":' + b"[" * 60_000, 400),
        (b" " * (MAX_BODY_BYTES + 1), 413),
    ],
    ids=["none taken", "no JSON", "too deep", "an item too deep", "too large"],
)
def test_a_request_without_a_good_item_is_refused(insights: Insights, sent: bytes, status: int):
    answer = insights.track(sent)
    assert answer.status_code == status
    assert answer.json()["itemsAccepted"] == 0
    assert answer.json()["errors"][0]["statusCode"] == status


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "br"]))
@settings(max_examples=60, deadline=None)
def test_garbage_never_gives_a_500(insights: Insights, garbage: bytes, encoding: str):
    assert insights.track(garbage, **{"content-encoding": encoding}).status_code in {200, 400}


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (b'{"query": "customEvents | wherex"}', "could not parse KQL at 1:13"),
        (b'{"query": 5}', "$.query"),
        (b"[]", "object"),
        (b"\xff", "JSON"),
        (b'{"x": ' + b"[" * 200_000, "recursion"),
    ],
)
def test_a_bad_query_is_a_400_that_says_why(insights: Insights, sent: bytes, complaint: str):
    answer = insights.track(sent, "/query")
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]


def test_clients_in_parallel_lose_nothing_and_wait_for_nobody(insights: Insights):
    with ThreadPoolExecutor(4) as clients:
        tracked = [clients.submit(insights.track, fresh("both", 50)) for _ in range(16)]
        health = httpx.get(f"{insights.url}/health", trust_env=False)
        counts = [clients.submit(count_of, insights, "both") for _ in range(4)]
    assert health.json() == {"status": "healthy"}
    assert {one.result().status_code for one in tracked} == {200}
    assert all(one.result() % 50 == 0 for one in counts)
    assert count_of(insights, "both") == 800
    counted = httpx.get(f"{insights.url}/tables/counts", trust_env=False).json()
    assert counted["customEvents"] >= 800


class StoreOnAFullDisk(Store):
    """A store whose first sweep fails."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.sweeps = 0
        self.swept = Event()

    def sweep(self, before: datetime) -> int:
        self.sweeps += 1
        if self.sweeps == 1:
            raise duckdb.IOException("no space left")
        swept = super().sweep(before)
        self.swept.set()
        return swept


def test_a_sweep_that_fails_is_logged_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(app_module, "SWEEP_EVERY_SECONDS", 0.01)
    store = StoreOnAFullDisk(tmp_path / "insights.duckdb")

    async def run_until_swept() -> None:
        app = create_app(store, timedelta(days=1))
        async with app.router.lifespan_context(app):
            assert await asyncio.to_thread(store.swept.wait, 5)

    asyncio.run(run_until_swept())

    [failed] = [record for record in caplog.records if record.message == "sweep failed"]
    assert failed.exc_info
    assert "no space left" in str(failed.exc_info[1])


@pytest.mark.slow
def test_rows_survive_a_kill_and_go_when_their_days_are_over(tmp_path: Path):
    with running_insights(tmp_path) as first:
        old = item(content={"name": "old"}, at=now() - timedelta(hours=47))
        first.track(body(old, item(content={"name": "new"}, at=now())))
        first.process.kill()
        first.process.wait()
    with running_insights(tmp_path) as second:
        assert (count_of(second, "old"), count_of(second, "new")) == (1, 1)
    with running_insights(tmp_path, INSIGHTS_RETENTION_DAYS="1") as third:
        deadline = time.monotonic() + 5
        while count_of(third, "old") and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (count_of(third, "old"), count_of(third, "new")) == (0, 1)


def test_its_address_says_what_it_is(insights: Insights):
    answer = httpx.get(f"{insights.url}/", trust_env=False)

    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("GitHub Telemetry's local stand-in for Application Insights")
