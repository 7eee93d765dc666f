"""What is told of an outage."""

import logging

import pytest

from src.backend import outage
from src.backend.outage import Outage


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, outage.__name__)
    return caplog


def lines(told: pytest.LogCaptureFixture) -> list[tuple[str, object]]:
    return [
        (record.getMessage(), vars(record).get("reason", vars(record)["seconds"]))
        for record in told.records
    ]


def test_an_hour_of_one_trouble_is_a_line_a_minute_and_one_that_says_how_long(
    told: pytest.LogCaptureFixture,
):
    seconds = 0.0
    ours = Outage(lambda: seconds)
    while seconds < 3600:
        ours.goes_on("503", 5)
        seconds += 5
    ours.ends()
    ours.ends()

    assert lines(told) == [*[("paused", "503")] * 60, ("resumed", 3600.0)]


def test_another_reason_is_told_at_once(told: pytest.LogCaptureFixture):
    ours = Outage(lambda: 0.0)
    for reason in ("503", "503", "429", "429", "503"):
        ours.goes_on(reason, 5)

    assert lines(told) == [("paused", "503"), ("paused", "429"), ("paused", "503")]


def test_where_nothing_is_wrong_nothing_is_told(told: pytest.LogCaptureFixture):
    Outage(lambda: 0.0).ends()

    assert lines(told) == []
