"""Immutable objects by key, in a folder, a cloud's blob storage or memory.

Keys are slash-separated segments, each an integer or a percent-encoded name (`segment`). An object
is created once and never changed: nothing here can lose an update. The folder is not synced at
each write; what it holds can be told again by a redelivery.
https://developmentseed.org/obstore/
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore
from obstore.store import ObjectStore as Backing

from .errors import ObjectMissingError, ObjectStoreUnavailableError

T = TypeVar("T")


def segment(name: str) -> str:
    """A name as one segment of a key: no slash, no dot file, nothing that a folder minds."""
    quoted = quote(name, safe="")
    return quoted.replace(".", "%2E", 1) if quoted.startswith(".") else quoted


class ObjectStore:
    """Create, read, list, delete; each raises ObjectStoreUnavailableError where it cannot.

    obstore's blocking calls, in threads: cheaper than its own coroutines, which also abort the
    process where it ends soon after one of them.
    """

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    async def create(self, key: str, body: bytes) -> bool:
        """Write a new object; False where the key exists already, whose object stays as it is."""
        try:
            await _in_thread(lambda: obstore.put(self._backing, key, body, mode="create"))
        except AlreadyExistsError:
            return False
        return True

    async def read(self, key: str) -> bytes:
        """The object's body; ObjectMissingError where there is none."""
        return await _in_thread(lambda: bytes(obstore.get(self._backing, key).bytes()))

    async def keys(self, prefix: str) -> list[str]:
        """The keys that begin with the prefix, which ends with a slash."""
        found = await _in_thread(lambda: obstore.list(self._backing, prefix).collect())
        return [meta["path"] for meta in found]

    async def delete(self, key: str) -> None:
        """Remove an object for good; one that is not there is no error."""
        with suppress(ObjectMissingError):
            await _in_thread(lambda: obstore.delete(self._backing, key))


async def _in_thread(call: Callable[[], T]) -> T:
    try:
        return await asyncio.get_running_loop().run_in_executor(None, call)
    except AlreadyExistsError:
        raise
    except (NotFoundError, FileNotFoundError) as exc:
        raise ObjectMissingError("there is no such object") from exc
    except (BaseError, OSError) as exc:
        raise ObjectStoreUnavailableError(
            str(exc).partition("\n")[0]
        ) from exc  # it dumps its insides


def folder_store(path: Path) -> ObjectStore:
    """Objects as files below a folder, which is made if it is missing."""
    return ObjectStore(LocalStore(path, mkdir=True))


def memory_store() -> ObjectStore:
    """Objects in this process's memory: for tests."""
    return ObjectStore(MemoryStore())
