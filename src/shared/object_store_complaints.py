"""An error of obstore's in, what to say of it in one line out. Pure.

obstore tells what happened in many lines, and only there: it has few kinds of errors. What it says
holds no key and no signature.
https://developmentseed.org/obstore/latest/api/exceptions/
"""

import re

_AWS_KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_AZURE_PLACE = "AZURE_STORAGE_ACCOUNT_NAME or AZURE_STORAGE_CONNECTION_STRING"
_AZURE_ROLE = "the role Storage Blob Data Contributor"
_METADATA_URL = "http://169.254.169.254"  # where a machine of Amazon's learns who it is
_MAY_REFUSE = "is the key right, has the identity its role, does a firewall refuse us?"
_NO_SUCH_NAME = "is the container or bucket in OBJECT_STORE_URL right?"

_HINTS = {
    "AccessDenied": "whoever we are may not read, write, list and delete there",
    "AuthenticationFailed": "is the account key right, the signature not expired, the clock right?",
    "AuthorizationFailure": "the account key is wrong, the identity lacks"
    f" {_AZURE_ROLE}, or the account's firewall refuses us",
    "AuthorizationPermissionMismatch": f"the identity needs {_AZURE_ROLE}",
    "ContainerNotFound": "create it, or allow it by AZURE_STORAGE_CREATE=true",
    "InvalidAccessKeyId": f"are {_AWS_KEYS} right?",
    "InvalidBucketName": _NO_SUCH_NAME,
    "InvalidResourceName": _NO_SUCH_NAME,
    "KeyBasedAuthenticationNotPermitted": "the account refuses keys: set"
    f" AZURE_STORAGE_ACCOUNT_NAME instead, and give the identity {_AZURE_ROLE}",
    "NoSuchBucket": "create it",
    "OutOfRangeInput": _NO_SUCH_NAME,
    "SignatureDoesNotMatch": f"are {_AWS_KEYS} right?",
}

_URL = re.compile(r"(https?://[^/\s]+)")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_NOT_REACHED = re.compile(r'(?:message|error): "(?:failed to lookup[^:]*: )?([^"]+)"')
_TOOK = re.compile(r" in [\d.]+\S+ -")


def is_place_missing(error: Exception) -> bool:
    """Whether it is not the object that is missing, but the container or bucket."""
    return any(word in str(error) for word in ("ContainerNotFound", "NoSuchBucket"))


def complaint(error: Exception) -> str:
    """Why a call failed, and what may help."""
    text = str(error)
    first = _TOOK.sub(":", text.partition("\n")[0].partition(": <?xml")[0])
    url = _URL.search(first)
    if "credential provider" in first:
        return "no credential was accepted: is there a managed identity, or `az login`?"
    if url and url[1] == _METADATA_URL:
        return f"no credential was found: set {_AWS_KEYS}"
    if url and "kind: Connect" in text:
        return _not_reached(url[1], text)
    if url and "kind: Timeout" in text:
        return f"{url[1]} did not answer in time"
    if code := _CODE.search(text):
        hint = _HINTS.get(code[1])
        return f"{first} ({code[1]}{f': {hint}' if hint else ''})"
    return f"{first.rstrip(': ')}: {_MAY_REFUSE}" if "403 Forbidden" in first else first


def _not_reached(url: str, text: str) -> str:
    why = _NOT_REACHED.search(text)
    said = f"{url} cannot be reached{f' ({why[1]})' if why else ''}"
    return f"{said}: is {_place(text)} right, and may this machine reach it?"


def _place(text: str) -> str:
    """The variables that say where the store is."""
    return "AWS_ENDPOINT_URL" if 'store: "S3"' in text else _AZURE_PLACE
