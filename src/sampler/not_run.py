"""A command that could not be started in; why, and what a shell would end with, out."""

from __future__ import annotations

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit codes, as of a shell."""


class CommandNotRunError(Exception):
    """It could not be started; the message says why, `exit_code` is what a shell would end with."""

    def __init__(self, message: str, exit_code: int) -> None:
        """One line."""
        super().__init__(message)
        self.exit_code = exit_code


def not_run(command: str, exc: Exception) -> CommandNotRunError:
    """Which of the two it is; a ValueError is for no name, or one with a NUL in it."""
    if not command:
        return CommandNotRunError("'': no command has an empty name", NOT_FOUND)
    if isinstance(exc, FileNotFoundError):
        missing = "no such file" if "/" in command else "command not found"
        return CommandNotRunError(f"{command}: {missing}", NOT_FOUND)
    problem = getattr(exc, "strerror", None) or exc
    return CommandNotRunError(f"{command}: {problem}", NOT_EXECUTABLE)
