"""The queue and the store that production uses, in storms, outages and restarts of their own."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from signal import SIGCONT, SIGSTOP, SIGTERM
from urllib.parse import urlsplit

import pytest

from src.simulate.days import simulate_day
from tests.faults.azurite_service import AzuriteService, running_azurite_service, storage_at
from tests.faults.samplers import sampled_day
from tests.faults.test_kills import END
from tests.faults.test_sink_outages import MOST_CPU_SHARE, OUTAGE_SECONDS
from tests.faults.town import Town, running
from tests.faults.toxic import HANG, PASS, REFUSE, Toxic, ToxicProxy, toxic_proxy
from tests.faults.weather import Weather
from tests.integration.processes import wait_for
from tests.integration.small_runs import small_run

pytestmark = pytest.mark.slow

WORKERS = 2
QUIET_SECONDS = 6.0  # Azurite has written everything by then
STOP_SECONDS = 60.0
REFUSED_WITHIN_SECONDS = 30.0  # a refusal takes six
SECONDS_OF_WEATHER = 60.0  # so that there is time for every trouble
MOST_WAITING = 50  # messages of several deliveries: a few seconds' work
RUNS = 10  # about 150 deliveries
RUNS_TWICE, RUNS_APART = 85, 12  # a good two thousand deliveries, a hundred batches


@dataclass(frozen=True)
class Coast:
    """A town by the sea, with a proxy on each way out of it."""

    town: Town
    azurite: AzuriteService
    queue: ToxicProxy
    store: ToxicProxy
    sink: ToxicProxy


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coast]:
    """Services on an Azurite, every request of theirs through a proxy."""
    town = Town(tmp_path_factory.mktemp("town"), WORKERS)
    with ExitStack() as stack:
        azurite = stack.enter_context(running_azurite_service(tmp_path_factory.mktemp("azurite")))
        insights_port = urlsplit(town.insights_url).port or 0
        queue, store, sink = (
            stack.enter_context(toxic_proxy(port, seed))
            for seed, port in enumerate((azurite.queue_port, azurite.blob_port, insights_port))
        )
        town.keep_messages_in(storage_at(store.url, queue.url))
        town.send_rows_to(sink.url)
        stack.enter_context(running(town))
        yield Coast(town, azurite, queue, store, sink)


@pytest.fixture(autouse=True)
def _calm(coast: Coast) -> Iterator[None]:
    """A test that fails spoils no other."""
    yield
    for proxy in (coast.queue, coast.store, coast.sink):
        proxy.toxic = PASS


@pytest.mark.parametrize(
    "toxic",
    [REFUSE, HANG, Toxic(cut_after_bytes=0), Toxic(status=503)],
    ids=["refuses", "hangs", "hangs up", "is busy"],
)
def test_a_queue_that(coast: Coast, toxic: Toxic):
    """Nothing is acknowledged meanwhile; who posts is told so in time to try again."""
    town = coast.town
    coast.queue.toxic = toxic
    sender = town.sender()
    with ThreadPoolExecutor(1) as elsewhere:
        sending = elsewhere.submit(town.send, small_run(coast.queue.requests), sender)
        try:
            wait_for(lambda: sender.answers["503"] > 0, REFUSED_WITHIN_SECONDS, "a refusal")
            assert not town.answers(f"{town.url}/ready")
            town.await_quiet(OUTAGE_SECONDS, MOST_CPU_SHARE)
            assert not sender.answers["202"]
        finally:
            coast.queue.toxic = PASS
        town.recover()
        sending.result()
    town.settle()


@pytest.mark.parametrize(
    "toxic",
    [REFUSE, HANG, Toxic(cut_after_bytes=0), Toxic(cut_after_bytes=100), Toxic(status=500)],
    ids=["refuses", "hangs", "hangs up", "breaks off", "is broken"],
)
def test_a_store_that(coast: Coast, toxic: Toxic):
    """Messages are acknowledged, and wait in the queue."""
    town = coast.town
    coast.store.toxic = toxic
    town.send(small_run(coast.store.requests))
    town.await_quiet(OUTAGE_SECONDS, MOST_CPU_SHARE)
    assert town.depth() > 0
    coast.store.toxic = PASS
    town.recover()
    town.settle()


def test_everything_away_at_once(coast: Coast):
    town = coast.town
    town.send(simulate_day(400, END, RUNS))
    for proxy in (coast.sink, coast.store, coast.queue):
        proxy.toxic = REFUSE
    town.await_quiet(OUTAGE_SECONDS, MOST_CPU_SHARE)
    for proxy in (coast.sink, coast.store, coast.queue):
        proxy.toxic = PASS
    town.recover()
    town.settle()


def test_an_emulator_that_is_paused_and_restarted(coast: Coast):
    """What it was given is there when it is back; so is everybody who waited for it."""
    town, azurite = coast.town, coast.azurite
    town.send(small_run(500))
    azurite.signal(SIGSTOP)
    time.sleep(OUTAGE_SECONDS)
    azurite.signal(SIGCONT)
    town.recover()
    town.settle()
    time.sleep(QUIET_SECONDS)
    azurite.signal(SIGTERM)
    azurite.wait(STOP_SECONDS)
    assert not town.answers(f"{town.url}/ready")
    azurite.start()
    town.recover()
    town.settle()


def test_thousands_of_deliveries_through_every_trouble_of_queue_store_and_sink(coast: Coast):
    """Each comes twice. Last of all: with what it leaves behind, the others would take longer."""
    town, everything = coast.town, (coast.queue, coast.store, coast.sink)
    day = sampled_day(200, END, RUNS_TWICE, RUNS_APART)
    twice = [each for each in day.deliveries for _ in range(2)]
    assert len(twice) - 2 * day.push_count > 2_000
    assert day.push_count > 100
    sender = town.considerate_sender(len(twice) / SECONDS_OF_WEATHER, MOST_WAITING)
    with Weather(1, *everything) as weather:
        town.send(replace(day, deliveries=twice), sender)
        weather.await_all()
    assert all(proxy.troubles for proxy in everything)
    assert sender.answers["503"], "nobody was told that the queue was away"
    town.recover()
    town.settle()
