"""docker-compose.yml and the user's variables in; what each service would run with, out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.images.dockerfile import Dockerfile, read_dockerfile

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"

_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


class MissingVariableError(Exception):
    """A variable that must be set is not; the message is the file's own."""


@dataclass(frozen=True)
class Composed:
    """A service: its image, and what the file adds to that."""

    name: str
    image: Dockerfile
    written: Mapping[str, Any]
    environment: Mapping[str, str]
    """The image's with the file's; what has no value here is passed on where the user has one."""

    @property
    def command(self) -> list[str]:
        """Entrypoint and command, of the image where the file says nothing."""
        assert not self.written.keys() & {"command", "entrypoint", "healthcheck"}
        return [*self.image.image.entrypoint, *self.image.image.command]

    @property
    def waits_for(self) -> list[str]:
        """Who must be healthy before it starts."""
        needed = self.written.get("depends_on", {})
        assert all(each == {"condition": "service_healthy"} for each in needed.values())
        return list(needed)


def read_composed(variables: Mapping[str, str]) -> dict[str, Composed]:
    """All services by their names.

    Raises:
        MissingVariableError: a variable that must be set is not.
    """
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    services = {name: _interpolated(each, variables) for name, each in written.items()}
    return {name: _composed(name, each, variables) for name, each in services.items()}


def in_order(services: Mapping[str, Composed]) -> Iterator[Composed]:
    """Each after those that it waits for; those behind a profile left out."""
    left = {name: each for name, each in services.items() if "profiles" not in each.written}
    while left:
        ready = [each for each in left.values() if not set(each.waits_for) & left.keys()]
        assert ready, f"they wait for each other: {set(left)}"
        for each in ready:
            yield left.pop(each.name)


def _composed(name: str, written: dict[str, Any], variables: Mapping[str, str]) -> Composed:
    image = read_dockerfile(ROOT / written["build"]["dockerfile"])
    given = {
        key: variables.get(key) if value is None else value
        for key, value in written.get("environment", {}).items()
    }
    added = {key: value for key, value in given.items() if value is not None}
    return Composed(name, image, written, image.image.env | added)


def _interpolated(value: Any, variables: Mapping[str, str]) -> Any:
    """With `${NAME}`, `${NAME:-default}` and `${NAME:?complaint}` replaced."""

    def found(match: re.Match[str]) -> str:
        name, how, rest = match.groups()
        if value := variables.get(name):
            return value
        if how == "?":
            raise MissingVariableError(f"{name}: {rest}")
        return rest or ""

    if isinstance(value, str):
        return _VARIABLE.sub(found, value)
    if isinstance(value, list):
        return [_interpolated(each, variables) for each in value]
    if isinstance(value, dict):
        return {key: _interpolated(each, variables) for key, each in value.items()}
    return value
