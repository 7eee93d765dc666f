"""The URLs of two services in, all that we ask of them done there, by whoever we are.

    python -m tests.integration.identified BLOB_URL QUEUE_URL

Ends well only if everything came out as it should.
"""

import asyncio
import sys

from src.shared.azure_account import AzureAccount
from src.shared.azure_clients import open_azure_queue, open_container

LARGE = b"x" * 60_000
LEASE_SECONDS = 60


async def main(blob_url: str, queue_url: str) -> None:
    """Put, look, lease, renew, replace, release and delete a message whose body is an object."""
    account = AzureAccount("devstoreaccount1", blob_url, queue_url)
    store = open_container(account, "objects", None, may_create=True)
    queue = open_azure_queue(account, "events", store, may_create=True)

    await queue.put(LARGE)
    [message] = await queue.renew(await queue.receive(32, LEASE_SECONDS), LEASE_SECONDS)
    assert message.body == LARGE
    await queue.replace(message, b"small")
    await queue.release(await queue.receive(32, LEASE_SECONDS))
    taken = await queue.receive(32, LEASE_SECONDS)
    assert [message.body for message in taken] == [b"small"]
    await queue.delete(taken)

    assert await queue.depth() == 0
    assert await store.keys("messages/") == []
    await queue.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
