"""Items as an SDK sends them, with one field changed at a time."""

import json
from datetime import UTC, datetime
from typing import Any

from tests.insights.stack import KEY

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def item(
    kind: str = "EventData",
    content: dict[str, Any] | None = None,
    at: datetime = NOW,
    **changed: Any,
) -> dict[str, Any]:
    """One envelope; a field that `changed` sets to None is left out."""
    envelope = {
        "name": "Microsoft.ApplicationInsights.Event",
        "iKey": KEY,
        "time": at.isoformat().replace("+00:00", "Z"),
        "tags": {"ai.cloud.role": "worker", "ai.operation.id": "0" * 31 + "1"},
        "data": {"baseType": kind, "baseData": {"ver": 2, "name": "E", **(content or {})}},
        **changed,
    }
    return {key: value for key, value in envelope.items() if value is not None}


def body(*items: Any) -> bytes:
    """A request's body."""
    return json.dumps(items).encode()
