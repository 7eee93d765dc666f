"""What FastAPI, which describes the rest, never sees: POST /webhook and POST /samples.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
"""

from typing import Any

from ..model import sending
from .openapi_parts import ERROR, RETRY_AFTER, answer, done, header

_DELIVERY = {
    "type": "object",
    "properties": {
        "action": {"type": "string"},
        "workflow_run": {"type": "object"},
        "workflow_job": {"type": "object"},
    },
}
_DELIVERY_EXAMPLE = {
    "action": "queued",
    "repository": {"id": 1, "full_name": "o/r", "html_url": "https://github.com/o/r"},
    "workflow_job": {"id": 3, "run_id": 2, "name": "build"},
}
_DELIVERY_DONE = done("queued", "ignored")
_WEBHOOK: dict[str, Any] = {
    "post": {
        "summary": "Take a delivery from GitHub",
        "operationId": "webhook",
        "parameters": [
            header("X-GitHub-Event", "^[a-z_]+$", "workflow_job", "What the delivery tells of"),
            header(
                "X-GitHub-Delivery",
                "^[0-9A-Za-z_-]{1,64}$",
                "72d3162e-cc78-11e3-81ab-4c9367dc0958",
                "Its id, kept over redeliveries",
            ),
            header(
                "X-Hub-Signature-256",
                "^sha256=[0-9a-f]{64}$",
                f"sha256={64 * '0'}",
                "HMAC-SHA256 of the body with the webhook's secret",
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _DELIVERY, "example": _DELIVERY_EXAMPLE},
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
            "200": answer(
                "Nothing to do: ping, another event, or an event that is null", _DELIVERY_DONE
            ),
            "202": answer("On the queue, durably", _DELIVERY_DONE),
            "400": answer("Not JSON, not such an event, or a header is missing", ERROR),
            "401": answer("The signature is missing or wrong", ERROR),
            "408": answer("The body did not come in time", ERROR),
            "413": answer("The body is over 25 MB", ERROR),
            "415": answer("Another content type, or a Content-Encoding", ERROR),
            "503": answer(
                "The queue is unavailable, too many bodies are unfinished, or the service stops",
                ERROR,
                headers=RETRY_AFTER,
            ),
        },
    }
}

_BATCH = {
    "type": "object",
    "properties": {
        "version": {"type": "integer", "minimum": 1},
        "sampler": {"type": "string", "pattern": "^[0-9a-f]{1,64}$"},
        "sequence": {"type": "integer", "minimum": 0},
        "final": {"type": "boolean"},
        "host": {"type": "object"},
        "job": {"type": "object"},
        "uptime_ms": {"type": "array"},
        "clock_ms": {"type": "array"},
    },
    "required": ["version", "sampler", "sequence", "host", "uptime_ms", "clock_ms"],
}
_BATCH_EXAMPLE = {
    "version": 1,
    "sampler": "3f2a",
    "sequence": 0,
    "host": {"cpus": 2, "memory_total_kb": 8_000_000},
    "job": {"run_id": 2},
    "uptime_ms": [],
    "clock_ms": [],
}
_SAMPLES: dict[str, Any] = {
    "post": {
        "summary": "Take a batch of samples from a runner",
        "description": "With GitHub's OIDC token as a bearer, or signed with a repository's key.",
        "operationId": "samples",
        "security": [{"token": []}, {}],
        "parameters": [
            header(
                sending.TIME_HEADER,
                "^[0-9]{1,13}$",
                "1767225600000",
                "The sender's clock at this attempt, milliseconds since 1970",
                required=False,
            ),
            header(
                sending.KEY_HEADER,
                "^([a-z][a-z0-9.-]*/)?[0-9]{1,18}$",
                "1296269",
                "Whose key signs: [HOST/]REPOSITORY_ID",
                required=False,
            ),
            header(
                sending.SIGNATURE_HEADER,
                "^sha256=[0-9a-f]{64}$",
                f"sha256={64 * '0'}",
                "HMAC-SHA256 with that key: of POST, /samples, the time and the body's SHA-256 in"
                " hex, each on a line",
                required=False,
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _BATCH, "example": _BATCH_EXAMPLE}},
        },
        "responses": {
            "202": answer("On the queue, durably", done("queued")),
            "400": answer("Not a batch, a newer one, or not so compressed", ERROR),
            "401": answer("No credentials, or bad ones", ERROR),
            "403": answer(
                "Not this owner, repository or job, or samples are not taken at all", ERROR
            ),
            "408": answer("The body did not come in time", ERROR),
            "413": answer("The batch is over 1 MB, or would be when inflated", ERROR),
            "415": answer("Another content type, or a Content-Encoding unknown here", ERROR),
            "429": answer("More than a sampler sends", ERROR, headers=RETRY_AFTER),
            "503": answer(
                "The queue or the token's issuer is unavailable, too many bodies are unfinished,"
                " or the service stops",
                ERROR,
                headers=RETRY_AFTER,
            ),
        },
    }
}

PATHS = {"/webhook": _WEBHOOK, "/samples": _SAMPLES}
"""The path items."""

SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "GitHub Actions' OIDC token"}
}
