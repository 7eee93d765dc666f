"""A completed job and its stored samples in; what they say of job and steps, out. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..analysis.judge import judge
from ..analysis.timeline import FAILED
from ..analysis.usage import COMPLETE, PARTIAL
from ..analysis.verdict import Verdict
from ..model.samples import Batch
from ..shared.github_events import JobDelivery
from ..shared.job_timeline import timeline_of
from .batch_facts import BatchFact
from .clocks import steps_skew_ms
from .used_values import failure_values, job_values, step_values

Values = Mapping[str, str | float | int]

SIGNED, DECLARED = "token", "declared"


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The verdict on a job, who says that the samples are its own, and by what they were moved."""

    verdict: Verdict
    identity: str
    skew_ms: int = 0


@dataclass(frozen=True, slots=True)
class Sampled:
    """The samples of a job: how many facts of them there are, and what they say if they do.

    `unseen` is the verdict on a job that failed where they say nothing: why it failed, perhaps.
    """

    batch_count: int = 0
    judged: Judged | None = None
    unseen: Verdict | None = None

    def with_failure(self, delivery: JobDelivery) -> "Sampled":
        """The same, and of a job that failed without samples why, as far as GitHub tells."""
        if self.judged or delivery.workflow_job.conclusion not in FAILED:
            return self
        return replace(self, unseen=judge(timeline_of(delivery.workflow_job), ()))

    @property
    def of_job(self) -> Values:
        """Names and values of the job's row."""
        if self.unseen:
            return failure_values(self.unseen)
        return job_values(self.judged.verdict, self.judged.identity) if self.judged else {}

    def of_step(self, number: int) -> Values:
        """Names and values of the row of the step with this number."""
        if self.unseen:
            return failure_values(self.unseen, number)
        return step_values(self.judged.verdict, number) if self.judged else {}


UNSAMPLED = Sampled()


def judge_job(
    delivery: JobDelivery,
    facts: Sequence[BatchFact],
    batches: Iterable[Batch],
    *,
    is_cut: bool = False,
) -> Judged:
    """What these samples say of the job that the delivery tells of.

    `is_cut`: there are more, which are too many or cannot be read: they tell of a part at best.
    """
    job = timeline_of(delivery.workflow_job)
    skew_ms = steps_skew_ms(job, facts)
    identity = SIGNED if all(fact.is_signed for fact in facts) else DECLARED
    verdict = judge(job, batches, skew_ms=skew_ms)
    return Judged(_cut(verdict) if is_cut else verdict, identity, skew_ms)


def _cut(verdict: Verdict) -> Verdict:
    used = verdict.usage
    if used.usage.samples != COMPLETE:
        return verdict
    return verdict._replace(usage=used._replace(usage=used.usage._replace(samples=PARTIAL)))
