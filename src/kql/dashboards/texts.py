"""A query's name and values for its parameters in, the query's text with them out.

A parameter is a line `let NAME = DEFAULT;  // parameter: what it is` at a query's top, so that the
file runs as it stands. A dashboard puts its own expression in the default's place.
"""

import json
import re
from collections.abc import Mapping

from ..catalogue import QUERIES

TILES = QUERIES.with_name("tiles")

_PARAMETER = re.compile(r"^let (?P<name>\w+) = (?P<value>.+?);(?=  // parameter: )", re.MULTILINE)


def query_text(name: str) -> str:
    """The text of the tile or, where there is none of that name, of the shipped query.

    Raises:
        FileNotFoundError: there is neither.
    """
    tile = TILES / f"{name}.kql"
    return (tile if tile.exists() else QUERIES / tile.name).read_text(encoding="utf-8")


def defaults(text: str) -> dict[str, str]:
    """Each parameter's default by its name, as KQL writes it."""
    return {match["name"]: match["value"] for match in _PARAMETER.finditer(text)}


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with these values, as KQL writes them; what it has no parameter for is left out."""

    def value(match: re.Match[str]) -> str:
        return f"let {match['name']} = {values.get(match['name'], match['value'])};"

    return _PARAMETER.sub(value, text)


def literal(text: str) -> str:
    """As KQL writes it: the escapes of a string are those of JSON, so no text ends it early."""
    return json.dumps(text, ensure_ascii=False)


def spoken(default: str) -> str:
    """The text that a literal of KQL stands for."""
    return str(json.loads(default))
