"""What is to be shown in; its text, as wide as there is room, out."""

import os
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType

PLAIN_WIDTH = 120  # off a terminal, unless COLUMNS says otherwise


def open_console() -> Console:
    """For whatever standard output is: colours and its own width for a terminal alone."""
    is_told = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if is_told else PLAIN_WIDTH, highlight=False)


def drawn(sections: Iterable[Sequence[RenderableType]], console: Console) -> str:
    """The sections, each after an empty line, as wide as the console."""
    with console.capture() as captured:
        for section in sections:
            for part in section:
                console.print(part)
            console.print()
    return "\n".join(line.rstrip() for line in captured.get().splitlines()).strip("\n")
