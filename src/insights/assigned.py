"""KQL text in, a complaint about a `where` that has `=` for `==` out. Pure.

The translator takes `name = value` for a value with a name, as `extend` has them: the comparison
would vanish, and `where is_fork = true` find everything.
"""

import re

_TEXT = re.compile(
    r"""//[^\n]*|@"(?:""|[^"\n])*"|@'(?:''|[^'\n])*'|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
)
"""In one that begins with @ nothing is escaped, but for a quote by another."""
_WHERE = re.compile(r"\|\s*(?:where|filter)\b([^|;]*)")
_SINGLE = re.compile(r"(?<![\w.\[\]])([\w.\[\]]+)\s*(?<![=!<>])=(?![=~])\s*([^\s()|;]+)")


def assigned(text: str) -> str | None:
    """What to write instead; None where each `where` compares."""
    blank = _TEXT.sub(lambda found: _blanked(found[0]), text)
    for stage in _WHERE.finditer(blank):
        end = stage.start(1) + _own_length(stage[1])
        if found := _SINGLE.search(blank, stage.start(1), end):
            name, value = (text[slice(*found.span(part))] for part in (1, 2))
            return f"= compares nothing in KQL: write where {name} == {value}"
    return None


def _blanked(piece: str) -> str:
    """As long, and without anything that could be taken for KQL."""
    return (" " if piece.startswith("//") else "_") * len(piece)


def _own_length(stage: str) -> int:
    """Up to the parenthesis that ends what the stage is in."""
    depth = 0
    for at, character in enumerate(stage):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return at
    return len(stage)
