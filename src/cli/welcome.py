"""The running stack in, an answer on the terminal out: the last day, and what to do next."""

import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import httpx

from ..insights.answers import NoAnswerError
from ..insights.client import ask_server
from ..kql.catalogue import shipped_queries
from .demo import holds_demo
from .stack_settings import StackSettings

OVERVIEW = "overview"


def print_welcome(settings: StackSettings, now: datetime) -> None:
    """Print the last day's answer, where to send webhooks, and a query to try."""
    click.echo()
    _section(_heading(settings, now), _last_day(settings))
    _section("Your own", _next_steps(settings))
    click.echo(f"Logs are in {settings.home / 'logs'}. Ctrl-C stops; started again, it goes on.")


def _heading(settings: StackSettings, now: datetime) -> str:
    """Simulated figures are called so, also where an earlier start made them."""
    demo = " (a simulated day is in it)" if holds_demo(settings.home, now) else ""
    return f"The last 24 hours{demo}"


def _last_day(settings: StackSettings) -> dict[str, str]:
    """The overview's answer in words, or why there is none: the stack is worth serving without."""
    [overview_kql] = [query.text for query in shipped_queries() if query.name == OVERVIEW]
    try:
        answer = ask_server(overview_kql, settings.insights_url)
    except (NoAnswerError, httpx.ConnectError) as exc:
        return {"No answer": str(exc)}
    return _day(dict(zip(answer.columns, answer.rows[0], strict=True)) if answer.rows else {})


def _section(heading: str, lines: dict[str, str]) -> None:
    click.secho(heading, bold=True)
    width = max(map(len, lines))
    for name, text in lines.items():
        click.echo(f"  {name:{width}}  {text}")
    click.echo()


def _day(overview: dict[str, Any]) -> dict[str, str]:
    """The answers, in words; what is not known yet is said so."""
    if not overview.get("completed_runs") and not overview.get("finished_jobs"):
        return {"Nothing yet": "no delivery has come; ask again by the query `overview`"}
    return {
        "Slowest job": _slowest(overview, "slowest_job"),
        "Slowest step": _slowest(overview, "slowest_step"),
        "Success rate": _success(overview),
        "Queue time": f"half of {overview['finished_jobs']} jobs waited over"
        f" {duration(overview['queue_p50_seconds'])}, one in 20 over"
        f" {duration(overview['queue_p95_seconds'])}",
    }


def _success(overview: dict[str, Any]) -> str:
    """Of the runs that are judged: a cancelled or skipped one is neither success nor failure."""
    rate, runs = overview["success_percent"], overview["completed_runs"]
    if rate is None:
        return f"unknown: none of {runs} completed runs succeeded or failed"
    judged = overview["succeeded_runs"] + overview["failed_runs"]
    return f"{rate:g} % of {judged} runs that succeeded or failed"


def _slowest(overview: dict[str, Any], kind: str) -> str:
    if overview[kind] is None:
        return "none ran"
    job = overview.get(f"{kind}_job")
    inside = f" in {job}" if job else ""
    where = f"{overview[f'{kind}_repository']}, {overview[f'{kind}_workflow']}"
    return f"{duration(overview[f'{kind}_seconds'])}  {overview[kind]}{inside} ({where})"


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
        "Ask": f"{_python()} -m src query slowest-steps{_where(settings)}",
    }


def _where(settings: StackSettings) -> str:
    return "" if settings.asks_by_default else f" --url {settings.insights_url}"


def duration(seconds: float | None) -> str:
    """`45 s`, `12 min 5 s`, `3 h 7 min`; `an unknown time` for None."""
    if seconds is None:
        return "an unknown time"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _python() -> str:
    """This interpreter as one would type it here."""
    path = Path(sys.executable)
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
