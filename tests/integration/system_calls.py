"""What strace wrote in, the order in which a frontend wrote, synced and answered out.

Lines look like this; a call that another thread's came between is on two lines:

    123 pwrite64(9</home/queue.sqlite-wal>, "...", 4096, 32) = 4096
    124 fdatasync(9</home/queue.sqlite-wal> <unfinished ...>
    124 <... fdatasync resumed>) = 0
    123 write(12<TCP:[127.0.0.1:8080->127.0.0.1:40000]>, "HTTP/1.1 202 Accepted...", 90) = 90

https://man7.org/linux/man-pages/man1/strace.1.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

WRITES = frozenset({"pwrite64", "write", "writev", "sendto", "sendmsg"})
SYNCS = frozenset({"fdatasync", "fsync"})
# -D traces from aside, so that the process started is the one traced; -yy names files and both ends
# of connections; no page of SQLite's is larger than 65536 bytes.
OPTIONS = ("-D", "-f", "-yy", "-s", "65536", "-e", f"trace={','.join(sorted(WRITES | SYNCS))}")

_STARTED = re.compile(r"(?P<thread>\d+) +(?P<name>\w+)\((?P<arguments>.*)")
_RESUMED = re.compile(r"(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>")
_UNFINISHED = "<unfinished ...>"


@dataclass(frozen=True)
class Call:
    """A finished call; `began` and `ended` are places in the order of the trace."""

    name: str
    arguments: str
    began: int
    ended: int


def is_whole(trace: Path, pid: int) -> bool:
    """Whether it has the end of the process: `+++ exited with 0 +++` or `+++ killed by …`."""
    return (
        re.search(rf"^{pid} +\+\+\+ ", trace.read_text(encoding="utf-8"), re.MULTILINE) is not None
    )


def read_calls(trace: Path) -> list[Call]:
    """The finished calls, in the order of their ends."""
    with trace.open(encoding="utf-8") as lines:
        return list(parse_calls(lines))


def parse_calls(lines: Iterable[str]) -> Iterator[Call]:
    """Calls on one line as they are, those on two put together."""
    begun: dict[str, Call] = {}
    for place, line in enumerate(lines):
        if started := _STARTED.match(line):
            call = Call(started["name"], started["arguments"], place, place)
            if line.rstrip().endswith(_UNFINISHED):
                begun[started["thread"]] = call
            else:
                yield call
        elif resumed := _RESUMED.match(line):
            call = begun.pop(resumed["thread"])
            yield Call(call.name, call.arguments, call.began, place)


def is_synced_before_its_answer(calls: Iterable[Call], delivery_id: str, port: int) -> bool:
    """Whether the log was synced after it got this delivery, and before the client heard 202.

    `port` is the client's end of the connection, which had this one delivery only.
    """
    calls = list(calls)
    written = min(
        c.ended for c in calls if _is_log(c) and c.name in WRITES and delivery_id in c.arguments
    )
    answered = min(
        c.began for c in calls if f":{port}]>" in c.arguments and '"HTTP/1.1 202' in c.arguments
    )
    return any(
        c.name in SYNCS and _is_log(c) and written < c.began and c.ended < answered for c in calls
    )


def _is_log(call: Call) -> bool:
    return "queue.sqlite-wal>" in call.arguments
