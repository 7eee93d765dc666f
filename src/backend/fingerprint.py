"""A subject and its steps in, a short text that is the same for the same content out. Pure.

Deliveries come twice, and one thing is told by several: what was told of it is known by this.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from hashlib import sha256
from operator import attrgetter

from ..model.records import JobRecord, Record, RunRecord, StepRecord

# Says which row it is, or where it came from (a job's actor is the delivery's sender).
_NOT_CONTENT = frozenset({"revision", "content_hash", "delivery_id", "actor"})
_RUN_CONTENT, _JOB_CONTENT, _STEP_CONTENT = (
    attrgetter(*(f.name for f in fields(kind) if f.name not in _NOT_CONTENT | {"job", "used"}))
    for kind in (RunRecord, JobRecord, StepRecord)
)


def fingerprint(subject: RunRecord | JobRecord, steps: Sequence[StepRecord]) -> str:
    """The same text for the same content, whatever delivery it came by."""
    content = _RUN_CONTENT if isinstance(subject, RunRecord) else _JOB_CONTENT
    parts = [_content(subject, content), *(_content(step, _STEP_CONTENT) for step in steps)]
    return sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _content(record: Record, content: Callable[[Record], tuple[object, ...]]) -> str:
    told = map(str, content(record))
    if not record.used:
        return "\x1f".join(told)
    used = [f"{name}={value}" for name, value in sorted(record.used.items())]
    return "\x1f".join([*told, *used])
