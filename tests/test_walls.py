"""The standard-library rooms import nothing but the standard library and each other.

The linter's layers say who may import whom inside the house; it has no list of what may come in.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
STANDARD = {
    "model": {"model"},
    "analysis": {"analysis", "model"},
    "charts": {"charts", "analysis", "model"},
    "sampler": {"sampler", "charts", "analysis", "model"},
}
"""Each such room, and the rooms that it may import."""


def imported(file: Path) -> Iterator[tuple[str, ...]]:
    """Each imported module by its parts, absolute, as `("src", "model", "ids")`."""
    package = ("src", *file.relative_to(SRC).parent.parts)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = tuple(node.module.split(".")) if node.module else ()
            yield from ((*base, *module, alias.name) for alias in node.names)


def strangers(file: Path, rooms: set[str]) -> list[str]:
    """What the file imports from neither the standard library nor these rooms."""
    return [
        ".".join(parts)
        for parts in imported(file)
        if not (parts[0] in sys.stdlib_module_names or (parts[0] == "src" and parts[1] in rooms))
    ]


@pytest.mark.parametrize("room", STANDARD)
def test_standard_library_rooms_import_only_the_standard_library(room: str):
    files = sorted((SRC / room).rglob("*.py"))

    assert len(files) > 1
    assert {file.name: strangers(file, STANDARD[room]) for file in files} == {
        file.name: [] for file in files
    }


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import json, httpx", ["httpx"]),
        ("import os.path", []),
        ("from msgspec import json", ["msgspec.json"]),
        ("from ..model.ids import span_id", []),
        ("from . import durations", []),
        ("from .. import backend", ["src.backend"]),
        ("from ..shared.errors import TelemetryError", ["src.shared.errors.TelemetryError"]),
        ("from src.shared import errors", ["src.shared.errors"]),
        ("def f():\n    import azure.core", ["azure.core"]),
    ],
)
def test_a_stranger_is_seen(
    line: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys.modules[__name__], "SRC", tmp_path)
    file = tmp_path / "analysis" / "new.py"
    file.parent.mkdir()
    file.write_text(line)

    assert strangers(file, STANDARD["analysis"]) == found
