"""Requests to Azure Storage in, the roles that allow them out: Microsoft's tables as data.

https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-azure-active-directory
https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles/storage
"""

import re
from dataclasses import dataclass

_QUEUE = "queueServices/queues"
_MESSAGES = f"{_QUEUE}/messages"
_CONTAINER = "blobServices/containers"
_BLOBS = f"{_CONTAINER}/blobs"

SENDER = "Storage Queue Data Message Sender"
QUEUE_READER = "Storage Queue Data Reader"
QUEUE_CONTRIBUTOR = "Storage Queue Data Contributor"
BLOB_CONTRIBUTOR = "Storage Blob Data Contributor"

GRANTS: dict[str, set[str]] = {
    SENDER: {f"{_MESSAGES}/add/action"},
    QUEUE_READER: {f"{_QUEUE}/read", f"{_MESSAGES}/read"},
    QUEUE_CONTRIBUTOR: {
        *(f"{_QUEUE}/{verb}" for verb in ("delete", "read", "write")),
        *(f"{_MESSAGES}/{verb}" for verb in ("delete", "read", "write", "process/action")),
    },
    BLOB_CONTRIBUTOR: {
        *(f"{_CONTAINER}/{verb}" for verb in ("delete", "read", "write")),
        *(f"{_BLOBS}/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")),
    },
}

NEEDS: dict[str, list[set[str]]] = {
    "Create Queue": [{f"{_QUEUE}/write"}],
    "Get Queue Metadata": [{f"{_QUEUE}/read"}],
    "Put Message": [{f"{_MESSAGES}/add/action"}, {f"{_MESSAGES}/write"}],
    "Get Messages": [
        {f"{_MESSAGES}/process/action"},
        {f"{_MESSAGES}/delete", f"{_MESSAGES}/read"},
    ],
    "Peek Messages": [{f"{_MESSAGES}/read"}],
    "Delete Message": [{f"{_MESSAGES}/process/action"}, {f"{_MESSAGES}/delete"}],
    "Update Message": [{f"{_MESSAGES}/write"}],
    "Create Container": [{f"{_CONTAINER}/write"}],
    "List Blobs": [{f"{_BLOBS}/read"}],
    "Put Blob": [{f"{_BLOBS}/write"}, {f"{_BLOBS}/add/action"}],
    "Get Blob": [{f"{_BLOBS}/read"}],
    # Its parts are deletes, the only ones that we send so.
    "Blob Batch": [{f"{_BLOBS}/write", f"{_BLOBS}/delete"}],
}
"""Each operation, and the sets of permissions of which one is enough."""

_OPERATIONS = {
    "Put Message": r"POST /[^/]+/[^/]+/messages(\?.*)?",
    "Peek Messages": r"GET /[^/]+/[^/]+/messages\?.*peekonly=true.*",
    "Get Messages": r"GET /[^/]+/[^/]+/messages\?.*",
    "Delete Message": r"DELETE /[^/]+/[^/]+/messages/[^/]+\?.*",
    "Update Message": r"PUT /[^/]+/[^/]+/messages/[^/]+\?popreceipt=.*",
    "Get Queue Metadata": r"GET /[^/]+/[^/]+\?comp=metadata",
    "Create Queue": r"PUT /[^/]+/[^/?]+",
    "Create Container": r"PUT /[^/]+/[^/]+\?restype=container",
    "Blob Batch": r"POST /[^/]+/[^/]+\?restype=container&comp=batch",
    "List Blobs": r"GET /[^/]+/[^/]+\?restype=container&comp=list.*",
    "Put Blob": r"PUT /[^/]+/[^/]+/[^?]+",
    "Get Blob": r"GET /[^/]+/[^/]+/[^?]+",
}
_LOGGED = re.compile(r'"([A-Z]+ /[^/ ]+/([^/? ]+)[^ ]*) HTTP/1\.1"')


@dataclass(frozen=True)
class Operation:
    """What was done, and to which queue or container."""

    name: str
    place: str


def operations(log: str) -> set[Operation]:
    """The distinct operations in an emulator's log; fails at one that the table does not have."""
    return {Operation(_name(line), place) for line, place in _LOGGED.findall(log)}


def is_allowed(operation: Operation, *roles: str) -> bool:
    """Whether these roles together allow it."""
    granted = set[str]().union(*(GRANTS[role] for role in roles))
    return any(needed <= granted for needed in NEEDS[operation.name])


def _name(request: str) -> str:
    names = [name for name, form in _OPERATIONS.items() if re.fullmatch(form, request)]
    assert names, f"not in the table: {request}"
    return names[0]
