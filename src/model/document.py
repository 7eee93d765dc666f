"""The document of a run attempt: everything that is known of it, in one piece, for whoever asks.

    {"version": 1, "run": {…} or null, "jobs": [{…}], "complaints": […]}

    run    the fields of `RunRecord`; `used`: sums over its jobs, by the names of `semconv`
    job    the fields of `JobRecord`; `steps`: those of `StepRecord` each. Where it failed and that
           is known: `failure_category`, `failure_advice`. Where samplers watched:
           `sentence` says it all at once; `machine`, `usage`, `between` (the job's steps), findings
           (`rule`, `strength`, `words`, `advice`, `evidence`), `unjudged`, `right_size`, `failure`;
           of a step `usage`, `owner`, findings and `unjudged`. `curves` and a step's `cpu_cores`
           are for drawing.

Nobody writes it: what is written are its parts, one when a run completes, one when a job does, and
another with a higher revision when something comes later. A reader composes whatever parts there
are, in any order; of each run and job the highest (revision, content_hash) counts.

A part is compressed JSON with `version` and `kind` ("run", "job"). Times of records are texts,
unknown is null. A newer writer of version 1 may add fields; what changes the meaning of one is
another version.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import fields
from datetime import datetime
from typing import Any, Iterable, Mapping, Optional

from .records import Record
from .times import format_time

VERSION = 1
RUN, JOB = "run", "job"

_NO_FACTS = frozenset({"job", "used"})  # told where they belong; what was used is told in full
_NAME = {"record_id": str, "revision": int, "content_hash": str}
_LEVEL = 6  # the next ones take twice the time for a hundredth


class DocumentError(ValueError):
    """What is no part of a document, or not a whole one; the message says why."""


class NewerDocumentError(DocumentError):
    """A part that a newer version of this wrote."""


def document(kind: Optional[str], record: Record) -> dict[str, Any]:
    """The fields of a record; a part begins with its version and its kind, a step has none."""
    names = [field.name for field in fields(record) if field.name not in _NO_FACTS]
    told = {name: _told(getattr(record, name)) for name in names}
    return told if kind is None else {"version": VERSION, "kind": kind, **told}


def encode(part: Mapping[str, Any]) -> bytes:
    """The same bytes for the same part, whenever it is written."""
    text = json.dumps(part, separators=(",", ":"))
    return gzip.compress(text.encode(), _LEVEL, mtime=0)


def decode(body: bytes) -> dict[str, Any]:
    """The part that `encode` made.

    Raises:
        DocumentError: it is torn, or something else; NewerDocumentError: its version is above ours.
    """
    try:
        part = json.loads(gzip.decompress(body))
    except (EOFError, OSError, ValueError, zlib.error, RecursionError) as exc:
        raise DocumentError("it is torn, or no document") from exc
    if not isinstance(part, dict) or not isinstance(part.get("version"), int):
        raise DocumentError("it is no document")
    if part["version"] > VERSION:
        raise NewerDocumentError(
            f"its version is {part['version']}, and {VERSION} is the newest known here"
        )
    if part.get("kind") not in {RUN, JOB} or not _is_named(part):
        raise DocumentError("it tells of no run and no job")
    return part


def compose(bodies: Mapping[str, bytes]) -> dict[str, Any]:
    """The document of the run attempt whose parts these are, by the names that complaints use."""
    parts, complaints = [], []
    for name, body in sorted(bodies.items()):
        try:
            parts.append(decode(body))
        except DocumentError as exc:
            complaints.append(f"{name} was left out: {exc}")
    newest = _newest(parts)
    runs = [part for part in newest if part["kind"] == RUN]
    jobs = sorted((part for part in newest if part["kind"] == JOB), key=_place)
    return {
        "version": VERSION,
        "run": runs[-1] if runs else None,
        "jobs": jobs,
        "complaints": complaints,
    }


def _told(value: object) -> object:
    return format_time(value) if isinstance(value, datetime) else value


def _is_named(part: Mapping[str, Any]) -> bool:
    return all(isinstance(part.get(name), kind) for name, kind in _NAME.items())


def _newest(parts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One of each record."""
    found: dict[str, dict[str, Any]] = {}
    for part in sorted(parts, key=lambda part: (part["revision"], part["content_hash"])):
        found[part["record_id"]] = part
    return list(found.values())


def _place(job: Mapping[str, Any]) -> tuple[str, str]:
    """Jobs stand in the order in which they began."""
    return (job.get("started_at") or job.get("created_at") or "", job["record_id"])
