"""Environment variables in, validated settings out, or one line on stderr and exit code 2.

Each service has its own settings class on `Settings`; what several of them need stands here.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from .errors import SettingsError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

EXIT_BAD_SETTINGS = 2
DEFAULT_QUEUE_NAME = "github-webhook-events"

WEBHOOK_SECRET_NAMES = AliasChoices("GITHUB_WEBHOOK_SECRET", "FRONTEND_GITHUB_WEBHOOK_SECRET")

_WORDS = {
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "less_than_equal": "must be {le} at most",
    "greater_than_equal": "must be {ge} at least",
    "literal_error": "must be {expected}",
}

S = TypeVar("S", bound="Settings")


class Settings(BaseSettings):
    """What every part of the product reads from its environment. Empty means unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    home: Path = Field(Path(".github-telemetry"), validation_alias="GITHUB_TELEMETRY_HOME")
    mode: Literal["local", "azure"] = Field("local", validation_alias="TELEMETRY_MODE")


class StorageSettings(Settings):
    """What a service reads of where queues and objects are; `storage.py` opens them."""

    account_name: str | None = Field(None, validation_alias="AZURE_STORAGE_ACCOUNT_NAME")
    storage_connection_string: SecretStr | None = Field(
        None, validation_alias="AZURE_STORAGE_CONNECTION_STRING"
    )
    queue_name: str = Field(DEFAULT_QUEUE_NAME, validation_alias="AZURE_STORAGE_QUEUE_NAME")
    object_store_url: str | None = Field(None, validation_alias="OBJECT_STORE_URL")
    may_create: bool | None = Field(None, validation_alias="AZURE_STORAGE_CREATE")

    @property
    def has_account(self) -> bool:
        """Whether the queue is in an Azure Storage account, and not in the home folder."""
        return bool(self.account_name or self.storage_connection_string)

    def told(self) -> dict[str, str]:
        """Which queue it is, for the log of a start: both services' must be the same."""
        home = {} if self.has_account else {"home": str(self.home.resolve())}
        return {"queue": self.queue_name} | home


def either(name: str) -> AliasChoices:
    """A backend's variable under both documented names; the prefixed one wins."""
    return AliasChoices(f"BACKEND_{name}", name)


def load(settings_class: type[S]) -> S:
    """The settings from the environment.

    Raises:
        SettingsError: names each variable that is wrong and why; never shows a value.
    """
    try:
        return settings_class()
    except ValidationError as exc:
        errors = exc.errors()
        complaints = (f"{_variable(settings_class, e['loc'])}: {_said(e)}" for e in errors)
        raise SettingsError("; ".join(complaints)) from None


def refuse(error: SettingsError) -> SystemExit:
    """Say the error in one line; raise what this returns."""
    print(f"github-telemetry: {error}", file=sys.stderr)  # noqa: T201 -- logs are not set up yet
    return SystemExit(EXIT_BAD_SETTINGS)


def _said(error: "ErrorDetails") -> str:
    """In our words, where pydantic's would be of its own types."""
    words = _WORDS.get(error["type"])
    return words.format(**error.get("ctx", {})) if words else error["msg"]


def _variable(settings_class: type[Settings], location: tuple[int | str, ...]) -> str:
    """The variable that is wrong, by the name under which it was set."""
    first_name = str(location[0]) if location else "settings"
    for field in settings_class.model_fields.values():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices) and first_name in alias.choices:
            names = map(str, alias.choices)
            return next((name for name in names if os.environ.get(name)), first_name)
    return first_name
