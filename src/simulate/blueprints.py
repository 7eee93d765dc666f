"""Blueprints: what an organisation's workflows look like before anything has run. Data only.

Pools, repositories and workflows are keys, so each equals itself alone (`eq=False`).
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class StepBlueprint:
    """One step; `typical_seconds` is what a day draws around.

    `key` is its GITHUB_ACTION where its name does not tell it: its `id`, or that of the action
    which the workflow has given a name of its own.
    """

    name: str
    typical_seconds: float
    has_post: bool = False  # an action that cleans up in a "Post …" step
    only_on_push: bool = False  # has an `if:`; skipped elsewhere
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineBlueprint:
    """What a runner runs on.

    `full_mounts` are small filesystems that have always been full. Limits are those of the job's
    control group. In a container the machine has other work too, of `neighbours_cores`.
    """

    cpus: int
    memory_mib: int
    disk: str  # the device's name
    disk_gib: int
    disk_free_gib: float  # when the job begins
    full_mounts: tuple[str, ...] = ()
    swap_mib: int = 0
    system: str = "Linux 6.8 x86_64"
    cpu_limit_cores: float | None = None
    memory_limit_mib: int | None = None
    is_container: bool = False
    neighbours_cores: float = 0.0

    @property
    def cores_allowed(self) -> float:
        """What the job may use."""
        return min(self.cpu_limit_cores or self.cpus, self.cpus)

    @property
    def memory_allowed_mib(self) -> int:
        """What the job may use."""
        return min(self.memory_limit_mib or self.memory_mib, self.memory_mib)

    @property
    def has_group(self) -> bool:
        """The job has a control group of its own that counts."""
        return self.is_container or bool(self.cpu_limit_cores or self.memory_limit_mib)


@dataclass(frozen=True, slots=True, eq=False)
class PoolBlueprint:
    """Runners that take jobs with the same labels; `runners` of them for a day of 40 runs."""

    labels: tuple[str, ...]
    runners: int
    group_id: int
    group_name: str
    runner_name: str  # with "{number}" for its place in the pool, or "{id}"
    start_seconds: tuple[int, int]  # from being given a job to starting it, least and most
    machine: MachineBlueprint | None = None  # None where no sampler runs


@dataclass(frozen=True, slots=True)
class JobBlueprint:
    """One job, its matrix values already in its name; a check run has no pool."""

    name: str
    pool: PoolBlueprint | None
    steps: tuple[StepBlueprint, ...]
    needs: tuple[str, ...] = ()
    environment: str | None = None  # protected: waits for an approval
    only_on_push: bool = False  # has an `if:`; the whole job is skipped elsewhere
    fragile_step: str | None = None  # the step that fails or hangs when the run's fate says so
    timeout_seconds: int = 1200


@dataclass(frozen=True, slots=True, eq=False)
class WorkflowBlueprint:
    """One workflow file; jobs come after what they need."""

    id: int
    name: str
    path: str
    jobs: tuple[JobBlueprint, ...]
    called: tuple[str, ...] = ()  # reusable workflows, by path in the same repository


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RepositoryBlueprint:
    """One repository and what its people write about."""

    id: int
    name: str
    description: str
    language: str
    private: bool
    topics: tuple[str, ...]
    workflows: tuple[WorkflowBlueprint, ...]
    titles: tuple[str, ...]  # of commits and pull requests


class Fate(StrEnum):
    """How a run's first attempt goes."""

    SUCCESS = "success"
    FAILURE = "failure"
    RERUN = "rerun"  # fails, and a colleague re-runs the failed jobs
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Card:
    """One run to come: whose, which, why and how it goes."""

    repository: RepositoryBlueprint
    workflow: WorkflowBlueprint
    event: str  # push, pull_request, schedule or workflow_dispatch
    fate: Fate = Fate.SUCCESS
