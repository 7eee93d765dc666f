"""The frontend's environment variables."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from ..shared.azure_authentication import IdentitySetting, check_line
from ..shared.errors import SettingsError
from ..shared.settings import WEBHOOK_SECRET_NAMES, StorageSettings
from .issuers import GITHUB_ISSUER, host_of, parse_issuer
from .scopes import Scope, parse_key, parse_scope
from .trust import TokenTrust, Trust

SHORTEST_KEY = 16

_KEY = re.compile(r"(?i)(^|;)InstrumentationKey=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(;|$)")


def _has_key(text: SecretStr) -> SecretStr:
    """Refuse nonsense at the start: the exporter, which knows more, is loaded only later."""
    if not _KEY.search(text.get_secret_value()):
        raise ValueError("has no InstrumentationKey=UUID")
    return text


def _listed(text: object) -> object:
    """What commas separate."""
    return (
        [part.strip() for part in text.split(",") if part.strip()]
        if isinstance(text, str)
        else text
    )


def _scope(text: object) -> Scope:
    return text if isinstance(text, Scope) else parse_scope(str(text))


Scopes = Annotated[
    frozenset[Annotated[Scope, BeforeValidator(_scope)]], NoDecode, BeforeValidator(_listed)
]
Issuers = Annotated[
    tuple[Annotated[str, AfterValidator(parse_issuer)], ...], NoDecode, BeforeValidator(_listed)
]


class FrontendSettings(StorageSettings):
    """Where to listen, whom to trust, where the queue is, where its own health goes."""

    host: str = Field("0.0.0.0", validation_alias="HOST")  # noqa: S104 -- it runs in a container
    port: int = Field(8080, validation_alias="PORT", ge=1, le=65535)
    secret: SecretStr | None = Field(None, validation_alias=WEBHOOK_SECRET_NAMES)
    previous_secret: SecretStr | None = Field(
        None, validation_alias="GITHUB_WEBHOOK_SECRET_PREVIOUS"
    )
    allow_unsigned: bool = Field(default=False, validation_alias="ALLOW_UNSIGNED_WEBHOOKS")

    samples_owner_ids: Scopes = Field(frozenset(), validation_alias="SAMPLES_OWNER_IDS")
    samples_repository_ids: Scopes = Field(frozenset(), validation_alias="SAMPLES_REPOSITORY_IDS")
    samples_audience: str | None = Field(None, validation_alias="SAMPLES_AUDIENCE")
    samples_issuers: Issuers = Field((GITHUB_ISSUER,), validation_alias="SAMPLES_ISSUERS")
    samples_keys: SecretStr | None = Field(None, validation_alias="SAMPLES_KEYS")

    connection_string: Annotated[SecretStr, AfterValidator(_has_key)] | None = Field(
        None, validation_alias="APPLICATIONINSIGHTS_CONNECTION_STRING"
    )
    identity: IdentitySetting = Field(
        None, validation_alias="APPLICATIONINSIGHTS_AUTHENTICATION_STRING"
    )
    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    request_ratio: float = Field(0, validation_alias="REQUEST_SAMPLE_RATIO", ge=0, le=1)

    @model_validator(mode="after")
    def _is_on_a_safe_line(self) -> Self:
        """Said at the start: the exporter, which would refuse it too, is loaded only later."""
        if self.connection_string:
            check_line(self.connection_string.get_secret_value(), self.identity)
        return self

    def secrets(self) -> tuple[bytes, ...]:
        """The secrets that may have signed a delivery, the current one first.

        Raises:
            SettingsError: there is none, and unsigned webhooks were not allowed.
        """
        secrets = self._known_secrets()
        if not secrets and not self.allow_unsigned:
            raise SettingsError(
                "GITHUB_WEBHOOK_SECRET is not set: give it the webhook's secret"
                " (or ALLOW_UNSIGNED_WEBHOOKS=true to take anything from anybody)"
            )
        return secrets

    def samplers(self) -> Trust:
        """Who may send samples.

        Raises:
            SettingsError: that is not said well.
        """
        return Trust(self._token_trust(), self._sample_keys())

    def _known_secrets(self) -> tuple[bytes, ...]:
        known = (self.secret, self.previous_secret)
        return tuple(s.get_secret_value().encode() for s in known if s is not None)

    def _token_trust(self) -> TokenTrust | None:
        if not self.samples_owner_ids:
            if self.samples_repository_ids:
                raise SettingsError(
                    "SAMPLES_REPOSITORY_IDS needs SAMPLES_OWNER_IDS: whose they are"
                )
            return None
        if self.samples_audience is None:
            raise SettingsError(
                "SAMPLES_AUDIENCE is not set: give it what the action's `audience` is,"
                " such as this service's URL"
            )
        hosts = set(map(host_of, self.samples_issuers))
        if unknown := {scope.host for scope in self.samples_owner_ids} - hosts:
            raise SettingsError(f"SAMPLES_ISSUERS has none of {', '.join(sorted(unknown))}")
        return TokenTrust(
            self.samples_issuers,
            self.samples_audience,
            self.samples_owner_ids,
            self.samples_repository_ids,
        )

    def _sample_keys(self) -> dict[Scope, tuple[bytes, ...]]:
        text = self.samples_keys.get_secret_value() if self.samples_keys else ""
        keys: dict[Scope, tuple[bytes, ...]] = {}
        for part in filter(None, map(str.strip, text.split(","))):
            try:
                scope, key = parse_key(part)
            except ValueError as exc:
                raise SettingsError(f"SAMPLES_KEYS: {exc}") from None
            self._check_key(key)
            keys[scope] = (*keys.get(scope, ()), key)
        return keys

    def _check_key(self, key: bytes) -> None:
        if len(key) < SHORTEST_KEY:
            raise SettingsError(f"SAMPLES_KEYS: a key is shorter than {SHORTEST_KEY} characters")
        if key in self._known_secrets():
            raise SettingsError("SAMPLES_KEYS: a key is the webhook's secret: make one of its own")
