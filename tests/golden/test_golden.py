"""Golden pairs: a delivery as GitHub sends it, and the rows it must become, side by side in files.

`RENEW_GOLDEN=1 python -m pytest tests/golden` writes the rows anew; read the difference then.
"""

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from src.backend.decide import Known, decide
from src.backend.rows import rows_of
from src.backend.sinks.jsonl import JsonlSink
from tests.backend.bodies import NOW, arrival_of

HERE = Path(__file__).parent
DELIVERIES = sorted(HERE.glob("*.delivery.json"))


def rows_of_delivery(body: dict[str, Any], folder: Path) -> list[Any]:
    """The rows as the JSON Lines sink writes them, an hour after the delivery came."""
    [emission] = decide(arrival_of(body), Known())
    rows = rows_of(emission, NOW + timedelta(hours=1))
    asyncio.run(JsonlSink(folder / "rows.jsonl").emit(rows))
    return [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("delivery", DELIVERIES, ids=lambda path: path.name.split(".")[0])
def test_a_delivery_becomes_exactly_these_rows(delivery: Path, tmp_path: Path):
    rows = rows_of_delivery(json.loads(delivery.read_text()), tmp_path)
    golden = delivery.with_name(delivery.name.replace(".delivery.", ".rows."))
    if os.environ.get("RENEW_GOLDEN"):
        golden.write_text(json.dumps(rows, indent=1) + "\n")
    assert rows == json.loads(golden.read_text())


def test_there_is_a_pair_for_each_kind():
    kinds = {path.name.split(".")[0] for path in DELIVERIES}
    assert kinds == {
        "run-requested",
        "run-in-progress",
        "run-completed",
        "run-needs-approval",
        "run-second-attempt-failed",
        "job-queued",
        "job-waiting",
        "job-in-progress",
        "job-completed",
        "job-failed-with-skipped-steps",
        "job-skipped",
        "job-reused",
        "job-cancelled-before-start",
        "job-check-run",
        "job-enterprise-server",
        "job-old-server",
    }
