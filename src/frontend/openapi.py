"""POST /webhook in OpenAPI's words, since FastAPI, which describes the rest, never sees it.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
"""

from typing import Any

_DONE = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": ["queued", "ignored"]},
        "reason": {"type": "string"},
    },
    "required": ["status", "reason"],
    "additionalProperties": False,
}
_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}
_DELIVERY = {
    "type": "object",
    "properties": {
        "action": {"type": "string"},
        "workflow_run": {"type": "object"},
        "workflow_job": {"type": "object"},
    },
}
_EXAMPLE = {
    "action": "queued",
    "repository": {"id": 1, "full_name": "o/r", "html_url": "https://github.com/o/r"},
    "workflow_job": {"id": 3, "run_id": 2, "name": "build"},
}
_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}}


def _header(name: str, pattern: str, example: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {
        "name": name,
        "in": "header",
        "required": True,
        "schema": schema,
        "example": example,
        "description": description,
    }


def _answer(description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}, **more}


WEBHOOK: dict[str, Any] = {
    "post": {
        "summary": "Take a delivery from GitHub",
        "operationId": "webhook",
        "parameters": [
            _header("X-GitHub-Event", "^[a-z_]+$", "workflow_job", "What the delivery tells of"),
            _header(
                "X-GitHub-Delivery",
                "^[0-9A-Za-z_-]{1,64}$",
                "72d3162e-cc78-11e3-81ab-4c9367dc0958",
                "Its id, kept over redeliveries",
            ),
            _header(
                "X-Hub-Signature-256",
                "^sha256=[0-9a-f]{64}$",
                f"sha256={64 * '0'}",
                "HMAC-SHA256 of the body with the webhook's secret",
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _DELIVERY, "example": _EXAMPLE},
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "properties": {"payload": {"type": "string", "description": "The JSON"}},
                        "required": ["payload"],
                    }
                },
            },
        },
        "responses": {
            "200": _answer("Nothing to do: ping, another event, or an event that is null", _DONE),
            "202": _answer("On the queue, durably", _DONE),
            "400": _answer("Not JSON, not such an event, or a header is missing", _ERROR),
            "401": _answer("The signature is missing or wrong", _ERROR),
            "408": _answer("The body did not come in time", _ERROR),
            "413": _answer("The body is over 25 MB", _ERROR),
            "415": _answer("Another content type, or a Content-Encoding", _ERROR),
            "503": _answer(
                "The queue is unavailable, too many bodies are unfinished, or the service stops",
                _ERROR,
                headers=_RETRY_AFTER,
            ),
        },
    }
}
"""The path item."""
