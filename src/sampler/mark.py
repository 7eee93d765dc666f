"""A mark in a command's environment in; which processes are its, by their environments, out.

All that it starts inherits the mark, also what leaves its parents to live on alone. One command may
run within another: both their marks are there then.
"""

from __future__ import annotations

import os

from .proc.pid_environ import parse_variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

VARIABLE = "GITHUB_TELEMETRY_RUN"
OWNER = "command"
"""The owner of all processes that bear the mark."""


class Mark:
    """The mark of one run."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """For a command that is to have this environment."""
        self._mark = str(os.getpid())
        earlier = environment.get(VARIABLE, "")
        self.environment = {**environment, VARIABLE: f"{earlier} {self._mark}".strip()}

    def owner_of(self, environment: bytes) -> Optional[str]:
        """OWNER where a process has it; None where it is another's, or none is to be seen."""
        marks = parse_variable(environment, VARIABLE.encode()) or ""
        return OWNER if self._mark in marks.split() else None
