"""What the descriptions of our paths are made of, in OpenAPI's words."""

from typing import Any

ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}}


def header(
    name: str, pattern: str, example: str, description: str, *, required: bool = True
) -> dict[str, Any]:
    """A header of a request."""
    schema = {"type": "string", "pattern": pattern}
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": schema,
        "example": example,
        "description": description,
    }


def done(*words: str) -> dict[str, Any]:
    """The JSON of an answer that is no error; `status` is one of these words."""
    return {
        "type": "object",
        "properties": {
            "status": {"type": "string", "enum": list(words)},
            "reason": {"type": "string"},
        },
        "required": ["status", "reason"],
        "additionalProperties": False,
    }


def answer(description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An answer with JSON."""
    return {"description": description, "content": {"application/json": {"schema": schema}}, **more}
