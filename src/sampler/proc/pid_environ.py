"""/proc/PID/environ to one variable of a process's first environment.

https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def parse_variable(text: bytes, name: bytes) -> Optional[str]:
    """Its value; what else is there is secret, and is not looked at."""
    label = name + b"="
    at = 0 if text.startswith(label) else text.find(b"\0" + label) + 1
    if not text.startswith(label, at):
        return None
    end = text.find(b"\0", at)
    value = text[at + len(label) : end if end >= 0 else len(text)]
    return value.decode("utf-8", "replace")
