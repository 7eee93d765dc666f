"""How Azure's exporters are made here: silent, without storage, retries or telemetry of their own.

Left alone they log refused payloads and every request's headers, keep a folder, start threads that
report to Microsoft, and drop what is more than a certain rate while calling it a success.
"""

import os
from typing import Any

from .azure_authentication import EntraIdentity, check_line
from .logs import hush

_QUIET = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
)
_TALKATIVE = ("azure.monitor.opentelemetry.exporter", "azure.core.pipeline.policies")


def silence() -> None:
    """For the whole process; the exporters read these when they are made and at each export."""
    for name in _QUIET:
        os.environ[name] = "true"
    hush(_TALKATIVE)


def options(
    connection_string: str, read_timeout_seconds: float, identity: EntraIdentity | None = None
) -> dict[str, Any]:
    """What every exporter is made with.

    `credential` is an `azure_clients.IngestionCredential`, or None where no identity is named.

    Raises:
        SettingsError: a token would go over an open line.
    """
    check_line(connection_string, identity)
    return {
        "connection_string": connection_string,
        "credential": _credential(identity),  # also None: else the exporter looks for one itself
        "disable_offline_storage": True,
        "max_envelopes_per_second": 0,
        "retry_total": 0,
        "read_timeout": read_timeout_seconds,
    }


def _credential(identity: EntraIdentity | None) -> Any:
    if identity is None:
        return None
    from .azure_clients import ingestion_credential  # noqa: PLC0415 -- a local start needs none

    return ingestion_credential(identity)
