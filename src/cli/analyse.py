"""`analyse`: a job and its samples in; what its steps used, and were short of, on the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..analysis.usage import JobUsage

EXAMPLES = """\b
Examples:
  python -m src analyse job.json samples.jsonl
  python -m src analyse jobs.json samples.jsonl --job 34970679534 --json
  python -m src analyse job.json samples.jsonl --threshold cpu_bound=95
  python -m src analyse samples.jsonl
  gh api repos/OWNER/NAME/actions/jobs/ID > job.json
"""
MOST_FILES = 2


class BadInputError(click.ClickException):
    """A file that is of no use."""

    exit_code = 2


def _parse_thresholds(
    _ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, float]:
    from .analyse_thresholds import BadThresholdError, parse_threshold

    try:
        return dict(parse_threshold(text) for text in texts)
    except BadThresholdError as exc:
        raise click.BadParameter(str(exc)) from exc


@click.command(epilog=EXAMPLES)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="[JOB.json] SAMPLES.jsonl",
    type=click.Path(path_type=Path),
)
@click.option("--job", "job_id", type=int, help="Id of the job, where JOB.json has several.")
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parse_thresholds,
    help="Judge by another threshold (cpu_bound=95, disk_full=1GiB); docs/telemetry.md lists them."
    " May be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
def command(
    files: tuple[Path, ...], job_id: int | None, thresholds: dict[str, float], *, as_json: bool
) -> None:
    """Tell what each step of a job used, and what it was short of.

    JOB.json is a workflow_job webhook's body, a REST job or a REST list of jobs; SAMPLES.jsonl has
    a batch of samples on each line. Without a job, all that was sampled is taken as one step.
    """
    from ..analysis.verdict import conclude
    from ..shared.errors import TelemetryError

    try:
        used, complaints = _measured(files, job_id)
    except TelemetryError as exc:
        raise BadInputError(str(exc)) from exc
    verdict = conclude(used, thresholds=thresholds)
    if as_json:
        from .analyse_json import verdict_json

        click.echo(verdict_json(verdict, complaints))
        return
    from .analyse_drawing import draw
    from .terminal import open_console

    click.echo(draw(verdict, complaints, open_console()))


def _measured(files: tuple[Path, ...], job_id: int | None) -> "tuple[JobUsage, list[str]]":
    """What the job used, and what is wrong with the files."""
    from ..analysis.measure import measure
    from .analyse_alone import measured_alone
    from .analyse_job import read_job
    from .analyse_samples import read_samples

    if len(files) > MOST_FILES:
        raise BadInputError("give JOB.json and SAMPLES.jsonl, or SAMPLES.jsonl alone")
    if len(files) < MOST_FILES:
        return measured_alone(files[0])
    job_file, samples_file = files
    given = read_job(job_file, job_id)
    samples = read_samples(samples_file, given.told, given.repository_id)
    return measure(given.job, samples.batches), [*given.complaints, *samples.complaints]
