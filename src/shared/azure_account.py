"""A storage account's name or connection string in; where its services are, and its keys, out.

https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string
"""

import re
from base64 import b64decode
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .errors import SettingsError

POISON_SUFFIX = "-poison"

_CONNECTION_STRING = "AZURE_STORAGE_CONNECTION_STRING"
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_QUEUE = re.compile(r"[a-z0-9](-?[a-z0-9]){2,62}")
_LONGEST_QUEUE = 63 - len(POISON_SUFFIX)
_EMULATOR = {
    "ACCOUNTNAME": "devstoreaccount1",
    # Azurite's own, published, and the same everywhere.
    "ACCOUNTKEY": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/"
    "KBHBeksoGMGw==",
    "BLOBENDPOINT": "http://127.0.0.1:10000/devstoreaccount1",
    "QUEUEENDPOINT": "http://127.0.0.1:10001/devstoreaccount1",
}


@dataclass(frozen=True, slots=True)
class AzureAccount:
    """Without a key and without a signature (SAS), whoever we are must have a role."""

    name: str
    blob_url: str
    queue_url: str
    key: str | None = field(default=None, repr=False)
    signature: str | None = field(default=None, repr=False)


def account_by_name(name: str) -> AzureAccount:
    """The account of the public cloud.

    Raises:
        SettingsError: no account can have this name.
    """
    if not _ACCOUNT.fullmatch(name):
        raise SettingsError(
            "AZURE_STORAGE_ACCOUNT_NAME: no account has such a name:"
            " it must be 3 to 24 lower-case letters and digits"
        )
    suffix = "core.windows.net"
    return AzureAccount(name, f"https://{name}.blob.{suffix}", f"https://{name}.queue.{suffix}")


def account_by_connection_string(text: str) -> AzureAccount:
    """The account that a connection string names; `UseDevelopmentStorage=true` is Azurite.

    Raises:
        SettingsError: says what is missing, and never shows a value.
    """
    parts = [part.strip().partition("=") for part in text.split(";") if part.strip()]
    values = {name.strip().upper(): value.strip() for name, _, value in parts}
    if values.get("USEDEVELOPMENTSTORAGE", "").lower() == "true":
        values = _EMULATOR
    key, signature = values.get("ACCOUNTKEY"), values.get("SHAREDACCESSSIGNATURE")
    if not (key or signature):
        raise SettingsError(f"{_CONNECTION_STRING}: has no AccountKey or SharedAccessSignature")
    if key:
        _check_key(key)
    blob_url, queue_url = _endpoint(values, "blob"), _endpoint(values, "queue")
    name = values.get("ACCOUNTNAME") or (urlsplit(blob_url).hostname or "").partition(".")[0]
    if key and not values.get("ACCOUNTNAME"):
        raise SettingsError(f"{_CONNECTION_STRING}: has no AccountName")
    return AzureAccount(name, blob_url, queue_url, key, (signature or "").lstrip("?") or None)


def check_queue_name(name: str) -> None:
    """Raise SettingsError where Azure takes no queue of this name, or none for its poison."""
    if not _QUEUE.fullmatch(name) or len(name) > _LONGEST_QUEUE:
        raise SettingsError(
            f"AZURE_STORAGE_QUEUE_NAME: 3 to {_LONGEST_QUEUE} lower-case letters, digits and"
            f" single hyphens inside ({POISON_SUFFIX} is appended for the poison queue)"
        )


def _endpoint(values: dict[str, str], service: str) -> str:
    """The URL of a service, given or made from the account's name."""
    if given := values.get(f"{service.upper()}ENDPOINT"):
        if not given.startswith(("https://", "http://")):
            raise SettingsError(f"{_CONNECTION_STRING}: the {service} endpoint is no URL")
        return given.rstrip("/")
    if not values.get("ACCOUNTNAME"):
        raise SettingsError(f"{_CONNECTION_STRING}: names no {service} endpoint and no AccountName")
    protocol = values.get("DEFAULTENDPOINTSPROTOCOL", "https")
    suffix = values.get("ENDPOINTSUFFIX", "core.windows.net")
    return f"{protocol}://{values['ACCOUNTNAME']}.{service}.{suffix}"


def _check_key(key: str) -> None:
    try:
        b64decode(key, validate=True)
    except ValueError:
        raise SettingsError(f"{_CONNECTION_STRING}: AccountKey is not base64") from None
