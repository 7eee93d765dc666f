"""A sampler's environment in; where batches go, and by whose word, out. Pure.

    TELEMETRY_PUSH_URL       the frontend: https, or http where it is on this machine or a key signs
    TELEMETRY_PUSH_SECRET    this repository's key there; else the job's own token is used
    TELEMETRY_AUDIENCE       whom that token is for; the URL, unless told

Secrets come by the environment: a command line is everybody's to read.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from ..model.sending import PATH
from .job_facts import DEFAULT_HOST, PUSH_URL, host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional
    from urllib.parse import SplitResult

SECRET = "TELEMETRY_PUSH_SECRET"  # noqa: S105 -- the variable's name
AUDIENCE = "TELEMETRY_AUDIENCE"
TOKEN_URL = "ACTIONS_ID_TOKEN_REQUEST_URL"  # noqa: S105 -- the variable's name
TOKEN_BEARER = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 -- the variable's name

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class PushSettingsError(Exception):
    """Nothing can be sent as it is told; the message is one line, without any secret."""


class PushSettings:
    """`address` is the endpoint's; either `key` and `scope` are known, or how to get a token."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """As the environment says.

        Raises:
            PushSettingsError: it does not say enough, or what would give a secret away.
        """
        told = environment.get(PUSH_URL, "").strip()
        parts = _split(told)
        self.address = parts._replace(path=_path(parts.path)).geturl()
        self.key = environment.get(SECRET, "").encode()
        self.scope = _scope(environment)
        self.audience = environment.get(AUDIENCE) or told
        self.token_url = environment.get(TOKEN_URL, "")
        self.token_bearer = environment.get(TOKEN_BEARER, "")
        self._check(parts)

    def _check(self, parts: SplitResult) -> None:
        if self.key:
            if self.scope is None:
                raise PushSettingsError("push_secret: of no repository (GITHUB_REPOSITORY_ID)")
        elif not (self.token_url and self.token_bearer):
            raise PushSettingsError(
                "nothing is pushed: neither a push_secret nor a token, which would need the"
                " permission id-token: write, and a pull request from a fork has neither"
            )
        elif parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise PushSettingsError("push_url: must begin with https:// where a token is sent")


def _split(told: str) -> SplitResult:
    try:
        parts = urlsplit(told)
        is_good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or parts.query or parts.fragment or not told.isascii() or " " in told:
        raise PushSettingsError("push_url: not an address such as https://telemetry.example.com")
    if "@" in parts.netloc:
        raise PushSettingsError("push_url: no password belongs in it; push_secret is for that")
    return parts


def _path(told: str) -> str:
    """The endpoint's, whether it is told or not."""
    return told.rstrip("/") if told.rstrip("/").endswith(PATH) else told.rstrip("/") + PATH


def _scope(environment: Mapping[str, str]) -> Optional[str]:
    """`1296269`, or with its host where that is not GitHub's own."""
    repository = environment.get("GITHUB_REPOSITORY_ID") or None
    where = host(environment)
    return f"{where}/{repository}" if repository and where != DEFAULT_HOST else repository
