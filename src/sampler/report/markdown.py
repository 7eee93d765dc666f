"""Words in; GitHub's Markdown in which they stay words, out.

Character references have no meaning to Markdown and none to HTML, and do not end a table's cell.
https://github.github.com/gfm/
"""

from __future__ import annotations

from typing import Iterable, Sequence

from ...charts.markup import shortened
from ...model.printable import printable

LONGEST_NAME = 80
LONGEST_TEXT = 400

_PLAIN = frozenset(" .,;%/()-?·✗⚠")


def words(text: str, most: int = LONGEST_TEXT) -> str:
    """Text as text."""
    shown = shortened(printable(text), most)
    coded = "".join(c if c.isalnum() or c in _PLAIN else f"&#{ord(c)};" for c in shown)
    return coded.replace("www.", "www&#46;")  # which alone makes a link


def name(text: str) -> str:
    """A name, set apart: within code nobody is mentioned, and nothing becomes a link."""
    return f"<code>{words(text.strip(), LONGEST_NAME) or '&nbsp;'}</code>"


def table(headings: Sequence[str], left: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already, and all columns but those in `left` are numbers."""
    rules = [":--" if heading in left else "--:" for heading in headings]
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, rules, *rows))


def folded(title: str, *blocks: str) -> str:
    """What is opened only by who wants it."""
    inside = "\n\n".join(blocks)
    return f"<details><summary>{title}</summary>\n\n{inside}\n\n</details>"


def diagram(mermaid: str) -> str:
    """What GitHub draws."""
    return f"```mermaid\n{mermaid}\n```"
