"""The stand-in's cost an item, from a request on a kept connection to rows on the disk.

`python -m bench.insights` prints a table: medians of alternating rounds against a real process.
"""

import json
import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from src.model.semconv import DELIVERED_TERMS, TERM_BY_NAME, TERMS_BY_EVENT
from src.model.terms import STEP_EVENT
from src.model.used_terms import STEP_FIGURES
from tests.insights.items import body, item
from tests.insights.stack import Insights, running_insights

ROUNDS = 5
REQUESTS_BY_BATCH = {500: 10, 26: 40, 1: 100}
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def step_event() -> dict[str, object]:
    """An item with every property and measurement that the event of a judged step carries."""
    usual = {*DELIVERED_TERMS, *(TERM_BY_NAME[name] for name in STEP_FIGURES)}
    terms = [term for term in TERMS_BY_EVENT[STEP_EVENT] if term in usual]
    content = {
        "name": STEP_EVENT,
        "properties": {t.name: f"a value of {t.name}" for t in terms if t.kind == "property"},
        "measurements": {t.name: 1.5 for t in terms if t.kind == "measurement"},
    }
    return item(content=content, at=datetime.now(UTC))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def measure(insights: Insights, client: httpx.Client, batch: int) -> tuple[float, float]:
    """CPU µs of the stand-in and wall µs, both an item, for one round."""
    content, requests = body(*[step_event()] * batch), REQUESTS_BY_BATCH[batch]
    cpu, wall = cpu_seconds(insights.process.pid), time.perf_counter()
    for _ in range(requests):
        client.post(f"{insights.url}/v2.1/track", content=content).raise_for_status()
    spent = cpu_seconds(insights.process.pid) - cpu, time.perf_counter() - wall
    return spent[0] / (batch * requests) * 1e6, spent[1] / (batch * requests) * 1e6


def main() -> None:
    """Run all rounds and print the table."""
    with (
        TemporaryDirectory() as home,
        running_insights(Path(home)) as insights,
        httpx.Client(trust_env=False) as client,
    ):
        rounds = [
            {batch: measure(insights, client, batch) for batch in REQUESTS_BY_BATCH}
            for _ in range(ROUNDS)
        ]
    size = len(json.dumps(step_event()))
    print(f"| items a request ({size} B each) | CPU µs an item | wall µs an item | items/s |")
    print("|---|---|---|---|")
    for batch in REQUESTS_BY_BATCH:
        cpu, wall = (statistics.median(r[batch][at] for r in rounds) for at in (0, 1))
        print(f"| {batch} | {cpu:.0f} | {wall:.0f} | {1e6 / wall:,.0f} |")


if __name__ == "__main__":
    main()
