"""What the local stack reads from its environment, and the secrets that it keeps."""

import os
import secrets
from pathlib import Path

from pydantic import Field, SecretStr

from ..shared.errors import SettingsError
from ..shared.settings import WEBHOOK_SECRET_NAMES, Settings, either, load, refuse

SECRET_FILE = "webhook-secret"  # noqa: S105 -- a file's name
SAMPLES_KEY_FILE = "samples-key"


class StackSettings(Settings):
    """Where the services of one machine listen, and whether to play the demo day."""

    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: int = Field(8080, validation_alias="PORT", ge=1, le=65535)
    insights_port: int = Field(8090, validation_alias="INSIGHTS_PORT", ge=1, le=65535)
    secret: SecretStr | None = Field(None, validation_alias=WEBHOOK_SECRET_NAMES)
    samples_keys: SecretStr | None = Field(None, validation_alias="SAMPLES_KEYS")
    queue_name: str = Field("", validation_alias=either("AZURE_STORAGE_QUEUE_NAME"))
    demo: bool = Field(default=True, validation_alias="DEMO")

    @property
    def webhook_url(self) -> str:
        """Where this machine takes webhooks."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/webhook"

    @property
    def ready_url(self) -> str:
        """Where the frontend says that it takes webhooks, and how many of them wait."""
        return self.webhook_url.removesuffix("webhook") + "ready"

    @property
    def insights_url(self) -> str:
        """Where this machine's stand-in for Application Insights listens."""
        return f"http://127.0.0.1:{self.insights_port}"

    @property
    def insights_health_url(self) -> str:
        """Where the stand-in says that it is alive."""
        return f"{self.insights_url}/health"

    @property
    def secret_variable(self) -> str:
        """The variable that holds the user's own secret, or would."""
        names = [str(name) for name in WEBHOOK_SECRET_NAMES.choices]
        return next((name for name in names if os.environ.get(name)), names[0])

    @property
    def secret_file(self) -> Path:
        """Where a secret of our own is kept."""
        return self.home / SECRET_FILE

    @property
    def samples_key_file(self) -> Path:
        """Where a key of our own is kept that samples are signed with."""
        return self.home / SAMPLES_KEY_FILE


def stack_settings() -> StackSettings:
    """The settings from the environment, or one line and exit code 2."""
    try:
        return load(StackSettings)
    except SettingsError as exc:
        raise refuse(exc) from None


def known_secret(settings: StackSettings) -> str | None:
    """The secret that is set, or the one that an earlier start made; None where there is none."""
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    return kept_secret(settings.secret_file)


def webhook_secret(settings: StackSettings) -> str:
    """The known secret, or one of our own."""
    return known_secret(settings) or keep_secret(settings.secret_file)


def kept_secret(file: Path) -> str | None:
    """What an earlier start has kept there; None where it has not."""
    # An empty file is one whose maker ended before the secret was in it.
    return (file.read_text("ascii").strip() or None) if file.exists() else None


def keep_secret(file: Path) -> str:
    """A secret of our own: made once, kept, for its owner's eyes only."""
    if kept := kept_secret(file):
        return kept
    made = secrets.token_hex(20)
    file.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with open(os.open(file, flags, 0o600), "w") as out:  # noqa: PTH123 -- born private
        out.write(made + "\n")
    return made
