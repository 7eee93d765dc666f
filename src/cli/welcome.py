"""The running stack in, an answer on the terminal out: the last day, and what to do next."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import repeat
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill

import click
import httpx

from ..insights.answers import NoAnswerError
from ..insights.client import ask_server
from ..kql.catalogue import shipped_queries
from .demo import holds_demo
from .last_day import Row, day_in_words, steps_in_words
from .stack_settings import StackSettings

OVERVIEW, SLOWEST_STEPS, QUEUES = "overview", "slowest-steps-today", "queue-time-today"
STEPS_SHOWN = 5
LONGEST_LINE = 120  # off a terminal


def print_welcome(settings: StackSettings, now: datetime) -> None:
    """Print the last day's answer, where to send webhooks, and a query to try."""
    click.echo()
    heading = _heading(settings, now)
    try:
        overview, steps, queues = _ask_all((OVERVIEW, SLOWEST_STEPS, QUEUES), settings)
    except (NoAnswerError, httpx.ConnectError) as exc:  # the stack is worth serving without
        _section(heading, {"No answer": str(exc)})
    else:
        _section(heading, day_in_words(overview[0] if overview else {}, queues))
        if steps:
            _print_steps(settings, steps[:STEPS_SHOWN])
    _section("Your own", _next_steps(settings))
    click.echo(f"Logs are in {settings.home / 'logs'}. Ctrl-C stops; started again, it goes on.")


def _heading(settings: StackSettings, now: datetime) -> str:
    """Simulated figures are called so, also where an earlier start made them."""
    demo = " (a simulated day is in it)" if holds_demo(settings.home, now) else ""
    return f"The last 24 hours{demo}"


def _ask_all(names: Sequence[str], settings: StackSettings) -> list[list[Row]]:
    """All at once: the stand-in plans one while it runs another."""
    with ThreadPoolExecutor(len(names)) as threads:
        return list(threads.map(_ask, names, repeat(settings)))


def _ask(name: str, settings: StackSettings) -> list[Row]:
    """What a shipped query answers."""
    [kql] = [query.text for query in shipped_queries() if query.name == name]
    answer = ask_server(kql, settings.insights_url)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def _section(heading: str, lines: Mapping[str, str]) -> None:
    click.secho(heading, bold=True)
    width = max(map(len, lines))
    for name, text in lines.items():
        click.echo(f"  {name:{width}}  {text}")
    click.echo()


def _print_steps(settings: StackSettings, steps: Sequence[Row]) -> None:
    """Aligned, words go on below themselves; and how to see more of the first one's job."""
    click.secho("The slowest steps", bold=True)
    longest = get_terminal_size((LONGEST_LINE, 0)).columns
    rows = list(steps_in_words(steps))
    time_width, name_width = (max(len(row[column]) for row in rows) for column in (0, 1))
    below = " " * (2 + time_width + 2)
    for time, name, shortage in rows:
        line = f"  {time:{time_width}}  {name:{name_width}}  {shortage}"
        click.echo(fill(line, longest, subsequent_indent=f"{below}  ", break_on_hyphens=False))
    click.echo(f"  Look closer: {_home(settings)}{_python()} -m src show {steps[0]['job_url']}")
    click.echo()


def _next_steps(settings: StackSettings) -> dict[str, str]:
    events = "workflow_run,workflow_job"
    kept, variable = settings.secret is None, settings.secret_variable
    secret = settings.secret_file.read_text("ascii").strip() if kept else f"${variable}"
    shown = f"{secret} (kept in {settings.secret_file})" if kept else f"yours, {variable}"
    return {
        "Send webhooks to": f"{settings.webhook_url}  (application/json; workflow runs and jobs)",
        "Secret": shown,
        "Your repository": f"gh webhook forward --repo=OWNER/NAME --events={events}"
        f" --url={settings.webhook_url} --secret={secret}",
        "Ask": f"{_home(settings)}{_python()} -m src query slowest-steps-today",
    }


def _home(settings: StackSettings) -> str:
    """What other commands must be told where the home is not the usual one."""
    is_told = "home" in settings.model_fields_set
    return f"GITHUB_TELEMETRY_HOME={shlex.quote(str(settings.home))} " if is_told else ""


def _python() -> str:
    """This interpreter as one would type it here."""
    path = Path(sys.executable)
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
