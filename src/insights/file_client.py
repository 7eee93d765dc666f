"""KQL text and the stand-in's file in, an answer out; for when no stand-in runs."""

from pathlib import Path

from .answers import Answer, NoAnswerError, json_value
from .kql import BadQueryError, run_kql
from .store import Store, StoreError


def ask_file(text: str, file: Path) -> Answer:
    """What the file answers, opened for reading only.

    Raises:
        NoAnswerError: the query is refused, or another process has the file open.
    """
    try:
        with Store(file, read_only=True) as store, store.cursor() as cursor:
            table = run_kql(cursor, text)
    except StoreError as exc:
        where = "if a stand-in runs elsewhere, name it by INSIGHTS_PORT or --url"
        raise NoAnswerError(f"{exc}; {where}") from exc
    except BadQueryError as exc:
        raise NoAnswerError(str(exc)) from exc
    return Answer(table.columns, [[*map(json_value, row)] for row in table.rows])
