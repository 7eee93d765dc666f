"""`simulate`: a day's deliveries and samples, written with the truth beside them, or posted."""

from datetime import UTC, datetime
from pathlib import Path

import click

from ..model.times import parse_time
from ..simulate.days import DEFAULT_RUNS, simulate_day
from .recorded import JOBS, SAMPLES
from .simulate_files import JSONL_NAME, require_empty, write_day
from .simulate_post import post_day


def _parse_end(_ctx: click.Context, _param: click.Parameter, text: str | None) -> datetime:
    end = parse_time(text) if text else datetime.now(UTC)
    if end is None:
        raise click.BadParameter(f"{text!r} is no ISO time")
    return end


@click.command(
    epilog="""\b
Examples:
  python -m src simulate --seed 7 --runs 60 --out day
  python -m src simulate --end 2025-06-30T18:00:00Z --format jsonl --out day
  python -m src simulate --runs 4 --samples --out day
  python -m src simulate --runs 10 --url
  python -m src simulate --runs 10 --url http://127.0.0.1:8080/webhook
"""
)
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same day.")
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=DEFAULT_RUNS,
    show_default=True,
    help="Workflow runs.",
)
@click.option("--end", callback=_parse_end, help="ISO time at which the day ends.  [default: now]")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="An empty folder to write to.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["files", "jsonl"]),
    default="files",
    show_default=True,
    help=f"A file for each body, or one line for each delivery in {JSONL_NAME}.",
)
@click.option(
    "--samples",
    "with_samples",
    is_flag=True,
    help=f"Also {JOBS}/JOB_ID.json and {SAMPLES}/JOB_ID.jsonl, for `analyse`.",
)
@click.option(
    "--url",
    is_flag=False,
    flag_value="",
    help="A webhook to post to instead, with the samples beside it.  [without URL: that of `up`]",
)
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Posts a second.")
def command(
    *,
    seed: int,
    runs: int,
    end: datetime,
    out: Path | None,
    layout: str,
    with_samples: bool,
    url: str | None,
    rate: float | None,
) -> None:
    """Write a simulated day of deliveries, and the truth about it; or post it to a webhook.

    Bodies are files named 0001.EVENT.ACTION.DELIVERY_ID.json in the order of their arrival;
    truth.json says what the tables must say of them, and of samples what the steps used.

    Posted, they are signed with GITHUB_WEBHOOK_SECRET and SAMPLES_KEYS, or with what `up` keeps;
    some samples then come late, some twice, some never.
    """
    if (out is None) == (url is None):
        raise click.UsageError("Give --out FOLDER to write to, or --url URL to post to.")
    if out:
        require_empty(out)
    click.echo(f"Simulating {runs} runs …", err=True)
    day = simulate_day(seed, end, runs)
    if out:
        write_day(day, out, layout, with_samples=with_samples)
    elif url is not None:
        post_day(day, url, rate)
