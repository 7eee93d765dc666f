"""A job's tracking id in; of a process's environment the key of the step it belongs to, out.

GitHub's runner gives the processes of a job one RUNNER_TRACKING_ID, and those of a step one
GITHUB_ACTION. Where several runners share a machine, jobs have the same keys: `__run` is in most.
https://github.com/actions/runner/blob/main/src/Runner.Worker/JobExtension.cs
"""

from __future__ import annotations

from .proc.pid_environ import parse_variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

TRACKING_ID, OUR_TRACKING_ID = "RUNNER_TRACKING_ID", "TELEMETRY_TRACKING_ID"
"""The runner kills at the job's end who bears the first, so the sampler has it by another name."""

_STEP = b"GITHUB_ACTION"
_RUNNERS_OWN = "github_"  # by which the ids that it gives begin; users give others, to be let live


def step_key(tracking_id: str) -> Callable[[bytes], Optional[str]]:
    """What tells a process's key by its environment: None where it has none, or is another job's.

    Where either job is not known, it counts as this one.
    """
    is_known = tracking_id.startswith(_RUNNERS_OWN)

    def key_of(environment: bytes) -> Optional[str]:
        key = parse_variable(environment, _STEP)
        if key is None or not is_known:
            return key
        theirs = parse_variable(environment, TRACKING_ID.encode()) or ""
        return None if theirs.startswith(_RUNNERS_OWN) and theirs != tracking_id else key

    return key_of
