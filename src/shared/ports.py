"""A host and a port in; a complaint out where nobody can listen there."""

import socket

from .errors import SettingsError


def require_free(host: str, port: int, settings: str) -> None:
    """Refuse to start where a port cannot be had: in one line, and before anything else begins.

    Raises:
        SettingsError: names the settings that move us elsewhere.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as exc:
        why = (exc.strerror or str(exc)).partition(" (while")[0].lower()
        raise SettingsError(
            f"cannot listen on {host}:{port}, {why}: choose another by {settings}"
        ) from exc
