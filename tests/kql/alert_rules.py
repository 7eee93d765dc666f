"""The rules of alerts.bicep: nothing in; what each asks and what its answer is held against out."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pycep import BicepParser

INFRA = Path(__file__).parents[2] / "infra"
MODULES = INFRA / "modules"


@dataclass(frozen=True)
class Rule:
    """One alert rule; durations are as Azure writes them, `PT15M`."""

    name: str
    text: str
    number: str
    dimensions: tuple[str, ...]
    threshold: int
    frequency: str
    window: str
    file: Path

    def told_by(self, rows: list[dict[str, Any]]) -> set[tuple[str, ...]]:
        """The values of the dimensions for which it fires: the greatest number is too great."""
        return {
            tuple(row[name] for name in self.dimensions)
            for row in rows
            if row[self.number] is not None and row[self.number] > self.threshold
        }


@cache
def module(name: str) -> dict[str, Any]:
    """What pycep reads in one of the modules."""
    return BicepParser().parse(text=(MODULES / f"{name}.bicep").read_text(encoding="utf-8"))


def alert_rules() -> dict[str, Rule]:
    """Each rule by its name, its threshold as it is unless somebody says otherwise."""
    read = module("alerts")
    return {
        rule["name"]: _rule(rule, read["parameters"])
        for rule in read["variables"]["rules"]["value"]
    }


def loaded_file(value: dict[str, Any]) -> Path:
    """The file that a loadTextContent() names."""
    return (MODULES / value["function"]["parameters"]["file_path"]).resolve()


def _rule(rule: dict[str, Any], parameters: dict[str, Any]) -> Rule:
    file = loaded_file(rule["query"])
    return Rule(
        name=rule["name"],
        text=file.read_text(encoding="utf-8"),
        number=rule["number"],
        dimensions=tuple(dimension["name"] for dimension in rule["dimensions"]),
        threshold=parameters[rule["threshold"]]["default"],
        frequency=rule["frequency"],
        window=rule["window"],
        file=file,
    )
