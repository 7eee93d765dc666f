"""Immutable objects by key, in a folder, a cloud's blob storage or memory.

Keys are slash-separated segments, each an integer or a percent-encoded name (`segment`). An object
is created once and never changed: nothing here can lose an update. The folder is not synced at
each write; what it holds can be told again by a redelivery.
https://developmentseed.org/obstore/
"""

import asyncio
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, S3Store
from obstore.store import ObjectStore as Backing

from .errors import ObjectMissingError, ObjectStoreUnavailableError
from .object_store_complaints import complaint, is_place_missing

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

T = TypeVar("T")

CALLS_AT_ONCE = 16
CALL_SECONDS = 10.0
CONNECT_SECONDS = 2
REQUEST_SECONDS = 5
NO_RETRIES: "RetryConfig" = {"max_retries": 0}

LONGEST_SEGMENT = 200  # file systems take 255 bytes, and a key may say more in the same segment
_DIGITS_OF_CUT = 16
_MISSING = (NotFoundError, FileNotFoundError)


@lru_cache(maxsize=1024)  # hosts and repositories come again and again
def segment(name: str) -> str:
    """A name as one segment of a key: no slash, no dot file, nothing that a folder minds.

    One that is too long for a file's name is cut, and told from others by a hash.
    """
    quoted = quote(name, safe="")
    if len(quoted) > LONGEST_SEGMENT:
        digest = sha256(name.encode()).hexdigest()[:_DIGITS_OF_CUT]
        quoted = f"{quoted[: LONGEST_SEGMENT - _DIGITS_OF_CUT - 1]}~{digest}"
    return quoted.replace(".", "%2E", 1) if quoted.startswith(".") else quoted


class ObjectStore:
    """Create, read, list, delete; each raises ObjectStoreUnavailableError where it cannot.

    obstore's blocking calls, in threads: cheaper than its own coroutines, which also abort the
    process where it ends soon after one of them. The threads are the store's own, so that a store
    that hangs holds up nobody else.
    """

    def __init__(self, backing: Backing, make_place: Callable[[], None] | None = None) -> None:
        """Over this backing; `make_place` makes its container where that is missing; blocking."""
        self._backing = backing
        self._make_place = make_place
        self._threads = ThreadPoolExecutor(CALLS_AT_ONCE, "objects")
        self._turns = asyncio.Semaphore(CALLS_AT_ONCE)
        self._answered_at = -math.inf

    async def create(self, key: str, body: bytes) -> bool:
        """Write a new object; False where the key exists already, whose object stays as it is."""
        try:
            await self._call(lambda: obstore.put(self._backing, key, body, mode="create"))
        except AlreadyExistsError:
            return False
        return True

    async def replace(self, key: str, body: bytes) -> None:
        """Write an object, whatever is there: for copies that others read, never for our state."""
        await self._call(lambda: obstore.put(self._backing, key, body))

    async def read(self, key: str) -> bytes:
        """The object's body; ObjectMissingError where there is none."""
        return await self._call(lambda: bytes(obstore.get(self._backing, key).bytes()))

    async def read_all(self, keys: Sequence[str]) -> list[bytes]:
        """The bodies of a few objects; ObjectMissingError where one is missing.

        One after the other, in the time of one call: handing one to a thread costs more than to
        read a small object.
        """
        return await self._call(
            lambda: [bytes(obstore.get(self._backing, key).bytes()) for key in keys]
        )

    async def keys(self, prefix: str) -> list[str]:
        """The keys that begin with the prefix, which ends with a slash."""
        found = await self._call(lambda: obstore.list(self._backing, prefix).collect())
        return [meta["path"] for meta in found]

    async def written(self, prefix: str) -> dict[str, datetime]:
        """When each object was written whose key begins with the prefix, which ends with a slash.

        By the store's clock.
        """
        found = await self._call(lambda: obstore.list(self._backing, prefix).collect())
        return {meta["path"]: meta["last_modified"] for meta in found}

    async def folders(self, prefix: str) -> list[str]:
        """What follows the prefix up to the next slash, each once; like the prefix, all of it."""
        found = await self._call(lambda: obstore.list_with_delimiter(self._backing, prefix))
        return [f"{path}/" for path in found["common_prefixes"]]

    async def delete(self, key: str) -> None:
        """Remove an object for good; one that is not there is no error."""
        with suppress(ObjectMissingError):
            await self._call(lambda: obstore.delete(self._backing, key))

    async def _call(self, call: Callable[[], T]) -> T:
        """Make the blocking call, once it is its turn."""
        try:
            await self._take_turn()
            try:
                return await self._answer(call)
            finally:
                self._turns.release()
        except AlreadyExistsError:
            raise
        except TimeoutError as exc:
            raise ObjectStoreUnavailableError("no answer in time") from exc
        except (BaseError, OSError) as exc:
            if isinstance(exc, _MISSING) and not is_place_missing(exc):
                raise ObjectMissingError("there is no such object") from exc
            raise ObjectStoreUnavailableError(complaint(exc)) from exc

    async def _take_turn(self) -> None:
        """Wait in line, however long it is, as long as others are answered.

        Raises:
            TimeoutError: nobody was for the time that a call may take.
        """
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(CALL_SECONDS):
                    await self._turns.acquire()
                    return
            if monotonic() - self._answered_at > CALL_SECONDS:
                raise TimeoutError

    async def _answer(self, call: Callable[[], T]) -> T:
        """Only the call itself is timed; one that finds no free thread in time is not made."""
        async with asyncio.timeout(CALL_SECONDS):
            loop = asyncio.get_running_loop()
            try:
                answer = await loop.run_in_executor(self._threads, self._try, call)
            except (AlreadyExistsError, *_MISSING):
                self._answered_at = monotonic()
                raise
            self._answered_at = monotonic()
            return answer

    def _try(self, call: Callable[[], T]) -> T:
        """The call, and again once its container is made, where that was missing."""
        try:
            return call()
        except (BaseError, OSError) as exc:
            if self._make_place is None or not is_place_missing(exc):
                raise
        self._make_place()
        return call()


def folder_store(path: Path) -> ObjectStore:
    """Objects as files below a folder, made if it is missing; of those in it none stays empty."""
    return ObjectStore(LocalStore(path, mkdir=True, automatic_cleanup=True))


def memory_store() -> ObjectStore:
    """Objects in this process's memory: for tests."""
    return ObjectStore(MemoryStore())


def bucket_store(bucket: str, prefix: str | None) -> ObjectStore:
    """Objects in an S3 bucket, or what of it begins with the prefix.

    Where it is and who we are is read from AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY and the other variables that obstore knows.
    https://developmentseed.org/obstore/latest/api/store/aws/
    """
    options = client_options(os.environ.get("AWS_ENDPOINT_URL", ""))
    return ObjectStore(
        S3Store(bucket, prefix=prefix, client_options=options, retry_config=NO_RETRIES)
    )


def client_options(endpoint: str) -> "ClientConfig":
    """For a service at this URL: bounded in time; without TLS where the URL says so."""
    return {
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        "timeout": timedelta(seconds=REQUEST_SECONDS),
        "allow_http": endpoint.startswith("http://"),
    }
