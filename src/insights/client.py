"""KQL text in, an answer out: from the running stand-in, or from its file where none runs."""

from pathlib import Path

import httpx

from ..shared.http_client import client_for
from .answers import Answer, NoAnswerError

TIMEOUT_SECONDS = 60.0


def ask(text: str, url: str, file: Path | None) -> Answer:
    """What the stand-in at `url` answers, or `file`, where there is one, if nothing listens there.

    Raises:
        NoAnswerError: neither is there, or the query is refused.
    """
    try:
        return ask_server(text, url)
    except httpx.ConnectError as exc:
        if file is None:
            raise NoAnswerError(f"nothing listens at {url}") from exc
        if not file.exists():
            raise NoAnswerError(
                f"nothing listens at {url} and there is no {file}: start it with `make run`"
            ) from exc
    # DuckDB and the translator take longer to import than a server takes to answer.
    from .file_client import ask_file  # noqa: PLC0415

    return ask_file(text, file)


def ask_server(text: str, url: str) -> Answer:
    """What the stand-in at `url` answers.

    Raises:
        NoAnswerError: the query is refused, or what listens there is no stand-in.
        httpx.ConnectError: nothing listens there.
    """
    try:
        with client_for(url, TIMEOUT_SECONDS) as client:
            response = client.post(f"{url.rstrip('/')}/query", json={"query": text})
        content = response.json()
        if response.is_success:
            return Answer(content["columns"], content["rows"])
        raise NoAnswerError(content["error"])
    except httpx.ConnectError:
        raise
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as exc:
        raise NoAnswerError(f"{url} is no URL: it would be http://127.0.0.1:PORT") from exc
    except httpx.HTTPError as exc:
        raise NoAnswerError(f"{url} does not answer: {exc}") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise NoAnswerError(
            f"{url} does not answer as the stand-in would: is it INSIGHTS_PORT's, not PORT's?"
        ) from exc
