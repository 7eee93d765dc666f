"""An issuer's URL in, what it says out. Pure.

https://docs.github.com/en/actions/reference/security/oidc
"""

from urllib.parse import urlsplit

from ..shared.github_events import DEFAULT_HOST

GITHUB_ISSUER = "https://token.actions.githubusercontent.com"

_PREFIX = "token.actions."
_GITHUB_DOMAIN = "githubusercontent.com"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def parse_issuer(url: str) -> str:
    """The issuer as its tokens name it: without a slash at the end.

    Raises:
        ValueError: its keys could be changed on their way, or it is no such URL.
    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))
    if not is_safe or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be https://HOST/PATH, as tokens name it")
    return url.rstrip("/")


def host_of(issuer: str) -> str:
    """GitHub's host whose tokens it issues.

    An enterprise on github.com has a path of its own; one with its own subdomain of ghe.com has
    `token.actions.` before that; an Enterprise Server issues them itself.
    """
    domain = urlsplit(issuer).netloc.lower().removeprefix(_PREFIX)
    return DEFAULT_HOST if domain == _GITHUB_DOMAIN else domain


def is_loopback(url: str) -> bool:
    """Whether it never leaves this machine."""
    return urlsplit(url).hostname in _LOOPBACK
