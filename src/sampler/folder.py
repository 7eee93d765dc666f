"""The environment in; whether telemetry is wanted, and the folder where its files lie, out."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

DIRECTORY, ENABLED = "TELEMETRY_DIR", "TELEMETRY_ENABLED"
"""The variables that say so."""

_ELSE = "/tmp/telemetry"  # noqa: S108 -- a folder of another user is refused
_RUNNERS_OWN = "RUNNER_TEMP"  # made for each job, and emptied after it
_NO = frozenset({"0", "false", "no", "off"})


def is_enabled(environment: Mapping[str, str]) -> bool:
    """Unless it says no."""
    return environment.get(ENABLED, "").strip().lower() not in _NO


class Folder:
    """Where the files of one session are, which all its commands share."""

    def __init__(self, environment: Mapping[str, str], given: Optional[str] = None) -> None:
        """What is given goes before what the environment says; nothing is made yet."""
        temporary = environment.get(_RUNNERS_OWN)
        usual = os.path.join(temporary, "telemetry") if temporary else _ELSE
        self.path = os.path.abspath(given or environment.get(DIRECTORY) or usual)
        self.samples = self.file("telemetry.jsonl")
        self.batches = self.file("batches.jsonl")
        self.marks = self.file("marks")
        self.pid = self.file("sampler.pid")
        self.log = self.file("sampler.log")
        self.metrics = self.file("metrics.json")
        self.job = self.file("job.json")
        self.steps = self.file("steps.csv")
        self.build_summary = self.file("build-summary.json")
        self.telemetry_log = self.file("build-telemetry.log")
        self.memory_log = self.file("memory-samples.log")
        self.network_log = self.file("network-samples.log")
        self.stages_log = self.file("build-stages.log")
        self.baseline = self.file("baseline.json")
        self.summary = self.file("summary.md")
        self.report = self.file("report.html")

    @property
    def to_upload(self) -> list[str]:
        """What is worth keeping when the job is over, whether it is there already or not."""
        return [self.samples, self.batches, self.metrics, self.job, self.steps, self.report]

    @property
    def of_a_session(self) -> list[str]:
        """What makes way for the next session; a baseline is there for that one, and stays."""
        logs = (self.telemetry_log, self.memory_log, self.network_log, self.stages_log)
        return [*self.to_upload, self.build_summary, *logs, self.summary, self.log]

    def file(self, name: str) -> str:
        """The path of what has this name in it."""
        return os.path.join(self.path, name)

    def make(self) -> None:
        """Have it, and the folder of marks in it.

        Raises:
            OSError: it cannot be made, or is another user's, who could make us write anywhere.
        """
        os.makedirs(self.path, mode=0o700, exist_ok=True)
        if os.getuid() not in {0, os.stat(self.path).st_uid}:
            raise PermissionError(f"{self.path} is another user's; {DIRECTORY} may name your own")
        os.makedirs(self.marks, mode=0o700, exist_ok=True)
