"""The frontend's environment variables."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from ..shared.errors import SettingsError
from ..shared.settings import WEBHOOK_SECRET_NAMES, StorageSettings

_KEY = re.compile(r"(?i)(^|;)InstrumentationKey=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(;|$)")


def _has_key(text: SecretStr) -> SecretStr:
    """Refuse nonsense at the start: the exporter, which knows more, is loaded only later."""
    if not _KEY.search(text.get_secret_value()):
        raise ValueError("has no InstrumentationKey=UUID")
    return text


class FrontendSettings(StorageSettings):
    """Where to listen, whom to trust, where the queue is, where its own health goes."""

    host: str = Field("0.0.0.0", validation_alias="HOST")  # noqa: S104 -- it runs in a container
    port: int = Field(8080, validation_alias="PORT", ge=1, le=65535)
    secret: SecretStr | None = Field(None, validation_alias=WEBHOOK_SECRET_NAMES)
    previous_secret: SecretStr | None = Field(
        None, validation_alias="GITHUB_WEBHOOK_SECRET_PREVIOUS"
    )
    allow_unsigned: bool = Field(default=False, validation_alias="ALLOW_UNSIGNED_WEBHOOKS")

    connection_string: Annotated[SecretStr, AfterValidator(_has_key)] | None = Field(
        None, validation_alias="APPLICATIONINSIGHTS_CONNECTION_STRING"
    )
    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    request_ratio: float = Field(0, validation_alias="REQUEST_SAMPLE_RATIO", ge=0, le=1)

    def secrets(self) -> tuple[bytes, ...]:
        """The secrets that may have signed a delivery, the current one first.

        Raises:
            SettingsError: there is none, and unsigned webhooks were not allowed.
        """
        known = (self.secret, self.previous_secret)
        secrets = tuple(s.get_secret_value().encode() for s in known if s is not None)
        if not secrets and not self.allow_unsigned:
            raise SettingsError(
                "GITHUB_WEBHOOK_SECRET is not set: give it the webhook's secret"
                " (or ALLOW_UNSIGNED_WEBHOOKS=true to take anything from anybody)"
            )
        return secrets
