"""An exception of Azure's libraries in, what to say of it in one line out. Pure.

Only what is known to be harmless is told: the service's own words quote signatures and requests.
https://learn.microsoft.com/en-us/rest/api/storageservices/queue-service-error-codes
"""

import re

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    ServiceRequestError,
)

_NOT_FOUND = "QueueNotFound"
_NOT_OURS = (400, "PopReceiptMismatch")
_GONE = (404, "MessageNotFound")
_REQUEST_TIMEOUT = 408
_UNREADABLE_BY_AZURITE = 500

_CANNOT_CONNECT = re.compile(r"Cannot connect to host (\S+) ssl:\S+ \[(.*)\]")

_HINTS = {
    "AuthorizationPermissionMismatch": "the identity lacks a role on this queue: a frontend needs"
    " Storage Queue Data Message Sender and Storage Queue Data Reader,"
    " a worker Storage Queue Data Contributor, also on the poison queue",
    "AuthenticationFailed": "is the account key right, the signature not expired, the clock right?",
    "AuthorizationFailure": "the account's firewall, or its key, refuses us",
    "InvalidAuthenticationInfo": "is the credential's tenant the account's?",
    "KeyBasedAuthenticationNotPermitted": "the account refuses keys: set"
    " AZURE_STORAGE_ACCOUNT_NAME instead of a connection string, and give the identity its role",
    "QueueNotFound": "the queue does not exist: create it"
    " (az storage queue create), or allow it by AZURE_STORAGE_CREATE=true",
}


def complaint(error: Exception) -> str:
    """Why a call failed, and what may help."""
    if isinstance(error, DecodeError):
        return "an answer that cannot be read"
    if isinstance(error, HttpResponseError) and error.status_code is not None:
        code = _code(error)
        said = f"{error.status_code} {code or error.reason}"
        return f"{said}: {_HINTS[code]}" if code in _HINTS else said
    if isinstance(error, ClientAuthenticationError):
        return (
            "no credential was accepted: is there a managed identity, or `az login`? "
            + str(error).partition("\n")[0]
        )
    if isinstance(error, ServiceRequestError):
        return _not_reached(str(error).partition("\n")[0])
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return type(error).__name__


def is_queue_missing(error: AzureError) -> bool:
    """Whether the queue is not there."""
    return isinstance(error, HttpResponseError) and _code(error) == _NOT_FOUND


def is_lease_lost(error: HttpResponseError) -> bool:
    """Whether the message went to somebody else, or is gone."""
    return is_message_gone(error) or (error.status_code, _code(error)) == _NOT_OURS


def is_message_gone(error: HttpResponseError) -> bool:
    """Whether somebody deleted the message; perhaps we did, and did not hear of it."""
    return (error.status_code, _code(error)) == _GONE


def is_refusal(error: Exception) -> bool:
    """Whether the service certainly did not do what it was asked for."""
    status = error.status_code if isinstance(error, HttpResponseError) else None
    return status is not None and 400 <= status < 500 and status != _REQUEST_TIMEOUT  # noqa: PLR2004 -- 4xx


def may_be_unreadable(error: Exception) -> bool:
    """Whether a message may be why: characters that XML cannot hold make a whole answer fail.

    Azurite answers 500 then.
    """
    if isinstance(error, DecodeError):
        return True
    return isinstance(error, HttpResponseError) and error.status_code == _UNREADABLE_BY_AZURITE


def _not_reached(said: str) -> str:
    """The host and the reason, without what aiohttp says of TLS, also where there is none."""
    parts = _CANNOT_CONNECT.fullmatch(said)
    if parts is None:
        return said
    host, why = parts.groups()
    why = "nothing listens there" if why.startswith("Connect call failed") else why
    return (
        f"{host} cannot be reached ({why}): is AZURE_STORAGE_ACCOUNT_NAME or"
        " AZURE_STORAGE_CONNECTION_STRING right, and may this machine reach it?"
    )


def _code(error: HttpResponseError) -> str:
    """The service's word for it, or nothing."""
    code = getattr(error, "error_code", None) or ""
    return str(getattr(code, "value", code))
