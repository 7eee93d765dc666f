"""The sink away, refusing, throttling, half accepting: rows wait, and are all there afterwards.

Azure's limits and what they answer:
https://learn.microsoft.com/en-us/azure/azure-monitor/app/telemetry-throttling
"""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from src.simulate.days import simulate_day
from tests.faults.test_kills import END
from tests.faults.town import Town, running
from tests.faults.toxic import HANG, PASS, REFUSE, Toxic, ToxicProxy, toxic_proxy

pytestmark = pytest.mark.slow

RUNS = 10  # about 150 deliveries for each outage
OUTAGE_SECONDS = 2.0
MOST_CPU_SHARE = 0.1  # of one core, once there is nothing to do but wait

OUTAGES = {
    "refuses connections": REFUSE,
    "hangs": HANG,
    "hangs up": Toxic(cut_after_bytes=0),
    "breaks off": Toxic(cut_after_bytes=20),
    "is throttling": Toxic(status=429, headers={"Retry-After": "2"}),
    "is full for today": Toxic(status=439),
    "wants money": Toxic(status=402),
    "is broken": Toxic(status=500),
    "is busy": Toxic(status=503, headers={"Retry-After": "2"}),
    "takes half": Toxic(takes_half=True),
}


@pytest.fixture(scope="module")
def proxy_and_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ToxicProxy, Town]]:
    """Services whose worker has a proxy between itself and its sink."""
    town = Town(tmp_path_factory.mktemp("town"))
    with toxic_proxy(urlsplit(town.insights_url).port or 0, seed=1) as proxy:
        town.send_rows_to(proxy.url)
        with running(town):
            yield proxy, town


@pytest.fixture(autouse=True)
def _calm(proxy_and_town: tuple[ToxicProxy, Town]) -> Iterator[None]:
    """A test that fails spoils no other."""
    yield
    proxy_and_town[0].toxic = PASS


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
def test_rows_wait_for_a_sink_that(proxy_and_town: tuple[ToxicProxy, Town], outage: Toxic):
    proxy, town = proxy_and_town
    proxy.toxic = outage
    town.send(simulate_day(list(OUTAGES.values()).index(outage), END, RUNS))
    town.await_quiet(OUTAGE_SECONDS, MOST_CPU_SHARE)
    assert town.depth() > 0
    proxy.toxic = PASS
    town.recover()
    town.settle()


def test_a_sink_that_is_slow_and_unreliable_gets_everything(
    proxy_and_town: tuple[ToxicProxy, Town],
):
    proxy, town = proxy_and_town
    day = simulate_day(100, END, RUNS)
    for toxic in (
        Toxic(delay_seconds=0.3),
        Toxic(status=503, share=0.3),
        Toxic(cut_after_bytes=0, share=0.3),
        Toxic(takes_half=True, share=0.3),
    ):
        proxy.toxic = toxic
        town.send(day)  # over and over: a redelivery makes no new row
        time.sleep(1)
    proxy.toxic = PASS
    town.recover()
    town.settle()
