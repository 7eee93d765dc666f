"""What every store does alike; S3 is moto's, which stands in for it.

A real service, Amazon's or MinIO's: TEST_S3_BUCKET and the AWS_… variables that lead to it.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.shared.azure_account import account_by_connection_string
from src.shared.azure_clients import open_container
from src.shared.errors import ObjectMissingError, ObjectStoreUnavailableError
from src.shared.object_store import (
    LONGEST_SEGMENT,
    ObjectStore,
    bucket_store,
    folder_store,
    memory_store,
    segment,
)
from tests.azurite import Azurite, fresh_name
from tests.moto_service import Bucket, running_moto

pytestmark = pytest.mark.anyio


def container(request: pytest.FixtureRequest) -> ObjectStore:
    azurite: Azurite = request.getfixturevalue("azurite")
    account = account_by_connection_string(azurite.connection_string)
    return open_container(account, fresh_name(), None, may_create=True)


def folder(request: pytest.FixtureRequest) -> ObjectStore:
    return folder_store(request.getfixturevalue("tmp_path") / "not" / "yet")


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """One service for all tests, each of which uses a prefix of its own."""
    if name := os.environ.get("TEST_S3_BUCKET"):
        yield Bucket(name, {})
        return
    with running_moto(tmp_path_factory.mktemp("moto")) as bucket:
        yield bucket


def bucket(request: pytest.FixtureRequest) -> ObjectStore:
    s3: Bucket = request.getfixturevalue("s3")
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    for name, value in s3.variables.items():
        monkeypatch.setenv(name, value)
    return bucket_store(s3.name, fresh_name())


KINDS: dict[str, Callable[[pytest.FixtureRequest], ObjectStore]] = {
    "folder": folder,
    "memory": lambda _: memory_store(),
    "azure": container,
    "s3": bucket,
}


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> ObjectStore:
    return KINDS[request.param](request)


@pytest.mark.parametrize("body", [b"", b"one", bytes(range(256)) * 4096])
async def test_an_object_is_read_as_it_was_written(store: ObjectStore, body: bytes):
    assert await store.create("state/1/a", body)

    assert await store.read("state/1/a") == body


async def test_an_object_never_changes(store: ObjectStore):
    await store.create("state/1/a", b"first")

    assert not await store.create("state/1/a", b"second")
    assert await store.read("state/1/a") == b"first"


async def test_a_copy_for_others_may_be_replaced(store: ObjectStore):
    for body in (b"first", b"second"):
        await store.replace("latest/a", body)

    assert await store.read("latest/a") == b"second"
    assert await store.keys("latest/") == ["latest/a"]


async def test_of_many_who_create_an_object_one_does(store: ObjectStore):
    bodies = [b"%d" % number for number in range(20)]

    made = await asyncio.gather(*(store.create("state/1/a", body) for body in bodies))

    assert sum(made) == 1
    assert await store.read("state/1/a") == bodies[made.index(True)]


async def test_keys_are_listed_below_a_prefix_only(store: ObjectStore):
    for key in ("state/1/a", "state/1/b/c", "state/10/a", "other/1/a"):
        await store.create(key, b"")

    assert sorted(await store.keys("state/1/")) == ["state/1/a", "state/1/b/c"]
    assert await store.keys("nothing/") == []


async def test_folders_and_times_of_what_is_below_a_prefix(store: ObjectStore):
    for key in ("sweep/2026-01-01/a", "sweep/2026-01-01/b/c", "sweep/2026-01-02/a", "other/a"):
        await store.create(key, b"")
    written = await store.written("sweep/2026-01-01/")

    assert sorted(await store.folders("sweep/")) == ["sweep/2026-01-01/", "sweep/2026-01-02/"]
    assert sorted(written) == ["sweep/2026-01-01/a", "sweep/2026-01-01/b/c"]
    assert all(abs(datetime.now(UTC) - at) < timedelta(minutes=1) for at in written.values())
    assert (await store.folders("nothing/"), await store.written("nothing/")) == ([], {})


async def test_many_objects_are_read_in_the_order_asked_for(store: ObjectStore):
    keys = [f"state/1/{number}" for number in range(40)]
    for key in keys:
        await store.create(key, key.encode())

    assert await store.read_all(keys[::-1]) == [key.encode() for key in keys[::-1]]
    assert await store.read_all([]) == []
    with pytest.raises(ObjectMissingError):
        await store.read_all([*keys, "state/1/missing"])


async def test_a_missing_object_is_unavailable(store: ObjectStore):
    with pytest.raises(ObjectStoreUnavailableError):
        await store.read("state/1/missing")


async def test_a_deleted_object_is_gone_and_its_key_free(store: ObjectStore):
    for body in (b"one", b"other"):
        assert await store.create("state/1/a", body)
        await store.delete("state/1/a")
        await store.delete("state/1/a")
        with pytest.raises(ObjectMissingError):
            await store.read("state/1/a")


ODD = ["a/b", "..", ".", ".hidden", "a b", "ü", "🚀", "%2F", "a%b", "#?&=", "\0", "\n", "~", "a\\b"]
LONG = ["w" * 256, "日" * 64, "." * 300]


@pytest.mark.parametrize("name", ODD + LONG, ids=ascii)
async def test_odd_names_are_safe_segments(store: ObjectStore, name: str):
    key = f"state/{segment(name)}"

    await store.create(key, b"one")

    assert await store.keys("state/") == [key]
    assert await store.read(key) == b"one"


@given(st.text(), st.text())
def test_segments_are_flat_and_distinct(one: str, other: str):
    try:
        first, second = segment(one), segment(other)
    except UnicodeEncodeError:  # a lone surrogate, which no JSON that we read can hold
        return
    assert (first == second) == (one == other)
    assert first.isascii()
    assert "/" not in first
    assert not first.startswith(".")  # no dot file, no way up


@pytest.mark.parametrize("name", LONG, ids=ascii)
def test_long_names_are_told_apart_by_more_than_their_beginning(name: str):
    assert len(segment(name)) <= LONGEST_SEGMENT + len("%2E")
    assert segment(f"{name}a") != segment(f"{name}b") != segment(name)


async def test_objects_of_a_folder_outlive_the_store(tmp_path: Path):
    await folder_store(tmp_path).create("state/1/a", b"one")

    assert await folder_store(tmp_path).read("state/1/a") == b"one"


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_folder_keeps_objects_below_itself(tmp_path: Path):
    await folder_store(tmp_path / "objects").create(f"state/{segment('../../../x')}", b"one")

    assert names_in(tmp_path) == ["objects"]


CALLS: dict[str, Callable[[ObjectStore], Awaitable[object]]] = {
    "create": lambda store: store.create("state/1/a", b""),
    "replace": lambda store: store.replace("state/1/a", b""),
    "read": lambda store: store.read("state/1/a"),
    "read_all": lambda store: store.read_all(["state/1/a"]),
    "keys": lambda store: store.keys("state/1/"),
    "written": lambda store: store.written("state/1/"),
    "delete": lambda store: store.delete("state/1/a"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_folder_that_became_a_file_is_unavailable(
    call: Callable[[ObjectStore], Awaitable[object]], tmp_path: Path
):
    store = folder_store(tmp_path)
    (tmp_path / "state").write_text("no folder")

    with pytest.raises(ObjectStoreUnavailableError):
        await call(store)
