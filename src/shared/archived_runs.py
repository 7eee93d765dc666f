"""An object store and a run's number, or its repository, in; what the archive has of it, out."""

import asyncio
from collections.abc import Iterable
from typing import Any

from ..model.document import compose
from .archive_keys import Attempt, attempts_in, repository_folder, run_folder, runs_in
from .errors import ObjectMissingError
from .object_store import ObjectStore


async def find_attempts(store: ObjectStore, run_id: int) -> dict[Attempt, list[str]]:
    """The attempts of the run, the latest last, each with the keys of its parts.

    Hosts count their runs each for itself: attempts of several hosts may be among them.

    Raises:
        ObjectStoreUnavailableError: the store did not answer.
    """
    return attempts_in(await store.keys(run_folder(run_id)))


async def latest_run(store: ObjectStore, host: str, repository: str) -> int | None:
    """The number of the repository's latest run; None where it has none here.

    Raises:
        ObjectStoreUnavailableError: the store did not answer.
    """
    runs = runs_in(await store.keys(repository_folder(host, repository)))
    return runs[-1] if runs else None


async def read_document(store: ObjectStore, keys: Iterable[str]) -> dict[str, Any]:
    """The document that these parts make; what cannot be read is among its complaints.

    Raises:
        ObjectStoreUnavailableError: the store did not answer.
    """
    names = list(keys)
    bodies = await asyncio.gather(*(_read(store, key) for key in names))
    found = {key: body for key, body in zip(names, bodies, strict=True) if body is not None}
    return compose(found)


async def _read(store: ObjectStore, key: str) -> bytes | None:
    """None where it has been deleted since it was listed."""
    try:
        return await store.read(key)
    except ObjectMissingError:
        return None
