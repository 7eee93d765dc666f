"""An attempt of a run while it goes on: changed moment by moment, then told as a `Run`."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from .blueprints import Fate
from .plan import Job, Origin, Run


@dataclass(eq=False, slots=True)
class Attempt:
    """One attempt; `jobs` by name, in the order of their creation."""

    origin: Origin
    number: int
    triggered_by: str
    started_at: datetime
    jobs: dict[str, Job] = field(default_factory=dict)
    completed_at: datetime | None = None

    @property
    def fate(self) -> Fate:
        """How it goes; a second attempt goes well."""
        return self.origin.card.fate if self.number == 1 else Fate.SUCCESS

    @property
    def is_over(self) -> bool:
        """Every job of the workflow has come and gone."""
        expected = len(self.origin.card.workflow.jobs)
        return len(self.jobs) == expected and all(job.completed_at for job in self.jobs.values())

    def change(self, name: str, **facts: object) -> None:
        """The job `name` is now as `facts`, fields of Job, say."""
        self.jobs[name] = replace(self.jobs[name], **facts)  # type: ignore[arg-type]

    def as_run(self) -> Run:
        """The attempt as it stands."""
        return Run(
            self.origin,
            self.number,
            self.triggered_by,
            self.started_at,
            tuple(self.jobs.values()),
            self.completed_at,
            run_conclusion(self.jobs.values()) if self.completed_at else None,
        )


def run_conclusion(jobs: Iterable[Job]) -> str:
    """What GitHub concludes from the jobs: the worst of them."""
    conclusions = {job.conclusion for job in jobs}
    worst_first = ("failure", "timed_out", "cancelled")
    return next((worst for worst in worst_first if worst in conclusions), "success")
