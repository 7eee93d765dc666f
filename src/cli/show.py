"""`show`: a run, as the archive has it; a tree in the terminal, an HTML file or JSON, out."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from .show_target import Target

EXAMPLES = """\b
Examples:
  python -m src show lumen-forge/orders-api       (its latest run; in the demo of `up`)
  python -m src show 19872301234
  python -m src show https://github.com/OWNER/NAME/actions/runs/19872301234
  python -m src show 19872301234 --job "build (linux)"
  python -m src show 19872301234 --html run.html
  python -m src show 19872301234 --json | jq '.jobs[].sentence'
"""
_WHERE = """\
Looked in {}, where the backend keeps runs and jobs once they are completed.
GITHUB_TELEMETRY_HOME and OBJECT_STORE_URL must be what they are for the backend."""


def _parse_target(_ctx: click.Context, _param: click.Parameter, given: str) -> "Target":
    from .show_target import parse_target

    target = parse_target(given)
    if target is None:
        raise click.BadParameter("give a run's id, a run's or a job's URL, or OWNER/NAME")
    return target


@click.command(epilog=EXAMPLES)
@click.argument("target", metavar="RUN", callback=_parse_target)
@click.option("--attempt", type=click.IntRange(min=1), help="Which attempt.  [default: the latest]")
@click.option("--job", help="Id or name of one job: all about it.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a report with charts, one file that needs no other.",
)
@click.option("--json", "as_json", is_flag=True, help="The document, as JSON.")
def command(
    target: "Target", attempt: int | None, job: str | None, html: Path | None, *, as_json: bool
) -> None:
    """Show a run: its jobs, their steps, what those used and were short of.

    RUN is a run's id (the number in its URL), the URL, or OWNER/NAME for the repository's latest
    run. It comes from the archive that the backend keeps; the settings say where that is.
    """
    from dataclasses import replace

    wanted = replace(target, attempt=attempt or target.attempt, job=job or target.job)
    document = _read(wanted)
    if wanted.job:
        document = _only(document, wanted.job)
    if html:
        _write(html, document, is_whole=not wanted.job)
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif not html:
        click.echo(_drawn(document, is_job=bool(wanted.job)))


def _read(target: "Target") -> dict[str, Any]:
    from ..shared.errors import ObjectStoreUnavailableError, SettingsError
    from ..shared.settings import StorageSettings, load, refuse
    from ..shared.storage import objects_url, open_object_store
    from .show_target import NotArchivedError, read_run

    try:
        settings = load(StorageSettings)
        _require_place(objects_url(settings))
        return asyncio.run(read_run(open_object_store(settings), target))
    except SettingsError as exc:
        raise refuse(exc) from None
    except NotArchivedError as exc:
        raise click.ClickException(f"{exc}\n{_WHERE.format(objects_url(settings))}") from exc
    except ObjectStoreUnavailableError as exc:
        raise click.ClickException(f"{objects_url(settings)}: {exc}") from exc


def _require_place(url: str) -> None:
    """To open a folder would make it: who only looks leaves nothing behind."""
    from .show_target import NotArchivedError

    folder = url.removeprefix("file://")
    if "://" not in folder and not Path(folder).is_dir():
        raise NotArchivedError("there is no archive yet")


def _only(document: dict[str, Any], wanted: str) -> dict[str, Any]:
    """The document with this job alone."""
    jobs = document["jobs"]
    found = [job for job in jobs if wanted in {str(job["job_id"]), job["job_name"]}]
    fitting = found or [job for job in jobs if wanted.lower() in job["job_name"].lower()]
    if not fitting:
        raise click.ClickException(f"the run has no job {wanted!r}; it has {_listed(jobs)}")
    if len(fitting) > 1:
        raise click.ClickException(f"{wanted!r} may be any of {_listed(fitting)}: give its id")
    return {**document, "jobs": fitting}


def _listed(jobs: list[dict[str, Any]]) -> str:
    return ", ".join(f"{job['job_id']} ({job['job_name']})" for job in jobs) or "none"


def _drawn(document: dict[str, Any], *, is_job: bool) -> str:
    from .show_drawing import draw_job, draw_run
    from .terminal import open_console

    draw = draw_job if is_job else draw_run
    return draw(document, open_console())


def _write(file: Path, document: dict[str, Any], *, is_whole: bool) -> None:
    from .show_html import run_page

    try:
        file.write_text(run_page(document, is_whole=is_whole), encoding="utf-8")
    except OSError as exc:
        raise click.ClickException(f"cannot write {file}: {exc.strerror}") from exc
    click.echo(f"written: {file}", err=True)
