"""What the steps of a build used in; a box for the log, a table, CSV, and the job's document out.

The names and units are those that such files have long had: `analysis.build_metrics` has them.
"""

from __future__ import annotations

from ...analysis.build_document import build_document, build_step, iso
from ...analysis.build_metrics import BUILD_METRICS, build_metrics
from ...analysis.timeline import Step
from ...analysis.usage import JobUsage, Usage
from ...model.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Optional

    Metrics = Mapping[str, Optional[float]]
    Row = tuple[Step, Usage]

_WIDTH = 71
_CLOCK = "\N{STOPWATCH}\N{VARIATION SELECTOR-16}"
_UNKNOWN = "unknown"
_MACHINE_S = "  The whole machine meanwhile, whoever used it:"
_WHOSE = "CPU, memory, disk and net are the whole machine's while a step ran, whoever used it."
CSV_COLUMNS = ("name", "start_time", "end_time", *(metric.name for metric in BUILD_METRICS))


def opening(name: str, time_ms: int) -> str:
    """The upper part of a step's box."""
    head = f"{_CLOCK}  [{shown(name)}] START: {iso(time_ms)}"
    return f"{'═' * _WIDTH}\n{head}\n{'─' * _WIDTH}\n"


def closing(name: str, time_ms: int, usage: Usage, own_cpu_seconds: Optional[float] = None) -> str:
    """The lower part, with what the step used itself, and the machine while it ran."""
    head = f"{_CLOCK}  [{shown(name)}] END: {iso(time_ms)}"
    metrics = build_metrics(usage)
    lines = [_line("Duration:", _amount(metrics["duration_s"], "s", 1))]
    if own_cpu_seconds is not None:
        own = _amount(own_cpu_seconds, "s", 1)
        lines.append(_line("Own CPU:", f"{own}, by the caller and all that it waited for"))
    lines += [_MACHINE_S, *(_line(label, words) for label, words in _words(metrics))]
    return "\n".join(["─" * _WIDTH, head, "", *lines, "═" * _WIDTH, ""])


def table(blocks: Mapping[str, Sequence[Row]], seconds: Optional[float]) -> str:
    """A line each of a block, such as "Step", under its heading, and the whole; for people."""
    told = [line for head, rows in blocks.items() if rows for line in _block(head, rows)]
    total = f"Total duration: {_amount(seconds, 's', 1)}"
    return "\n".join([*told, *([_WHOSE] if told else []), total, ""])


def csv(rows: Iterable[Row]) -> str:
    """A line a step, under CSV_COLUMNS; what is unknown is empty."""
    from csv import writer
    from io import StringIO

    text = StringIO()
    lines = writer(text, lineterminator="\n")
    lines.writerow(CSV_COLUMNS)
    lines.writerows(build_step(step, usage).values() for step, usage in rows)
    return text.getvalue()


def document(
    used: JobUsage, rows: Iterable[Row], environment: Mapping[str, str], version: str, disk_kb: int
) -> dict[str, object]:
    """The job's document; `disk_kb` is the size of the largest filesystem."""
    facts = {
        "version": version,
        "runner": environment.get("RUNNER_NAME") or environment.get("HOSTNAME"),
        "git_sha": environment.get("GITHUB_SHA"),
        "git_ref": environment.get("GITHUB_REF"),
        "run_id": environment.get("GITHUB_RUN_ID"),
        "run_number": environment.get("GITHUB_RUN_NUMBER"),
    }
    return build_document(used, rows, facts, disk_kb)


def shown(name: str) -> str:
    """On one line, and without what a terminal or a runner would take for a command."""
    return printable(name).replace("::", ": :")


def _line(label: str, words: str) -> str:
    return f"  {label:<14} {words}"


def _words(metrics: Metrics) -> Iterable[tuple[str, str]]:
    yield "CPU:", f"~{_amount(metrics['cpu_percent'], '%')} avg"
    memory, change = (metrics[f"memory_{name}_mb"] for name in ("used", "delta"))
    yield "Memory:", f"{_amount(memory, 'MB')} used (delta {_amount(change, 'MB')})"
    for label, name in (("Disk Read:", "read"), ("Disk Write:", "write")):
        size, rate, count = (metrics[f"disk_{name}_{of}"] for of in ("mb", "rate_mbs", "ops"))
        yield label, f"{_amount(size, 'MB')} ({_amount(rate, 'MB/s')}, {_amount(count, ' ops')})"
    util, wait = _amount(metrics["disk_util_percent"], "%"), _amount(metrics["await_ms"], "ms")
    yield "Disk I/O:", f"util={util}, await={wait}, queue={_amount(metrics['queue_depth'], '', 1)}"
    for label, name in (("Net RX:", "rx"), ("Net TX:", "tx")):
        size, rate = metrics[f"net_{name}_mb"], metrics[f"net_{name}_rate_mbs"]
        yield label, f"{_amount(size, 'MB')} ({_amount(rate, 'MB/s')})"


def _block(head: str, rows: Sequence[Row]) -> list[str]:
    """With an empty line after it."""
    heads = (head, "Duration", "CPU", "Memory", "Disk read", "Disk write", "Net RX", "Net TX")
    lines = [heads, *(_table_row(step, build_metrics(usage)) for step, usage in rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    laid_out = [_laid_out(line, widths) for line in lines]
    return [laid_out[0], "─" * len(laid_out[0]), *laid_out[1:], ""]


def _table_row(step: Step, metrics: Metrics) -> tuple[str, ...]:
    names = ("disk_read_mb", "disk_write_mb", "net_rx_mb", "net_tx_mb")
    return (
        shown(step.name),
        _amount(metrics["duration_s"], "s", 1),
        _amount(metrics["cpu_percent"], "%"),
        _amount(metrics["memory_used_mb"], "MB"),
        *(_amount(metrics[name], "MB") for name in names),
    )


def _laid_out(line: Sequence[str], widths: Sequence[int]) -> str:
    first = f"{line[0]:<{widths[0]}}"
    return "  ".join([first, *(f"{word:>{width}}" for word, width in zip(line[1:], widths[1:]))])


def _amount(value: Optional[float], unit: str, decimals: int = 0) -> str:
    return _UNKNOWN if value is None else f"{value:.{decimals}f}{unit}"
