"""Where a runner gives tokens in; one for our audience out, used as long as it is good.

https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from . import clock
from .push_request import request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from .push_settings import PushSettings
    from .push_state import PushState

_MS_PER_SECOND = 1000
_SPARE_MS = 60_000


def token(settings: PushSettings, state: PushState) -> Optional[str]:
    """The one that there is, or a new one; None where the runner gives none now."""
    if state.token and clock.uptime_ms() < state.token_until_ms:
        return state.token
    state.token = _new_token(settings)
    if state.token:
        lifetime_ms = lifetime_seconds(state.token) * _MS_PER_SECOND
        state.token_until_ms = clock.uptime_ms() + lifetime_ms - _SPARE_MS
    return state.token


def lifetime_seconds(made: str) -> int:
    """From its making to its end, by the clock of who made it; 0 where it does not say."""
    try:
        claims = made.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return max(int(told["exp"]) - int(told["iat"]), 0)
    except (IndexError, KeyError, TypeError, ValueError):
        return 0


def _new_token(settings: PushSettings) -> Optional[str]:
    joint = "&" if "?" in settings.token_url else "?"
    address = f"{settings.token_url}{joint}audience={quote(settings.audience, safe='')}"
    headers = {
        "Authorization": f"Bearer {settings.token_bearer}",
        "Accept": "application/json; api-version=2.0",
    }
    try:
        made = json.loads(request(address, headers).body)["value"]
    except (KeyError, TypeError, ValueError):
        return None
    return made if isinstance(made, str) and made.isascii() else None
