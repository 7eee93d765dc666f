"""KQL text in, an answer out: from the running stand-in, or from its file where none runs."""

from pathlib import Path

import httpx

from ..shared.errors import TelemetryError
from .answers import Answer, json_value
from .store import Store, StoreError

TIMEOUT_SECONDS = 60.0


class NoAnswerError(TelemetryError):
    """Nobody could be asked, or the query is wrong; the message says what to do."""


def ask(text: str, url: str, file: Path) -> Answer:
    """What the stand-in at `url` answers, or `file` if nothing listens there.

    Raises:
        NoAnswerError: neither is there, or the query is refused.
    """
    try:
        return ask_server(text, url)
    except httpx.ConnectError as exc:
        if not file.exists():
            raise NoAnswerError(
                f"nothing listens at {url} and there is no {file}: start it with `make run`"
            ) from exc
    return ask_file(text, file)


def ask_server(text: str, url: str) -> Answer:
    """What the stand-in at `url` answers.

    Raises:
        NoAnswerError: the query is refused, or what listens there is no stand-in.
        httpx.ConnectError: nothing listens there.
    """
    try:
        # A proxy from the environment has no business between us and our own machine.
        response = httpx.post(
            f"{url.rstrip('/')}/query",
            json={"query": text},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )
        content = response.json()
        if response.is_success:
            return Answer(content["columns"], content["rows"])
        raise NoAnswerError(content["error"])
    except httpx.ConnectError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as exc:
        raise NoAnswerError(f"{url} does not answer as the stand-in would: {exc!r}") from exc


def ask_file(text: str, file: Path) -> Answer:
    """What the file answers, opened for reading only.

    Raises:
        NoAnswerError: the query is refused, or another process has the file open.
    """
    from .kql import BadQueryError, run_kql  # noqa: PLC0415 -- slow, and a server has it already

    try:
        with Store(file, read_only=True) as store, store.cursor() as cursor:
            table = run_kql(cursor, text)
    except StoreError as exc:
        raise NoAnswerError(f"{exc}; if a stand-in runs elsewhere, name it by --url") from exc
    except BadQueryError as exc:
        raise NoAnswerError(str(exc)) from exc
    return Answer(table.columns, [[*map(json_value, row)] for row in table.rows])
