"""Storage settings in; the queues and the object store that they ask for out.

    open_queue(settings)         what the frontend fills and the worker empties
    open_poison_queue(settings)  what could not be processed
    open_object_store(settings)  state, archive, and bodies too large for a message

Without an Azure account all of it lies in GITHUB_TELEMETRY_HOME. Nothing is reached here, so
nothing need be up; each raises SettingsError where the settings make no sense.
"""

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from .azure_account import (
    POISON_SUFFIX,
    AzureAccount,
    account_by_connection_string,
    account_by_name,
    check_queue_name,
)
from .errors import SettingsError
from .object_store import ObjectStore, bucket_store, folder_store, memory_store
from .queues.base import Queue
from .queues.sqlite import SqliteQueue
from .settings import StorageSettings

DEFAULT_CONTAINER = "github-telemetry"
OBJECTS_FOLDER = "objects"
QUEUE_FILE = "queue.sqlite"

_NO_URL = "OBJECT_STORE_URL: a folder, file:///FOLDER, az://CONTAINER, s3://BUCKET or memory://"


def open_queue(settings: StorageSettings) -> Queue:
    """The queue of events."""
    return _open_queue(settings, settings.queue_name)


def open_poison_queue(settings: StorageSettings) -> Queue:
    """The queue of messages that were put aside."""
    return _open_queue(settings, f"{settings.queue_name}{POISON_SUFFIX}")


def open_object_store(settings: StorageSettings) -> ObjectStore:
    """The store that OBJECT_STORE_URL names, or the usual one."""
    account = account_of(settings)
    if account is None and settings.object_store_url is None:
        return _folder(settings.home / OBJECTS_FOLDER, "GITHUB_TELEMETRY_HOME")
    url = objects_url(settings)
    parts = _split(url)
    prefix = unquote(parts.path).strip("/") or None
    match parts.scheme:
        case "":
            return _folder(Path(url), "OBJECT_STORE_URL")
        case "file" if not parts.netloc:
            return _folder(Path(unquote(parts.path)), "OBJECT_STORE_URL")
        case "memory":
            return memory_store()
        case "s3" if parts.netloc:
            return bucket_store(parts.netloc, prefix)
        case "az" if parts.netloc:
            return _container(settings, account, parts.netloc, prefix)
    raise SettingsError(_NO_URL)


def objects_url(settings: StorageSettings) -> str:
    """Where objects lie: OBJECT_STORE_URL, or the usual place, in full."""
    if settings.has_account:
        return settings.object_store_url or f"az://{DEFAULT_CONTAINER}"
    return settings.object_store_url or str(settings.home.absolute() / OBJECTS_FOLDER)


def _open_queue(settings: StorageSettings, name: str) -> Queue:
    account = account_of(settings)
    if account is None:
        return SqliteQueue(settings.home / QUEUE_FILE, name)
    check_queue_name(settings.queue_name)
    if _split(settings.object_store_url or "").scheme == "memory":
        raise SettingsError(
            "OBJECT_STORE_URL: memory:// would lose what no message can hold: unset it, or set"
            " az://CONTAINER, s3://BUCKET or a folder that both services see"
        )
    from .azure_clients import open_azure_queue  # noqa: PLC0415 -- a local start needs none of it

    store = open_object_store(settings)
    return open_azure_queue(account, name, store, may_create=_may_create(settings))


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise SettingsError(_NO_URL) from None


def _container(
    settings: StorageSettings, account: AzureAccount | None, name: str, prefix: str | None
) -> ObjectStore:
    if account is None:
        raise SettingsError(
            "OBJECT_STORE_URL: az:// needs AZURE_STORAGE_ACCOUNT_NAME"
            " or AZURE_STORAGE_CONNECTION_STRING"
        )
    from .azure_clients import open_container  # noqa: PLC0415 -- a local start needs none of it

    return open_container(account, name, prefix, may_create=_may_create(settings))


def _folder(folder: Path, variable: str) -> ObjectStore:
    try:
        return folder_store(folder)
    except OSError as exc:
        raise SettingsError(f"{variable}: cannot make {folder}: {exc}") from exc


def account_of(settings: StorageSettings) -> AzureAccount | None:
    """The account that is set; None where all lies in the home folder.

    Raises:
        SettingsError: there can be none of this name; or two are set, which leaves open which one.
    """
    name, text = settings.account_name, settings.storage_connection_string
    if name and text:
        raise SettingsError(
            "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_CONNECTION_STRING are both set: unset one"
        )
    if text:
        return account_by_connection_string(text.get_secret_value())
    if name:
        return account_by_name(name)
    if settings.mode == "azure":
        raise SettingsError(
            "TELEMETRY_MODE=azure needs AZURE_STORAGE_ACCOUNT_NAME"
            " (or AZURE_STORAGE_CONNECTION_STRING)"
        )
    return None


def _may_create(settings: StorageSettings) -> bool:
    """In the cloud, who deploys makes queue and container, and gives no more roles than needed."""
    return settings.mode != "azure" if settings.may_create is None else settings.may_create
