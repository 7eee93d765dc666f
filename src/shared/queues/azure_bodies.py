"""Bodies in, texts of messages out; what is too large for one lies in the object store.

Its object is written before its message and deleted after it, so that a crash in between leaves an
object too many, never one too few.
"""

import logging

from ..errors import ObjectStoreUnavailableError, QueueUnavailableError
from ..object_store import ObjectStore
from .azure_text import MAX_BODY_BYTES, claim_of, new_key, to_text

log = logging.getLogger(__name__)


class Bodies:
    """The bodies of one queue."""

    def __init__(self, store: ObjectStore, queue_name: str) -> None:
        self._store = store
        self._queue_name = queue_name

    async def text_of(self, body: bytes) -> tuple[str, str | None]:
        """What the message is to hold, and the key of the object that was made for it, if any.

        A body that is itself a claim, as poison may be, stays one: it leads to its object again.

        Raises:
            QueueUnavailableError: the store did not take a large body.
        """
        if len(body) <= MAX_BODY_BYTES:
            return to_text(body), None
        key = new_key(self._queue_name)
        try:
            await self._store.create(key, body)
        except ObjectStoreUnavailableError as exc:
            raise QueueUnavailableError(f"queue {self._queue_name}: a large body: {exc}") from exc
        return to_text(claim_of(key)), key

    async def read(self, key: str) -> bytes:
        """A large body; ObjectStoreUnavailableError, or that it is missing."""
        return await self._store.read(key)

    async def discard(self, key: str | None) -> None:
        """Delete an object that no message claims; one that stays is litter, and no more."""
        if key is None:
            return
        try:
            await self._store.delete(key)
        except ObjectStoreUnavailableError as exc:
            log.warning("an object stays behind", extra={"key": key, "reason": str(exc)})
