"""An image has what its service imports, and next to nothing else."""

import importlib.util
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.images.dockerfile import read_dockerfile
from tests.images.replica import ROOT, locked
from tests.test_walls import imported

STARTS = {"frontend": "src.frontend.app", "backend": "src.backend.app"}
SPEED = {"frontend": {"httptools", "uvloop"}, "backend": set[str]()}
"""What uvicorn takes where it is there."""

pytestmark = pytest.mark.slow

each = pytest.mark.parametrize("service", STARTS)


@cache
def reached(service: str) -> frozenset[str]:
    """Every module of ours that the service may come to import, also where it runs."""
    graph = grimp.build_graph("src")
    return frozenset({STARTS[service], *graph.find_upstream_modules(STARTS[service])})


@cache
def owners() -> dict[str, str]:
    """Which package each installed file is of."""
    return {
        str(found.locate_file(file)): canonicalize_name(found.name)
        for found in distributions()
        for file in found.files or ()
        if file.suffix in {".py", ".so", ".pyi"}
    }


def packages(service: str) -> set[str]:
    """Those whose modules the service imports by name."""
    files = (importlib.util.find_spec(module).origin for module in reached(service))
    modules = {parts for file in files for parts in imported(Path(file)) if parts[0] != "src"}
    return {owner for parts in modules if (owner := owner_of(parts))}


def owner_of(parts: tuple[str, ...]) -> str | None:
    """Nobody's are the standard library's; the last part may be a name in a module."""
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.util.find_spec(".".join(parts[:length]))
        except (ModuleNotFoundError, ValueError):  # a name in a module; a module made by hand
            continue
        if found and found.origin in owners():
            return owners()[found.origin]
    return None


def asked_for(service: str) -> set[str]:
    """What the service's .in file names."""
    lines = (ROOT / f"requirements-{service}.in").read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line[0] not in "#-"]
    return {canonicalize_name(each.name) for each in wanted}


@each
def test_all_that_it_imports_is_locked(service: str):
    assert packages(service) <= locked(f"requirements-{service}.lock").keys()
    assert len(packages(service)) > 5


@each
def test_nothing_is_asked_for_in_vain(service: str):
    assert asked_for(service) <= packages(service) | SPEED[service]


@each
def test_versions_are_those_that_are_tested(service: str):
    assert locked(f"requirements-{service}.lock").items() <= locked("requirements.lock").items()


@each
def test_the_rooms_that_it_has_are_those_that_it_enters(service: str):
    dockerfile = read_dockerfile(ROOT / "src" / service / "Dockerfile")
    copied = {source.split("/")[1] for source, _ in dockerfile.sources} - {"__init__.py"}

    assert copied == {module.split(".")[1] for module in reached(service) if "." in module}


def test_neither_has_what_the_other_needs():
    frontend, backend = (locked(f"requirements-{name}.lock").keys() for name in STARTS)

    assert not backend & {"fastapi", "starlette", "uvicorn", "duckdb", "rich", "click"}
    assert not frontend & {"duckdb", "duckdb-kql", "rich"}
