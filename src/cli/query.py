"""`query`: KQL, a .kql file or a shipped query's name in; a table, JSON or CSV out."""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

import click

from ..kql.catalogue import shipped_queries

_NAME = re.compile(r"[a-z]+(-[a-z]+)+")  # of a shipped query; as KQL it could only subtract

EXAMPLES = """\b
Examples:
  python -m src query 'WorkflowJobs() | summarize count() by conclusion'
  python -m src query durations --format csv
  python -m src query my-question.kql --format json
  python -m src query --list
"""


@click.command(epilog=EXAMPLES)
@click.argument("question", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="What comes out; json is a list of objects.",
)
@click.option("--url", help="The stand-in to ask.  [default: that of `up`, or INSIGHTS_PORT here]")
@click.option("--list", "shipped", is_flag=True, help="Show the queries that come with this.")
def command(question: str | None, form: str, url: str | None, *, shipped: bool) -> None:
    """Ask the tables a QUESTION: KQL, the path of a .kql file, or a shipped query's name.

    The running stand-in answers, or its file where none runs.
    """
    if shipped:
        print_shipped()
        return
    if not question or not question.strip():
        raise click.UsageError("Missing QUESTION: KQL, a .kql file or a name (see --list).")
    print_answer(read_question(question), form, url)


def print_shipped() -> None:
    """The shipped queries' names, each with its question."""
    queries = shipped_queries()
    width = max(len(query.name) for query in queries)
    for query in queries:
        click.echo(f"{query.name:{width}}  {query.question}")


def read_question(question: str) -> str:
    """The KQL that is meant: a shipped query's, a file's, or the text itself."""
    shipped = {query.name: query.text for query in shipped_queries()}
    path = Path(question)
    if question in shipped:
        return shipped[question]
    if _NAME.fullmatch(question):
        raise click.ClickException(_no_such(question, shipped))
    if path.suffix != ".kql":
        return question
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise click.ClickException(f"cannot read {path}: {exc}") from exc


def _no_such(name: str, shipped: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, shipped, n=1)
    hint = f"did you mean {close[0]}? See --list" if close else "see --list"
    return f"no such query: {name}; {hint}"


def print_answer(text: str, form: str, url: str | None) -> None:
    """Ask, and write what comes back to stdout."""
    from ..insights.answers import NoAnswerError
    from ..insights.client import ask
    from ..insights.presentation import PRESENTATIONS
    from ..insights.settings import InsightsSettings
    from ..shared.errors import SettingsError
    from ..shared.settings import load, refuse
    from .running import as_running

    try:
        settings = as_running(load(InsightsSettings), port="insights_port")
        # Whoever names a stand-in does not mean the file of this machine.
        where = (url, None) if url else (f"http://127.0.0.1:{settings.port}", settings.file)
        answer = ask(text, *where)
    except SettingsError as exc:
        raise refuse(exc) from None
    except NoAnswerError as exc:
        raise click.ClickException(str(exc)) from exc
    PRESENTATIONS[form](answer)
