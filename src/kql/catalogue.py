"""The shipped queries: files of `queries/` in; name, question and text of each out."""

from dataclasses import dataclass
from pathlib import Path

FUNCTIONS = Path(__file__).parent / "functions"
QUERIES = Path(__file__).parent / "queries"


@dataclass(frozen=True, slots=True)
class Query:
    """A query that ships with the product; its first line is a comment with its question."""

    name: str
    question: str
    text: str


def shipped_queries() -> list[Query]:
    """Every shipped query, by name."""
    return [_read(path) for path in sorted(QUERIES.glob("*.kql"))]


def _read(path: Path) -> Query:
    text = path.read_text(encoding="utf-8")
    question = text.partition("\n")[0].removeprefix("//").strip()
    return Query(path.stem, question, text)
