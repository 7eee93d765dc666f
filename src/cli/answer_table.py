"""Replies in; a table of what was answered, and how often, on stdout out."""

import sys
from collections import Counter
from collections.abc import Iterable

from .deliver import Reply

WIDTH_OFF_A_TERMINAL = 160


def print_answers(replies: Iterable[Reply]) -> None:
    """A row for each event, status and word."""
    from rich.console import Console
    from rich.table import Table

    counts = Counter((r.delivery.event, r.status, r.said) for r in replies)
    table = Table("event", "status", "answer", "deliveries", box=None, pad_edge=False)
    for (event, status, said), count in sorted(counts.items(), key=str):
        table.add_row(event, str(status or "none"), said, str(count))
    width = None if sys.stdout.isatty() else WIDTH_OFF_A_TERMINAL
    Console(width=width, markup=False, emoji=False).print(table)  # others' words, as they are


def all_taken(replies: Iterable[Reply]) -> bool:
    """Whether each was answered, and none refused."""
    return all(r.status and r.status < 300 for r in replies)  # noqa: PLR2004 -- HTTP's own number
