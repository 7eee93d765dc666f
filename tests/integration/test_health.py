"""What the services tell of themselves: from real processes into logs and the stand-in's tables."""

import json
import time
from pathlib import Path
from signal import SIGTERM

import httpx
import pytest

from src.model.semconv import EMITTED, ENQUEUED, PROCESSED, RECEIVED, REFUSED
from src.shared.health_export import START_AFTER_SECONDS
from tests.integration.processes import STOP_SECONDS
from tests.integration.small_runs import small_run
from tests.integration.stack import Stack

LOADING_SECONDS = 2.0


def last_health_line(log: Path) -> dict[str, float]:
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return next(line for line in reversed(lines) if line["event"] == "health")


@pytest.mark.slow
def test_both_services_tell_what_they_did(stack: Stack):
    deliveries = small_run(seed=1).deliveries
    stack.take(deliveries)
    httpx.post(stack.target.url, content=b"{}", trust_env=False)
    time.sleep(START_AFTER_SECONDS + LOADING_SECONDS)
    for service in (stack.frontend, stack.backend):
        service.signal(SIGTERM)
        assert service.wait(STOP_SECONDS) in {0, -SIGTERM}

    count = len(deliveries)
    frontend, backend = (last_health_line(s.log) for s in (stack.frontend, stack.backend))
    assert frontend["deliveries_enqueued"] == backend["deliveries_processed"] == count
    assert frontend["deliveries_refused_unsigned"] == 1
    assert frontend["answer_duration_longest_seconds"] < 1
    rows = stack.tables.ask("customMetrics | project cloud_RoleName, name, value, valueCount")
    told = {(row["cloud_RoleName"].rpartition("-")[2], row["name"]): row for row in rows}
    assert told["frontend", RECEIVED]["value"] == count + 1
    assert told["frontend", ENQUEUED]["value"] == count
    assert told["frontend", REFUSED]["value"] == 1
    assert told["backend", PROCESSED]["value"] == count
    assert told["backend", EMITTED]["value"] == backend["rows_emitted_ApplicationInsightsSink"]
