"""A Dockerfile in; what its image is made of and how it starts out.

It knows the instructions that ours use, in the forms in which they use them, and no others.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

_CONTINUED = re.compile(r"\\\n\s*")
_HEALTHCHECK = re.compile(r"(?:--\S+\s+)*CMD\s+(\[.*\])")
_ASSIGNMENT = re.compile(r"([A-Z_]+)=(\S+)")


@dataclass
class Stage:
    """From one FROM to the next; `copies` are sources and destination, `--from` left out."""

    base: str
    copies: list[tuple[list[str], str]] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    user: str = ""
    folder: str = "/"
    ports: list[int] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Dockerfile:
    """`build` makes what `image` has; `args` are their defaults."""

    args: dict[str, str]
    build: Stage
    image: Stage

    @property
    def lock(self) -> str:
        """The requirements that are installed."""
        sources = [source for copied, _ in self.build.copies for source in copied]
        return next(source for source in sources if source.endswith(".lock"))

    @property
    def sources(self) -> list[tuple[str, str]]:
        """What is copied of `src`, and where to."""
        return [
            (source, destination)
            for copied, destination in self.build.copies
            for source in copied
            if source.startswith("src")
        ]


def parse_dockerfile(text: str) -> Dockerfile:
    """Of two stages, the first of which builds."""
    args: dict[str, str] = {}
    stages: list[Stage] = []
    lines = (line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    for line in _CONTINUED.sub(" ", "".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        if word == "ARG":
            args |= dict([rest.split("=", 1)])
        elif word == "FROM":
            stages.append(Stage(rest.partition(" AS ")[0]))
        elif word:
            _add(stages[-1], word, rest)
    build, image = stages
    return Dockerfile(args, build, image)


def read_dockerfile(file: Path) -> Dockerfile:
    """From a file."""
    return parse_dockerfile(file.read_text(encoding="utf-8"))


def _add(stage: Stage, word: str, rest: str) -> None:
    match word:
        case "COPY":
            *sources, destination = (part for part in rest.split() if not part.startswith("--"))
            stage.copies.append((sources, destination))
        case "RUN":
            stage.runs.append(rest)
        case "ENV":
            stage.env |= dict(_ASSIGNMENT.findall(rest))
        case "USER":
            stage.user = rest
        case "WORKDIR":
            stage.folder = rest
        case "EXPOSE":
            stage.ports = [int(port) for port in rest.split()]
        case "HEALTHCHECK":
            stage.healthcheck = json.loads(_HEALTHCHECK.fullmatch(rest)[1])
        case "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        case "CMD":
            stage.command = json.loads(rest)
        case _:
            raise ValueError(f"unknown instruction: {word}")
