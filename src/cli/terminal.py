"""Nothing in; how wide what is shown may be, out."""

import os
import sys

PLAIN_WIDTH = 120  # off a terminal, unless COLUMNS says otherwise


def shown_width() -> int | None:
    """None lets a terminal say it itself."""
    is_told = sys.stdout.isatty() or "COLUMNS" in os.environ
    return None if is_told else PLAIN_WIDTH
