"""/proc/PID/cmdline to the words a process was called with.

https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html
"""

from __future__ import annotations


def parse_words(text: bytes) -> list[str]:
    """None for kernel threads and the dead. A process may have written anything in their place."""
    words = text.rstrip(b"\0").split(b"\0") if text else []
    return [word.decode("utf-8", "replace") for word in words]
