"""Log records in, lines on stderr out: readable on a terminal, one JSON object a line elsewhere.

A log call names an event and gives keys by `extra=`; never a payload, a header or a secret.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",  # uvicorn repeats its message for terminals
}

_WORD = re.compile(r"[^\s\"]+")


def keys_of(record: logging.LogRecord) -> dict[str, object]:
    """What a log call gave by `extra=`."""
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "event", …keys, "exception"?}` on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **keys_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class Readable(logging.Formatter):
    """`12:34:56 INFO event key=value …`, with the traceback below where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The record for a reader's eyes."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        keys = "".join(f" {key}={_quoted(value)}" for key, value in keys_of(record).items())
        line = f"{at} {record.levelname} {record.getMessage()}{keys}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _quoted(value: object) -> str:
    """As it is where that is one word; else in quotes, on one line."""
    text = str(value)
    return text if _WORD.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def set_up_logs(level: int = logging.INFO) -> None:
    """Send all logs to stderr; called once, by an entry point."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Readable() if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def hush(loggers: Iterable[str]) -> None:
    """Have no lines from these libraries, which log what must not be logged, or at length."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL)
