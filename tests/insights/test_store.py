import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from src.insights.ingestion import ingest
from src.insights.kql import run_kql
from src.insights.store import Store, StoreError
from src.insights.tables import TABLES
from tests.insights.items import NOW, body, item


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "insights.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


def events(count: int, name: str = "E") -> dict[str, list[dict[str, object]]]:
    return ingest(body(*[item(content={"name": name})] * count), NOW).rows


def test_rows_survive_a_restart(path: Path):
    with Store(path) as first:
        first.append(events(3))
    with Store(path) as second:
        assert second.counts() == {**dict.fromkeys(TABLES, 0), "customEvents": 3}


def test_rows_survive_a_kill_right_after_append(path: Path):
    script = (
        "import os, pathlib, sys\n"
        "from src.insights.store import Store\n"
        "from tests.insights.test_store import events\n"
        "Store(pathlib.Path(sys.argv[1])).append(events(5))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", script, path], cwd=root, check=False)
    assert killed.returncode == -9
    with Store(path, read_only=True) as left:
        assert left.counts()["customEvents"] == 5


def test_items_get_their_kind_and_an_id_of_their_own(store: Store):
    store.append(events(2))
    with store.cursor() as cursor:
        rows = run_kql(cursor, "customEvents | project itemType, itemId").rows
    assert {kind for kind, _ in rows} == {"customEvent"}
    assert len({id_ for _, id_ in rows}) == 2


def test_all_tables_or_none(store: Store):
    broken = {**events(1), "traces": [{"message": "m", "severityLevel": "no number"}]}
    with pytest.raises(Exception, match="no number"):
        store.append(broken)
    assert set(store.counts().values()) == {0}
    store.append(events(1))
    assert store.counts()["customEvents"] == 1


def test_only_what_is_older_is_swept(store: Store):
    old = NOW - timedelta(days=90, seconds=1)
    for at in (old, NOW - timedelta(days=90), NOW):
        store.append(ingest(body(item(at=at)), at).rows)
        store.append(ingest(body(item("MessageData", {"message": "m"}, at=at)), at).rows)
    assert store.sweep(NOW - timedelta(days=90)) == 2
    counts = store.counts()
    assert (counts["customEvents"], counts["traces"]) == (2, 2)


def test_writing_reading_and_sweeping_at_once(store: Store):
    failures: list[BaseException] = []

    def guard(work: object, *arguments: object) -> None:
        try:
            for _ in range(20):
                work(*arguments)  # type: ignore[operator]
        except BaseException as exc:  # noqa: BLE001 -- shown by the assertion
            failures.append(exc)

    def count() -> None:
        with store.cursor() as cursor:
            assert run_kql(cursor, "customEvents | summarize n = count()").rows[0][0] % 10 == 0

    jobs = [(store.append, events(10)), (store.append, events(10)), (count,), (count,)]
    jobs.append((store.sweep, NOW - timedelta(days=1)))
    threads = [threading.Thread(target=guard, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.counts()["customEvents"] == 400


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "a\0b",
        "\x1f\x7f",
        "\u2028\ufffe",
        "\U0001f680",
        "'\"; DROP TABLE x --",
        "\\u0000",
        "$.a",
    ],
)
def test_any_text_comes_back_as_it_was(store: Store, text: str):
    sent = item(content={"name": text, "properties": {text: text}})
    store.append(ingest(body(sent), NOW).rows)
    with store.cursor() as cursor:
        rows = run_kql(cursor, "customEvents | project name, customDimensions").rows
    assert rows == [(text, {text: text})]


def test_a_file_in_use_or_of_another_kind_is_refused_in_one_line(path: Path):
    path.parent.mkdir()
    path.write_text("this is no database " * 500)
    with pytest.raises(StoreError) as refused:
        Store(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_second_process_is_told_who_has_the_file(path: Path, store: Store):
    store.append(events(1))
    script = (
        "import pathlib, sys\n"
        "from src.insights.store import Store\n"
        "Store(pathlib.Path(sys.argv[1]))\n"
    )
    root = Path(__file__).parents[2]
    second = subprocess.run(
        [sys.executable, "-c", script, path], cwd=root, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "is in use by another process" in second.stderr
