"""Whom the frontend's settings let send samples in; a word on that, and on their issuers, out."""

from collections.abc import Iterable

from ..frontend.issuer_keys import IssuerUnavailableError
from ..frontend.scopes import Scope
from ..frontend.trust import TokenTrust, Trust
from ..shared.github_events import DEFAULT_HOST


def tell_samplers(trust: Trust) -> tuple[bool | None, str]:
    """Whose samples are taken; never a key."""
    if not trust:
        return None, "are refused: SAMPLES_OWNER_IDS or SAMPLES_KEYS let some in"
    ways = [_by_token(trust.tokens)] if trust.tokens else []
    if trust.keys:
        ways.append(f"of repositories with a key of their own: {_listed(trust.keys)}")
    return True, f"are taken {' and '.join(ways)}"


async def ask_issuer(issuer: str) -> str:
    """Fetch its keys, as the frontend does when the first token comes.

    Raises:
        IssuerUnavailableError: it does not give them; says what may mend that.
    """
    from ..frontend.issuer_fetch import fetch_keys

    try:
        keys = await fetch_keys(issuer)
    except IssuerUnavailableError as exc:
        raise IssuerUnavailableError(
            f"{exc}: is SAMPLES_ISSUERS right, and may this machine reach it?"
        ) from exc
    return f"gives its keys: {len(keys)}"


def _by_token(tokens: TokenTrust) -> str:
    whose = f"of owners {_listed(tokens.owners)}"
    if tokens.repositories:
        whose += f", only their repositories {_listed(tokens.repositories)},"
    return f"{whose} by tokens for {tokens.audience}"


def _listed(scopes: Iterable[Scope]) -> str:
    """As the settings have them: with a host where it is not GitHub's own."""
    told = (str(id_) if host == DEFAULT_HOST else f"{host}/{id_}" for host, id_ in sorted(scopes))
    return ", ".join(told)
