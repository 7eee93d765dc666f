"""Bodies to the text that Azure Storage Queue keeps and back; claims to bodies and back. Pure.

The service keeps text that XML can hold, of at most 64 KiB. So a body travels as base64, and one
that is too large lies in the object store, while its message holds a claim to it:
`{"claim": "messages/QUEUE/ID"}`, which no envelope can be taken for, since those have a version.
https://learn.microsoft.com/en-us/rest/api/storageservices/put-message
"""

import binascii
import re
import uuid
from base64 import b64decode, b64encode

import msgspec

from ..object_store import segment

MAX_TEXT_BYTES = 65_536
MAX_BODY_BYTES = MAX_TEXT_BYTES // 4 * 3

_ID = re.compile(r"[0-9a-f]{32}")


class _Claim(msgspec.Struct, forbid_unknown_fields=True):
    claim: str


_decoder = msgspec.json.Decoder(_Claim)


def to_text(body: bytes) -> str:
    """The text of a message with this body."""
    return b64encode(body).decode("ascii")


def to_body(text: str) -> bytes:
    """The body; of text that is no base64, as whoever wrote it by hand may send, its UTF-8."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # the latter where it is not even ASCII
        return text.encode("utf-8", "surrogatepass")


def new_key(queue: str) -> str:
    """Where the object store may keep a body of this queue."""
    return f"{_folder(queue)}{uuid.uuid4().hex}"


def claim_of(key: str) -> bytes:
    """What the message holds instead of the body that is kept there."""
    return msgspec.json.encode(_Claim(key))


def claimed_key(queue: str, body: bytes) -> str | None:
    """The key that a body claims; None where it is no claim, or one to what is not this queue's.

    Who can write to the queue shall not be able to have other objects read or deleted.
    """
    try:
        key = _decoder.decode(body).claim
    except msgspec.MsgspecError:
        return None
    folder = _folder(queue)
    return key if key.startswith(folder) and _ID.fullmatch(key[len(folder) :]) else None


def _folder(queue: str) -> str:
    return f"messages/{segment(queue)}/"
