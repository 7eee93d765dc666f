"""Keys in, empty objects in the store out, each created once as far as is known here.

What many events have in common is thus told once, and not with each of them.
"""

from collections.abc import Iterable

from ..shared.object_store import ObjectStore
from .pauses import all_of

MOST_IN_MIND = 10_000


class Marks:
    """Leaves marks, and keeps the latest in mind."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._left: dict[str, None] = {}

    async def leave(self, keys: Iterable[str]) -> None:
        """Return when all of them are there.

        Raises:
            ObjectStoreUnavailableError: the store did not take one; trying again may help.
        """
        new = [key for key in dict.fromkeys(keys) if key not in self._left]
        await all_of(self._store.create(key, b"") for key in new)
        self._left.update(dict.fromkeys(new))
        while len(self._left) > MOST_IN_MIND:
            del self._left[next(iter(self._left))]
