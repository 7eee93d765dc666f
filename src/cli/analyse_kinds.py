"""A file's content in; the names at its top, and what it is if not samples, out."""

import msgspec

_A_JOB = "tells of a job: name its samples too, JOB.json first and SAMPLES.jsonl second"
_RAW = (
    "holds raw samples: give batches.jsonl, which is written beside them,"
    " or try `action/sampler.py summarize --input-file`"
)
_KINDS = (
    ({"timestamp", "processes_cpu"}, _RAW),
    ({"workflow_job"}, _A_JOB),
    ({"jobs"}, _A_JOB),
    ({"id", "run_id", "steps"}, _A_JOB),
)


def names_in(content: bytes) -> set[str]:
    """Those of the only object, else of the first line's; none where it is no JSON object."""
    try:
        return set(msgspec.json.decode(_first_value(content), type=dict[str, msgspec.Raw]))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return set()


def no_samples(content: bytes) -> str:
    """What a file is instead, and what to do with it; nothing where that cannot be told."""
    names = names_in(content)
    return next((words for needed, words in _KINDS if needed <= names), "")


def _first_value(content: bytes) -> bytes:
    """The whole where it is one value, else the first line."""
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except msgspec.DecodeError:
        return content.lstrip().partition(b"\n")[0]
    return content
