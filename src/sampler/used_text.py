"""What a command used in, as `used.FIGURES` name it; a short table to read, out."""

from __future__ import annotations

import signal
import textwrap
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Optional

from ..analysis.amounts import number, say, say_bytes, say_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LABEL_WIDTH = 11
_WIDTH = 96
_SHORT_SECONDS = 0.1
_IDLE_CORES = 0.005
_NOTABLE_SHARE = 0.25  # of the cores: what others use from there on is told
_TELLING_SECONDS = 1.0  # of less, counters that step by 10 ms a core tell nothing of others
_BY_SIGNAL = 128
_MEANING = {"SIGKILL": "killed, perhaps for want of memory", "SIGINT": "interrupted"}
_CHILDREN = " (children)"
_SHORT_OF = "short of "


def table(used: Mapping[str, Any]) -> str:
    """Lines, each with its end; what is unknown is left out."""
    return "".join(f"{line}\n" for line in _lines(used))


def _lines(used: Mapping[str, Any]) -> Iterator[str]:
    yield f"{used['command']} ended with {_exit(used)} after {_seconds(used['wall_seconds'])}"
    for label, words in _rows(used):
        if words:
            yield from _row(label, words)
    for complaint in used["complaints"]:
        yield f"  ({complaint})"


def _row(label: str, words: str) -> list[str]:
    """As many lines as it takes."""
    after = " " * (_LABEL_WIDTH + 2)
    return textwrap.wrap(
        words, _WIDTH, initial_indent=f"  {label:{_LABEL_WIDTH}}", subsequent_indent=after
    )


def _exit(used: Mapping[str, Any]) -> str:
    """The code, and the signal that it stands for."""
    code = used["exit_code"]
    try:
        name = signal.Signals(code - _BY_SIGNAL).name
    except ValueError:
        return str(code)
    return f"{code} ({name}{': ' + _MEANING[name] if name in _MEANING else ''})"


def _rows(used: Mapping[str, Any]) -> Iterator[tuple[str, Optional[str]]]:
    yield from zip(chain([_SHORT_OF.strip()], repeat("")), _findings(used))
    yield "CPU", _cpu(used)
    yield "", _others(used)
    yield "memory", _memory(used)
    yield "disk", _disk(used)
    yield "network", _network(used)
    yield from _processes(used["processes"])


def _processes(processes: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Those that did most, under what their columns mean."""
    if processes:
        yield "processes", "CPU time, most memory, name"
    for process in processes:
        yield "", _process(process)
    if any(process["name"].endswith(_CHILDREN) for process in processes):
        yield "", "(children) came and went between two looks"


def _cpu(used: Mapping[str, Any]) -> str:
    mean, most, cores = (used[name] for name in ("cpu_cores_mean", "cpu_cores_max", "cores"))
    words = _seconds(used["cpu_seconds"])
    if mean is not None and mean < _IDLE_CORES:
        return f"{words}: idle"
    if mean is not None and cores is not None:
        words += f": {number(mean)} of {say(cores, '{core}')} on average"
    return words if most is None else f"{words}, {number(most)} at most"


def _others(used: Mapping[str, Any]) -> Optional[str]:
    """That the machine was not its own, where it was looked at for long enough to tell."""
    others, cores = used["cpu_cores_others"], used["cores"]
    if others is None or cores is None or used["wall_seconds"] < _TELLING_SECONDS:
        return None
    if others < cores * _NOTABLE_SHARE:
        return None
    busy = f"{number(min(others, cores))} of {say(cores, '{core}')}"
    return f"others on the machine kept {busy} busy meanwhile"


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
    found = [
        line
        for each in used["findings"]
        for line in (each["words"].removeprefix(_SHORT_OF), each["advice"])
    ]
    if found:
        return found
    return [f"not judged: {used['unjudged']}" if used["unjudged"] else "nothing"]


def _process(process: Mapping[str, Any]) -> str:
    """One line of the table of processes."""
    held_bytes = process["memory_max_bytes"]
    cpu, memory = _seconds(process["cpu_seconds"]), say_bytes(held_bytes) if held_bytes else "-"
    count = f" ({process['seen']} of them)" if process["seen"] > 1 else ""
    return f"{cpu}, {memory}, {process['name']}{count}"


def _seconds(seconds: float) -> str:
    """What a command takes that hardly takes any time, in milliseconds."""
    return say_seconds(seconds) if seconds >= _SHORT_SECONDS else f"{seconds * 1000:.0f} ms"
