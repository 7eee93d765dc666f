"""A job's environment in; the variables that its later steps are to have, as GITHUB_ENV, out.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from .job_facts import job_facts
from .trace import trace_parent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Optional

_END = "END_OF_TELEMETRY"


def variables(environment: Mapping[str, str], files: Iterable[str], artifact: Optional[str]) -> str:
    """Text to append to the file; `artifact` is the name of one to be uploaded, if any is.

    Who has a TRACEPARENT of his own keeps it.
    """
    return "".join(_lines(environment, files, artifact))


def _lines(
    environment: Mapping[str, str], files: Iterable[str], artifact: Optional[str]
) -> Iterator[str]:
    facts = job_facts(environment)
    parent = trace_parent(facts)
    if parent and not environment.get("TRACEPARENT"):
        yield f"TRACEPARENT={parent}\n"
    if artifact:
        suffix = f"-{facts['job_id']}" if "job_id" in facts else ""
        yield f"TELEMETRY_ARTIFACT_NAME<<{_END}\n{artifact}{suffix}\n{_END}\n"
        paths = "\n".join(files)
        yield f"TELEMETRY_ARTIFACT_PATH<<{_END}\n{paths}\n{_END}\n"
