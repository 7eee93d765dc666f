"""The worker's environment variables; each documented `BACKEND_` name also works without it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from ..shared.azure_authentication import IdentitySetting
from ..shared.errors import SettingsError
from ..shared.settings import DEFAULT_QUEUE_NAME, StorageSettings, either


class BackendSettings(StorageSettings):
    """Where messages come from, where rows go, and how greedily."""

    account_name: str | None = Field(None, validation_alias=either("AZURE_STORAGE_ACCOUNT_NAME"))
    storage_connection_string: SecretStr | None = Field(
        None, validation_alias=either("AZURE_STORAGE_CONNECTION_STRING")
    )
    queue_name: str = Field(DEFAULT_QUEUE_NAME, validation_alias=either("AZURE_STORAGE_QUEUE_NAME"))
    object_store_url: str | None = Field(None, validation_alias=either("OBJECT_STORE_URL"))
    may_create: bool | None = Field(None, validation_alias=either("AZURE_STORAGE_CREATE"))
    connection_string: SecretStr | None = Field(
        None, validation_alias=either("APPLICATIONINSIGHTS_CONNECTION_STRING")
    )
    identity: IdentitySetting = Field(
        None, validation_alias=either("APPLICATIONINSIGHTS_AUTHENTICATION_STRING")
    )
    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    otlp_headers: SecretStr = Field(SecretStr(""), validation_alias="OTEL_EXPORTER_OTLP_HEADERS")
    otlp_timeout_milliseconds: int = Field(
        10_000, validation_alias="OTEL_EXPORTER_OTLP_TIMEOUT", ge=1
    )
    otlp_compression: Literal["none", "gzip"] = Field(
        "none", validation_alias="OTEL_EXPORTER_OTLP_COMPRESSION"
    )
    jsonl_path: str | None = Field(None, validation_alias=either("JSONL_PATH"))
    heartbeat_path: Path | None = Field(None, validation_alias=either("HEARTBEAT_PATH"))
    has_archive: bool = Field(True, validation_alias=either("ARCHIVE"))
    has_host_metrics: bool = Field(True, validation_alias=either("HOST_METRICS"))
    has_traces: bool = Field(True, validation_alias=either("TRACES"))
    has_transitions: bool = Field(True, validation_alias=either("TRANSITIONS"))
    poll_interval_seconds: float = Field(
        5, validation_alias=either("POLL_INTERVAL_SECONDS"), gt=0, le=3600
    )
    max_messages_per_batch: int = Field(
        32, validation_alias=either("MAX_MESSAGES_PER_BATCH"), ge=1, le=32
    )
    visibility_timeout_seconds: float = Field(
        300, validation_alias=either("VISIBILITY_TIMEOUT_SECONDS"), ge=30, le=604800
    )

    def check_sinks(self) -> None:
        """Refuse to run where rows would go nowhere: zero sinks never acknowledges.

        Raises:
            SettingsError: no sink is set.
        """
        if not (self.connection_string or self.otlp_endpoint or self.jsonl_path):
            raise SettingsError(
                "rows would go nowhere: set APPLICATIONINSIGHTS_CONNECTION_STRING,"
                " OTEL_EXPORTER_OTLP_ENDPOINT, or JSONL_PATH for a file"
                " (`python -m src up` sets both ends on one machine)"
            )
