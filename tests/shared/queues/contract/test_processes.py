"""Several real processes on one queue."""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from src.shared.queues.base import Queue
from tests.shared.queues.contract.places import Place

ROOT = Path(__file__).parents[4]
PATIENCE_SECONDS = 120


def start(place: Place, *role: str) -> subprocess.Popen[str]:
    module = "tests.shared.queues.contract.child"
    return subprocess.Popen(
        [sys.executable, "-m", module, place.kind_name, place.address, *role],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(child: subprocess.Popen[str]) -> str:
    said, complaints = child.communicate(timeout=PATIENCE_SECONDS)
    assert child.returncode == 0, complaints
    return said


def test_each_message_is_handled_once_by_several_takers(place: Place):
    takers = [start(place, "take") for _ in range(2)]
    putters = [start(place, "put", f"putter{number}", "60") for number in range(3)]

    for putter in putters:
        finish(putter)
    handled = Counter(line for taker in takers for line in finish(taker).splitlines())

    assert handled == {f"putter{p}-{n}": 1 for p in range(3) for n in range(60)}


@pytest.mark.anyio
async def test_what_a_killed_process_held_comes_back(place: Place, queue: Queue):
    await queue.put(b"one")
    lease_seconds = max(1.5, place.kind.shortest_lease_seconds)
    holder = start(place, "hold", str(lease_seconds))
    assert holder.stdout is not None
    assert await asyncio.to_thread(holder.stdout.readline) == "1\n"
    hidden = await queue.receive(1, 60)

    holder.kill()
    await asyncio.to_thread(holder.communicate)

    assert hidden == []
    await queue.wait(lease_seconds * 2)
    [message] = await queue.receive(1, 60)
    assert (message.body, message.dequeue_count) == (b"one", 2)
