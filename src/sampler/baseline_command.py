"""The words of `baseline` in; a build saved for later ones, or how it compares with one, out."""

from __future__ import annotations

import os

from . import clock
from .baseline import first_saved, save_baseline
from .conclusion import conclude_session
from .documents import metrics_of
from .flush import await_batch
from .folder import Folder
from .options import UsageError, exactly, take
from .said import say, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..analysis.regressions import Comparison
    from .conclusion import Conclusion

SAVE_BASELINE = "SAVE_BASELINE"
"""The variable that has `finalize` save."""

_YES = frozenset({"1", "true", "yes", "on"})


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
        save(folder, told)
    else:
        tell(_compared(told, folder.baseline) + alerts(told.comparison, os.environ))


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether what is finalized is to be saved."""
    return environment.get(SAVE_BASELINE, "").strip().lower() in _YES


def save(folder: Folder, told: Conclusion) -> None:
    """Unless it failed: what ended before its time is no measure of anything.

    Raises:
        OSError: it cannot be written.
    """
    if told.found.job.job.conclusion == "failure":
        say(f"the build failed, so it is no baseline; {folder.baseline} is as it was")
        return
    save_baseline(folder, metrics_of(told), told.baseline)
    tell(f"Saved as the baseline: {folder.baseline}\n")


def alerts(comparison: Comparison, environment: Mapping[str, str]) -> str:
    """A line for each regression; in a job of GitHub's an annotation."""
    before = "::warning title=Performance regression::" if _is_job(environment) else ""
    return "".join(f"{before}{regression}\n" for regression in comparison.regressions)


def _compared(told: Conclusion, path: str) -> str:
    comparison = told.comparison
    if comparison.score is None:
        is_first = first_saved(told.found.marks) is not None
        why = "this build is the baseline" if is_first else f"there is no baseline in {path}"
        return f"Nothing to compare with: {why}\n"
    duration, memory = (
        "unknown" if percent is None else f"{percent:+g}%"
        for percent in (comparison.duration_diff_percent, comparison.memory_diff_percent)
    )
    differences = f"duration {duration}, memory {memory}"
    return f"Compared with the baseline: {differences}; score {comparison.score}\n"


def _is_job(environment: Mapping[str, str]) -> bool:
    return environment.get("GITHUB_ACTIONS") == "true"
