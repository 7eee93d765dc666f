"""Batches as this worker stored them in; the same out, as far back as there is room.

A job's batches are needed again at its end, and each beside its neighbours before that. Objects
never change, so who wrote one need not ask the store what is in it: in a cloud that is a request
for each, and most of what an hour's batches cost to read.
"""

from collections import OrderedDict

ROOM_BYTES = 64 * 1024 * 1024  # bodies are compressed: a thousand jobs of ten minutes
_BESIDE_BYTES = 300  # of two objects and their place in the table


class RecentBatches:
    """Bodies by their objects' keys; the oldest make room for new ones."""

    def __init__(self, room_bytes: int = ROOM_BYTES) -> None:
        """Room for so many bytes, of keys and bodies and what they take beside themselves."""
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._left_bytes = room_bytes

    def keep(self, key: str, body: bytes) -> None:
        """A new object, or one that was swept and has come again."""
        if (former := self._bodies.pop(key, None)) is not None:
            self._left_bytes += _size(key, former)
        self._bodies[key] = body
        self._left_bytes -= _size(key, body)
        while self._left_bytes < 0:
            self._left_bytes += _size(*self._bodies.popitem(last=False))

    def find(self, key: str) -> bytes | None:
        """Its body; None where another worker stored it, or long ago."""
        return self._bodies.get(key)


def _size(key: str, body: bytes) -> int:
    return len(key) + len(body) + _BESIDE_BYTES
