"""A queue, a store, a frontend in; a word on its being well out, or why it is not.

Who runs this asks with rights of their own: in the cloud, run it where the service runs. Nothing
is disturbed. The probe message is an envelope without events, which a worker that is quicker takes
and deletes; where other messages wait, none is received, as that would count as a try at each.

Each check raises TelemetryError where something is wrong, with what may mend it.
"""

import uuid

import httpx

from ..frontend.settings import FrontendSettings
from ..shared import messages
from ..shared.errors import ObjectStoreUnavailableError, QueueUnavailableError, TelemetryError
from ..shared.object_store import ObjectStore
from ..shared.queues.azure import AzureQueue
from ..shared.queues.base import Queue

ANSWER_SECONDS = 5.0
MOST_TAKEN = 32
LEASE_SECONDS = 5.0
PROBE = messages.encode([])


class NobodyThereError(TelemetryError):
    """Nobody listens here; where that is so on purpose, all is well."""


async def put_probe(queue: Queue) -> str:
    """What the frontend does: put, and count for /ready."""
    waiting = await queue.depth()
    await queue.put(PROBE)
    if waiting:
        return f"took a probe, which a worker will delete; messages: {waiting + 1}"
    try:
        await _take_away(queue)
    except QueueUnavailableError:
        return "took a probe, which a worker will delete: we may not take it away; messages: 1"
    return "took a probe; messages: 0"


async def take_probe(queue: Queue) -> str:
    """What the worker does: put, receive, delete."""
    if isinstance(queue, AzureQueue):
        await queue.look()
    if waiting := await queue.depth():
        return f"answers; receiving is not tried, so that messages are left alone: {waiting}"
    await queue.put(PROBE)
    if await _take_away(queue):
        return "gave a probe back, and deleted it"
    return "took a probe; a worker has it, or will"


async def _take_away(queue: Queue) -> bool:
    """Delete the probe, unless a worker was quicker; what came in meanwhile is put back."""
    taken = await queue.receive(MOST_TAKEN, LEASE_SECONDS)
    probes = [message for message in taken if message.body == PROBE]
    try:
        await queue.delete(probes)
    finally:
        await queue.release([message for message in taken if message.body != PROBE])
    return bool(probes)


async def count_poison(queue: Queue) -> str:
    """Poisoned messages are there to be seen to, and no fault of the queue's."""
    depth = await queue.depth()
    return "empty" if depth == 0 else f"holds {depth}: see `python -m src poison list`"


async def use_store(store: ObjectStore) -> str:
    """Write an object, read it, delete it."""
    key = f"doctor/{uuid.uuid4().hex}"
    await store.create(key, PROBE)
    try:
        if await store.read(key) != PROBE:
            raise ObjectStoreUnavailableError("gave back something else than was written")
    finally:
        await store.delete(key)
    return "took, gave and deleted a probe"


async def ask_frontend(settings: FrontendSettings) -> str:
    """Ask /health and /ready; NobodyThereError where nobody listens: it may run elsewhere."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
        try:
            health, ready = [await client.get(f"{url}/{path}") for path in ("health", "ready")]
        except httpx.ConnectError as exc:
            raise NobodyThereError(f"nobody listens on {host}:{settings.port}; elsewhere?") from exc
        except httpx.InvalidURL as exc:
            raise TelemetryError(f"HOST and PORT make no address: {url}") from exc
        except httpx.HTTPError as exc:
            raise TelemetryError(f"{url} does not answer: {type(exc).__name__}") from exc
    if not health.is_success:
        raise TelemetryError(f"{url}/health answers {health.status_code}: is it somebody else's?")
    if not ready.is_success:
        raise TelemetryError(f"{url}/ready answers {ready.status_code}: it cannot reach its queue")
    return f"{url} is ready"
