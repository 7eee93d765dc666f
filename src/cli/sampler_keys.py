"""Settings in, the keys out that samples are signed with: the user's, and one of the local stack's.

That one is good for the simulated repositories alone, and kept as the webhook's secret is.
"""

from ..frontend.scopes import parse_key
from ..shared.errors import SettingsError
from ..shared.github_events import DEFAULT_HOST
from ..shared.settings import refuse
from ..simulate.organisation import REPOSITORIES
from .stack_settings import StackSettings, keep_secret, kept_secret

HOW_TO_GET_KEYS = (
    "`python -m src up` makes a key for the simulated repositories; elsewhere give the frontend and"
    " this command the same SAMPLES_KEYS: "
    + ",".join(f"{repository.id}:KEY" for repository in REPOSITORIES)
)


def stack_keys(settings: StackSettings) -> str:
    """SAMPLES_KEYS for the stack's frontend; what is ours is made once."""
    own = keep_secret(settings.samples_key_file)
    ours = [f"{repository.id}:{own}" for repository in REPOSITORIES]
    return ",".join([*_users(settings), *ours])


def known_keys(settings: StackSettings) -> dict[int, bytes]:
    """A key for each of github.com's repositories that is known to have one, by its number."""
    own = kept_secret(settings.samples_key_file)
    keys = {repository.id: own.encode() for repository in REPOSITORIES} if own else {}
    try:
        users = [parse_key(part) for part in _users(settings)]
    except ValueError as exc:
        raise refuse(SettingsError(f"SAMPLES_KEYS: {exc}")) from None
    return keys | {scope.id: key for scope, key in users if scope.host == DEFAULT_HOST}


def _users(settings: StackSettings) -> list[str]:
    text = settings.samples_keys.get_secret_value() if settings.samples_keys else ""
    return [part.strip() for part in text.split(",") if part.strip()]
