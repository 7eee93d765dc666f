"""The shipped KQL: files of `functions/`, `queries/` and `alerts/` in; their texts out."""

from dataclasses import dataclass
from pathlib import Path

from .scopes import COMPONENT, Scope

FUNCTIONS = Path(__file__).parent / "functions"
QUERIES = Path(__file__).parent / "queries"
ALERTS = Path(__file__).parent / "alerts"


@dataclass(frozen=True, slots=True)
class Query:
    """A query that ships with the product; its first line is a comment with its question."""

    name: str
    question: str
    text: str


def shipped_queries() -> list[Query]:
    """Every shipped query, by name."""
    return _read_all(QUERIES)


def shipped_alerts() -> list[Query]:
    """Every alert's query, by name; the first line says what it tells and what to do then."""
    return _read_all(ALERTS)


def functions_folder(scope: Scope) -> Path:
    """Where the scope's saved functions lie: `FUNCTIONS` has those that run here too."""
    return FUNCTIONS if scope is COMPONENT else FUNCTIONS / scope.name


def question_of(text: str) -> str:
    """What a query answers: its first line, which is a comment."""
    return text.partition("\n")[0].removeprefix("//").strip()


def _read_all(folder: Path) -> list[Query]:
    return [_read(path) for path in sorted(folder.glob("*.kql"))]


def _read(path: Path) -> Query:
    text = path.read_text(encoding="utf-8")
    return Query(path.stem, question_of(text), text)
