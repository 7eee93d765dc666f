"""Files and folders of recorded bodies in, deliveries out.

A file is one body, or JSON Lines of `{"at", "event", "delivery_id", "body"}` as `simulate` writes
them. A body's event is told by the file's name (`0001.EVENT.ACTION.DELIVERY_ID.json`), by its
folder, or by what is in it.
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..model.times import parse_time
from ..shared.errors import TelemetryError
from ..simulate.deliveries import Delivery

# What lies beside a simulated day and is no delivery
TRUTH, JOBS, SAMPLES = "truth.json", "jobs", "samples"
PARTS_OF_A_NAMED_FILE = 5

_BY_CONTENT = ("workflow_job", "workflow_run")
_NAMELESS = frozenset({"ping", "deployment_review"})  # their bodies hold no such key


class UnreadableRecordingError(TelemetryError):
    """A file that holds no recorded delivery; the message names it."""


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The recordings among these files and below these folders, in the order of their names."""
    files: list[Path] = []
    for path in paths:
        below = sorted(f for f in path.rglob("*.json*") if f.is_file()) if path.is_dir() else [path]
        files += [file for file in below if not _lies_beside_a_day(file)]
    return files


def _lies_beside_a_day(file: Path) -> bool:
    of_samples = file.parent.name in {JOBS, SAMPLES} and (file.parent.parent / TRUTH).exists()
    return file.name == TRUTH or of_samples


def read_deliveries(files: Iterable[Path]) -> Iterator[Delivery]:
    """The deliveries in these files.

    Raises:
        UnreadableRecordingError: a file is no JSON, or no delivery.
    """
    for file in files:
        try:
            yield from _lines(file) if file.suffix == ".jsonl" else [_body(file)]
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
            raise UnreadableRecordingError(f"{file} holds no recorded delivery: {exc}") from exc


def _lines(file: Path) -> Iterator[Delivery]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            content = json.loads(line)
            at = parse_time(content["at"]) or datetime.now(UTC)
            body = content["body"].encode()
            yield Delivery(at, content["event"], content["delivery_id"], body)


def _body(file: Path) -> Delivery:
    body = file.read_bytes()
    named = file.name.split(".")
    if len(named) == PARTS_OF_A_NAMED_FILE and named[0].isdigit():
        return Delivery(datetime.now(UTC), named[1], named[3], body)
    # The same body is the same delivery, however often it is replayed.
    delivery_id = str(uuid.uuid5(uuid.NAMESPACE_OID, body.hex()))
    return Delivery(datetime.now(UTC), _event(file, json.loads(body)), delivery_id, body)


def _event(file: Path, content: Any) -> str:
    """Bodies of other events may hold a workflow_run too, so a folder that fits comes first."""
    folder = file.parent.name
    if folder in content or folder in _NAMELESS:
        return folder
    return next((event for event in _BY_CONTENT if event in content), folder)
