"""What a command used in, as `used.FIGURES` name it; a short table to read, out."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Optional

from ..analysis.amounts import number, say, say_bytes, say_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LABEL_WIDTH = 11
_SHORT_SECONDS = 0.1


def table(used: Mapping[str, Any]) -> str:
    """Lines, each with its end; what is unknown is left out."""
    return "".join(f"{line}\n" for line in _lines(used))


def _lines(used: Mapping[str, Any]) -> Iterator[str]:
    ended = f"{used['command']} ended with {used['exit_code']}"
    yield f"{ended} after {_seconds(used['wall_seconds'])}"
    for label, words in _rows(used):
        if words:
            yield f"  {label:{_LABEL_WIDTH}}{words}"
    for problem in used["problems"]:
        yield f"  ({problem})"


def _rows(used: Mapping[str, Any]) -> Iterator[tuple[str, Optional[str]]]:
    yield "CPU", _cpu(used)
    yield "memory", _memory(used)
    yield "disk", _disk(used)
    yield "network", _network(used)
    for label, words in zip(chain(["short of"], repeat("")), _findings(used)):
        yield label, words
    for label, process in zip(chain(["processes"], repeat("")), used["processes"]):
        yield label, _process(process)


def _cpu(used: Mapping[str, Any]) -> str:
    mean, most, cores = (used[name] for name in ("cpu_cores_mean", "cpu_cores_max", "cores"))
    words = _seconds(used["cpu_seconds"])
    if mean is not None and cores is not None:
        words += f": {number(mean)} of {say(cores, '{core}')} on average"
    return words if most is None else f"{words}, {number(most)} at most"


def _memory(used: Mapping[str, Any]) -> Optional[str]:
    peak_bytes, whole_bytes = used["memory_peak_bytes"], used["memory_bytes"]
    if peak_bytes is None:
        return None
    words = f"{say_bytes(peak_bytes)} at most"
    return f"{words}, of {say_bytes(whole_bytes)}" if whole_bytes else words


def _disk(used: Mapping[str, Any]) -> str:
    read, written = (say_bytes(used[name]) for name in ("disk_read_bytes", "disk_write_bytes"))
    return f"read {read}, wrote {written}"


def _network(used: Mapping[str, Any]) -> Optional[str]:
    received, sent = used["network_received_bytes"], used["network_sent_bytes"]
    if received is None or sent is None:
        return None
    return f"received {say_bytes(received)}, sent {say_bytes(sent)} (the whole machine)"


def _findings(used: Mapping[str, Any]) -> list[str]:
    """Each with its advice; or why there is none."""
    found = [f"{each['words']}. {each['advice']}" for each in used["short_of"]]
    if found:
        return found
    return [f"not judged: {used['not_judged']}" if used["not_judged"] else "nothing"]


def _process(process: Mapping[str, Any]) -> str:
    """One line of the table of processes."""
    cpu, memory = _seconds(process["cpu_seconds"]), say_bytes(process["memory_max_bytes"])
    count = f" ({process['seen']} of them)" if process["seen"] > 1 else ""
    return f"{cpu:>14}  {memory:>9}  {process['name']}{count}"


def _seconds(seconds: float) -> str:
    """What a command takes that hardly takes any time, in milliseconds."""
    return say_seconds(seconds) if seconds >= _SHORT_SECONDS else f"{seconds * 1000:.0f} ms"
