"""`python -m … KIND ADDRESS ROLE …`: puts, takes or holds messages as a process of its own."""

import asyncio
import sys

from src.shared.queues.base import Queue
from tests.shared.queues.contract.places import Place


async def put(queue: Queue, prefix: str, count: str) -> None:
    """Put so many messages, four at a time."""
    bodies = [f"{prefix}-{number}".encode() for number in range(int(count))]
    for i in range(0, len(bodies), 4):
        await asyncio.gather(*map(queue.put, bodies[i : i + 4]))


async def take(queue: Queue) -> None:
    """Print and delete what comes, until stdin ends and nothing is left."""
    all_are_put = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    while not (all_are_put.done() and await queue.depth() == 0):
        taken = await queue.receive(7, lease_seconds=60)
        for message in taken:
            print(message.body.decode(), flush=True)  # noqa: T201 -- its report
        await queue.delete(taken)
        if not taken:
            await queue.wait(0.05)


async def hold(queue: Queue, lease_seconds: str) -> None:
    """Lease one message, say so, and never give it back."""
    taken = await queue.receive(1, float(lease_seconds))
    print(len(taken), flush=True)  # noqa: T201 -- its report
    await asyncio.sleep(60)


async def main(kind: str, address: str, role: str, *arguments: str) -> None:
    """Play one role on the queue."""
    queue = Place(kind, address).open()
    try:
        await {"put": put, "take": take, "hold": hold}[role](queue, *arguments)
    finally:
        await queue.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
