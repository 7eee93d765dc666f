"""`analyse`: a job and its samples in; what its steps used, and were short of, on the terminal."""

import os
import sys
from math import isfinite, nan
from pathlib import Path

import click

EXAMPLES = """\b
Examples:
  python -m src analyse job.json samples.jsonl
  python -m src analyse jobs.json samples.jsonl --job 34970679534 --json
  python -m src analyse job.json samples.jsonl --threshold cpu_bound=95
  gh api repos/OWNER/NAME/actions/jobs/ID > job.json
"""
PLAIN_WIDTH = 120  # off a terminal, unless COLUMNS says otherwise


class BadInputError(click.ClickException):
    """A file or a threshold that is of no use."""

    exit_code = 2


def _parse_thresholds(
    _ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, float]:
    thresholds = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            thresholds[name] = float(number)
        except ValueError:
            thresholds[name] = nan
        if not isfinite(thresholds[name]):
            raise click.BadParameter(f"{text!r} is not NAME=NUMBER")
    return thresholds


@click.command(epilog=EXAMPLES)
@click.argument("job_file", metavar="JOB.json", type=click.Path(path_type=Path))
@click.argument("samples_file", metavar="SAMPLES.jsonl", type=click.Path(path_type=Path))
@click.option("--job", "job_id", type=int, help="Id of the job, where JOB.json has several.")
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parse_thresholds,
    help="Judge by another threshold; docs/telemetry.md lists them. May be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
def command(
    job_file: Path,
    samples_file: Path,
    job_id: int | None,
    thresholds: dict[str, float],
    *,
    as_json: bool,
) -> None:
    """Tell what each step of a job used, and what it was short of.

    JOB.json is a workflow_job webhook's body, a REST job or a REST list of jobs; SAMPLES.jsonl has
    a batch of samples on each line.
    """
    from ..analysis.judge import judge
    from ..analysis.rules import ThresholdError
    from ..shared.errors import TelemetryError
    from .analyse_job import read_job
    from .analyse_samples import read_samples

    try:
        given = read_job(job_file, job_id)
        samples = read_samples(samples_file, given.told)
        verdict = judge(given.job, samples.batches, thresholds=thresholds)
    except (TelemetryError, ThresholdError) as exc:
        raise BadInputError(str(exc)) from exc
    if as_json:
        from .analyse_json import verdict_json

        click.echo(verdict_json(verdict, samples.complaints))
        return
    from rich.console import Console

    from .analyse_drawing import draw

    click.echo(draw(verdict, samples.complaints, Console(width=_width(), highlight=False)))


def _width() -> int | None:
    """None lets a terminal say it itself."""
    is_told = sys.stdout.isatty() or "COLUMNS" in os.environ
    return None if is_told else PLAIN_WIDTH
