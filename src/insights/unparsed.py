"""KQL text and where its parser stopped in, a hint for who wrote it out. Pure.

The parser stops at the `|` before a word that it does not know, and names the `|`.
"""

import difflib
import re

_OPERATORS = (
    *("as", "consume", "count", "distinct", "evaluate", "extend", "facet", "filter", "find"),
    *("fork", "getschema", "invoke", "join", "limit", "lookup", "make-series", "mv-apply"),
    *("mv-expand", "order", "parse", "parse-kv", "parse-where", "partition", "project"),
    *("project-away", "project-keep", "project-rename", "project-reorder", "range", "reduce"),
    *("render", "sample", "sample-distinct", "scan", "search", "serialize", "sort", "summarize"),
    *("take", "top", "top-hitters", "top-nested", "union", "where"),
)
"""https://learn.microsoft.com/kusto/query/tabular-operators"""

_PIPED = re.compile(r"\|\s*([A-Za-z][\w-]*)")
_SHOWN = 40


def hint(text: str, line: int, column: int) -> str:
    """What may be wrong at this line, from 1, and column, from 0."""
    lines = text.splitlines()
    rest = "\n".join([lines[line - 1][column:], *lines[line:]]) if line <= len(lines) else ""
    if not rest.strip():
        return "the query ends too early"
    piped = _PIPED.match(rest)
    if piped and piped[1] not in _OPERATORS:
        close = difflib.get_close_matches(piped[1], _OPERATORS, n=1)
        meant = f": did you mean {close[0]}?" if close else ""
        return f"there is no operator {piped[1]}{meant}"
    shown = " ".join(rest.split())
    return f"look at: {shown[:_SHOWN]}{'…' * (len(shown) > _SHOWN)}"
