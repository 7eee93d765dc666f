"""Words after a command in; what was asked for, as a value, out.

By hand: argparse takes longer to import than a first sample to take.
"""

from __future__ import annotations

import os

from .limits import FILE_MIB
from .view import PROC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Optional

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.01, 3600.0
_END = "--"


class UsageError(Exception):
    """What was asked for cannot be understood; the message is one line."""


class RunOptions:
    """`json` and `samples` are paths of files to write, or None."""

    def __init__(self, words: Sequence[str]) -> None:
        """Options end at `--`, or at the first word that is none.

        Raises:
            UsageError: an option is unknown, or its value is none; or there is no command.
        """
        known = ("--interval", "--proc-path", "--json", "--samples")
        count = _count_leading(words)
        given, _ = take(words[:count], known, "run")
        self.command = list(words[count:])
        if self.command[:1] == [_END]:
            del self.command[0]
        if not self.command:
            raise UsageError("no command to run; as in: run -- make -j8")
        self.interval_seconds = interval_seconds(given)
        self.proc = proc_path(given)
        self.json = given.get("--json")
        self.samples = given.get("--samples")


class StartOptions:
    """`output` is where the lines of samples go, `folder` where all else does; None: as usual."""

    KNOWN = (
        *("--interval", "--sampling-rate", "--proc-path"),
        *("--output-file", "--dir", "--size-limit"),
    )

    def __init__(self, words: Sequence[str], command: str = "start") -> None:
        """Nothing but options.

        Raises:
            UsageError: there is anything else, or a value is none.
        """
        given, rest = take(words, self.KNOWN, command)
        if rest:
            raise UsageError(f"{rest[0]}: {command} takes options only")
        self.interval_seconds = interval_seconds(given)
        self.proc = proc_path(given)
        self.output = _absolute(given.get("--output-file"))
        self.folder = _absolute(given.get("--dir"))
        self.most_bytes = round(_number("--size-limit", given, FILE_MIB, 0.01, 10_000) * 2**20)


class SummaryOptions:
    """`markdown` and `html` are paths of files to write, or None.

    What there is to tell of is in `folder`, or in the `file` of samples; None: as usual.
    """

    KNOWN = ("--dir", "--generate-chart", "--github-summary", "--html")

    def __init__(self, words: Sequence[str], command: str, *others: str) -> None:
        """Nothing but options, some of them `others`.

        Raises:
            UsageError: there is anything else.
        """
        given, rest = take(words, (*self.KNOWN, *others), command)
        exactly(rest, 0, f"{command}, and options")
        self.file = given.get("--input-file")
        self.folder = (
            os.path.dirname(os.path.abspath(self.file)) if self.file else given.get("--dir")
        )
        self.markdown = given.get("--github-summary")
        self.html = given.get("--html")
        self.has_diagrams = given.get("--generate-chart", "").lower() != "false"


def take(
    words: Sequence[str], known: Collection[str], command: str, flags: Collection[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """The values of options, and the words that are none; `--` ends options, flags have no value.

    Raises:
        UsageError: an option is none of these, or has no value.
    """
    given: dict[str, str] = {}
    others: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == _END:
            return given, others + rest
        if not word.startswith("-"):
            others.append(word)
            continue
        option, equals, value = word.partition("=")
        if word in flags:
            given[word] = word
            continue
        if option not in known:
            raise UsageError(f"{option}: no such option of {command}")
        if not equals:
            if not rest:
                raise UsageError(f"{option}: its value is missing")
            value = rest.pop(0)
        given[option] = value
    return given, others


def exactly(words: Sequence[str], count: int, usage: str) -> Sequence[str]:
    """The words that are no options.

    Raises:
        UsageError: there are more of them, or fewer.
    """
    if len(words) != count:
        raise UsageError(f"it is: {usage}")
    return words


def interval_seconds(given: dict[str, str]) -> float:
    """How often to look; once a second unless told. The action's input goes by the second name.

    Raises:
        UsageError: it is no number, or out of bounds.
    """
    option = "--sampling-rate" if "--sampling-rate" in given else "--interval"
    return _number(option, given, 1.0, _SHORTEST_SECONDS, _LONGEST_SECONDS, " s")


def proc_path(given: dict[str, str]) -> str:
    """Where /proc is."""
    return given.get("--proc-path", PROC).rstrip("/") or "/"


def _absolute(path: Optional[str]) -> Optional[str]:
    """As it is from here: who opens it may be elsewhere by then."""
    return os.path.abspath(path) if path else None


def _count_leading(words: Sequence[str]) -> int:
    """How many words come before the command, or the `--` before it."""
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != _END:
        at += 1 if "=" in words[at] else 2
    return at


def _number(
    option: str, given: dict[str, str], usual: float, least: float, most: float, unit: str = ""
) -> float:
    if option not in given:
        return usual
    value = _parsed(given[option])
    if value is None or not least <= value <= most:
        raise UsageError(f"{option}: {given[option]} is not between {least:g} and {most:g}{unit}")
    return value


def _parsed(value: str) -> Optional[float]:
    try:
        return float(value)
    except ValueError:
        return None
