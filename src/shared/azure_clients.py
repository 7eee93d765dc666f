"""A storage account in, clients of its services out; the only file that says who we are there.

Imported only where an account is set: Azure's libraries cost a local start more than all else.
"""

from collections.abc import Callable
from typing import Any

import obstore.store
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
from azure.identity.aio import DefaultAzureCredential as AsyncDefaultAzureCredential
from azure.storage.queue.aio import QueueClient
from obstore.auth.azure import AzureCredentialProvider

from .azure_account import AzureAccount
from .azure_authentication import EntraIdentity
from .errors import ObjectStoreUnavailableError
from .logs import hush
from .object_store import CONNECT_SECONDS, NO_RETRIES, REQUEST_SECONDS, ObjectStore, client_options
from .queues.azure import AzureQueue
from .queues.azure_complaints import complaint
from .queues.azure_requests import AzureRequests

# They log every request, and at length that a credential was not there before the next was tried.
_TALKATIVE = ("azure.core", "azure.identity", "azure.storage")


def open_azure_queue(
    account: AzureAccount, name: str, store: ObjectStore, *, may_create: bool
) -> AzureQueue:
    """The queue `name`; `store` keeps its large bodies."""
    hush(_TALKATIVE)
    identity = None if _secret(account) else AsyncDefaultAzureCredential()
    client = QueueClient(
        account.queue_url,
        name,
        credential=_secret(account) or identity,
        retry_total=0,
        connection_timeout=CONNECT_SECONDS,
        read_timeout=REQUEST_SECONDS,
    )
    requests = AzureRequests(client, may_create=may_create)
    return AzureQueue(requests, store, identity.close if identity else None)


def open_container(
    account: AzureAccount, name: str, prefix: str | None, *, may_create: bool
) -> ObjectStore:
    """The container `name`, or what of it begins with the prefix."""
    who: dict[str, Any] = {"account_key": account.key}
    if account.signature:
        who = {"sas_key": account.signature}
    elif not account.key:
        who = {"credential_provider": AzureCredentialProvider(DefaultAzureCredential())}
    backing = obstore.store.AzureStore(
        name,
        prefix=prefix,
        account_name=account.name,
        endpoint=account.blob_url,
        client_options=client_options(account.blob_url),
        retry_config=NO_RETRIES,
        **who,
    )
    return ObjectStore(backing, _maker(account, name) if may_create else None)


class IngestionCredential:
    """Passes a credential's tokens on.

    Attributes:
        trouble: why there was none the last time; the exporters, who ask, keep that to themselves.
    """

    def __init__(self, credential: TokenCredential) -> None:
        self.trouble = ""
        self._credential = credential

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """What Azure's pipelines call."""
        try:
            token = self._credential.get_token(*scopes, **options)
        except AzureError as exc:
            self.trouble = complaint(exc)
            raise
        self.trouble = ""
        return token


def ingestion_credential(identity: EntraIdentity) -> IngestionCredential:
    """Whose tokens Application Insights is written to with."""
    hush(_TALKATIVE)
    if identity.client_id is None:
        return IngestionCredential(DefaultAzureCredential())
    return IngestionCredential(ManagedIdentityCredential(client_id=identity.client_id))


def _secret(account: AzureAccount) -> dict[str, str] | str | None:
    """What Azure's own clients take as a credential, where there is a key or a signature."""
    if account.key and not account.signature:
        return {"account_name": account.name, "account_key": account.key}
    return account.signature


def _maker(account: AzureAccount, name: str) -> Callable[[], None]:
    """Makes the container; blocking."""

    def make() -> None:
        from azure.storage.blob import ContainerClient  # noqa: PLC0415 -- for once in a lifetime

        who = _secret(account) or DefaultAzureCredential()
        with ContainerClient(
            account.blob_url, name, credential=who, retry_total=0, read_timeout=REQUEST_SECONDS
        ) as container:
            try:
                container.create_container()
            except ResourceExistsError:
                pass  # somebody else was quicker
            except AzureError as exc:
                raise ObjectStoreUnavailableError(f"container {name}: {complaint(exc)}") from exc

    return make
