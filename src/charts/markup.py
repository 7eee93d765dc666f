"""Tags, attributes and text in; markup for SVG and HTML, out: whatever was text stays text."""

from __future__ import annotations

import re
from html import escape
from typing import Mapping

from ..model.printable import printable

_UNIT = re.compile(r"(?<=\d) (?=[%A-Za-z])")


def element(tag: str, attributes: Mapping[str, object], *content: str) -> str:
    """An element; its content is markup already, attributes are not, and None leaves one out."""
    told = "".join(
        f' {name}="{_value(value)}"' for name, value in attributes.items() if value is not None
    )
    return f"<{tag}{told}>{''.join(content)}</{tag}>"


def text(words: str) -> str:
    """Words as markup."""
    return escape(printable(words))


def prose(words: str) -> str:
    """The same, each figure on one line with its unit: `48 %`, `2.1 MiB`."""
    return unbroken(text(words))


def unbroken(markup: str) -> str:
    """No line ends between a figure and its unit, in HTML or in Markdown."""
    return _UNIT.sub("&nbsp;", markup)


def shortened(words: str, most: int) -> str:
    """At most so many characters."""
    return words if len(words) <= most else f"{words[: most - 1]}…"


def decimal(value: float) -> str:
    """As short as a picture needs it, never with an exponent."""
    shown = f"{value:.2f}"
    return shown.rstrip("0").rstrip(".") if shown not in {"-0.00", "0.00"} else "0"


def percent(share: float) -> str:
    """A share of the width, as SVG takes it."""
    return f"{decimal(100 * share)}%"


def _value(value: object) -> str:
    return decimal(value) if isinstance(value, (int, float)) else text(str(value))
