"""The words of `finalize`, `summary` and `baseline` in; documents, and what they tell, out."""

from __future__ import annotations

import json
import os

from ..analysis.timeline import has_failed
from . import clock, marks
from .background import stop
from .baseline import first_saved, save_baseline
from .conclusion import conclude_session
from .documents import metrics_of, telemetry_of, write_documents
from .flush import await_batch
from .folder import Folder
from .formats import build_telemetry
from .options import UsageError, exactly, take
from .pid_file import read as read_pid
from .said import say, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Optional

    from ..analysis.regressions import Comparison
    from .conclusion import Conclusion
    from .measured import Measured

SAVE_BASELINE = "SAVE_BASELINE"
"""The variable that has `finalize` save."""

_YES = frozenset({"1", "true", "yes", "on"})


def finalize(words: Sequence[str]) -> None:
    """`finalize [--packages-built N] [--packages-failed N]`: the documents, and the table."""
    given, rest = take(words, ("--dir", "--packages-built", "--packages-failed"), "finalize")
    exactly(rest, 0, "finalize, and options")
    folder = Folder(os.environ, given.get("--dir"))
    counts = {
        name: _whole(f"--{name.replace('_', '-')}", given)
        for name in ("packages_built", "packages_failed")
    }
    mark = marks.put(folder, marks.FINAL, "", **counts)
    if _was_started_by_init(folder):
        stop(folder)
    else:
        await_batch(folder, mark.uptime_ms)
    told = write_documents(folder, os.environ)
    _print_table(told.found)
    tell(_alerts(told.comparison, os.environ))
    if _is_wanted(os.environ):
        with open(folder.metrics, encoding="utf-8") as file:
            _save(folder, told, json.load(file))


def summary(words: Sequence[str]) -> None:
    """`summary [--csv | --json]`: what there is so far."""
    given, rest = take(words, ("--dir",), "summary", flags=("--csv", "--json"))
    exactly(rest, 0, "summary, and options")
    folder = Folder(os.environ, given.get("--dir"))
    await_batch(folder, clock.uptime_ms())
    told = conclude_session(folder, os.environ)
    if "--csv" in given:
        tell(build_telemetry.csv(told.found.rows))
    elif "--json" in given:
        tell(json.dumps(telemetry_of(told), indent=2) + "\n")
    else:
        _print_table(told.found)


def baseline(words: Sequence[str]) -> None:
    """`baseline save`, `baseline check`."""
    given, rest = take(words, ("--dir",), "baseline")
    (what,) = exactly(rest, 1, "baseline save, or baseline check")
    folder = Folder(os.environ, given.get("--dir"))
    if what not in {"save", "check"}:
        raise UsageError(f"baseline {what}: it is save or check")
    await_batch(folder, clock.uptime_ms())
    told = conclude_session(folder, os.environ)
    if what == "save":
        _save(folder, told, metrics_of(told))
    else:
        tell(_compared(told, folder.baseline) + _alerts(told.comparison, os.environ))


def _was_started_by_init(folder: Folder) -> bool:
    began = [mark for mark in marks.read(folder) if mark.kind == marks.INIT]
    return read_pid(folder.pid) is not None and any(mark.more.get("started") for mark in began)


def _print_table(found: Measured) -> None:
    blocks = {"Step": found.rows, "Stage": found.stages_apart}
    tell(build_telemetry.table(blocks, found.job.usage.seconds))


def _is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether what is finalized is to be saved."""
    return environment.get(SAVE_BASELINE, "").strip().lower() in _YES


def _save(folder: Folder, told: Conclusion, metrics: Mapping[str, object]) -> None:
    """Unless it failed: what ended before its time is no measure of anything.

    Raises:
        OSError: it cannot be written.
    """
    if has_failed(told.found.job.job):
        say(f"the build failed, so it is no baseline; {folder.baseline} is as it was")
        return
    save_baseline(folder, metrics, told.baseline)
    tell(f"Saved as the baseline: {folder.baseline}\n")


def _alerts(comparison: Comparison, environment: Mapping[str, str]) -> str:
    """A line for each regression; in a job of GitHub's an annotation."""
    before = "::warning title=Performance regression::" if _is_job(environment) else ""
    return "".join(f"{before}{regression}\n" for regression in comparison.regressions)


def _compared(told: Conclusion, path: str) -> str:
    comparison = told.comparison
    if comparison.score is None:
        return f"Nothing to compare with: {_why_not(told, path)}\n"
    duration, memory = (
        "unknown" if percent is None else f"{percent:+g}%"
        for percent in (comparison.duration_diff_percent, comparison.memory_diff_percent)
    )
    differences = f"duration {duration}, memory {memory}"
    return f"Compared with the baseline: {differences}; score {comparison.score}\n"


def _why_not(told: Conclusion, path: str) -> str:
    if has_failed(told.found.job.job):
        return "the build failed"
    if first_saved(told.found.marks) is not None:
        return "this build is the baseline"
    return f"there is no baseline in {path}"


def _is_job(environment: Mapping[str, str]) -> bool:
    return environment.get("GITHUB_ACTIONS") == "true"


def _whole(option: str, given: dict[str, str]) -> Optional[int]:
    if option not in given:
        return None
    if not given[option].isdecimal():
        raise UsageError(f"{option}: {given[option]} is no whole number")
    return int(given[option])
