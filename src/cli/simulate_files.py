"""A simulated day in; files of its deliveries, of its jobs' samples and of the truth out."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from ..model.batches import encode
from ..model.times import format_time
from ..simulate.days import Day
from ..simulate.deliveries import Delivery
from ..simulate.sampled_jobs import SampledJob, sampled_jobs
from ..simulate.truth import truth_json
from ..simulate.usage import UsageTruth
from .recorded import JOBS, SAMPLES

JSONL_NAME = "deliveries.jsonl"


def write_day(day: Day, out: Path, layout: str, *, with_samples: bool) -> None:
    """All of it, and a word on where it is; `layout` is files or jsonl."""
    # At least four digits, and as many as it takes for names to sort as numbers do.
    digits = max(4, len(str(len(day.deliveries))))
    with click.progressbar(day.deliveries, label="Writing deliveries", file=sys.stderr) as shown:
        _write_lines(out, shown) if layout == "jsonl" else _write_files(out, shown, digits)
    usage = _write_samples(out, sampled_jobs(day.planned)) if with_samples else None
    (out / "truth.json").write_text(truth_json(day.truth, usage), encoding="utf-8")
    totals = day.truth.totals
    click.echo(f"{len(day.deliveries)} deliveries of {totals.runs} run attempts in {out}")
    if usage is not None:
        click.echo(_what_next(out, usage))


def _what_next(folder: Path, usage: Iterable[UsageTruth]) -> str:
    """Which jobs have samples, and how to look at the one that took longest."""
    seconds: dict[int, float] = {}
    for step in usage:
        seconds[step.job_id] = seconds.get(step.job_id, 0.0) + step.seconds
    if not seconds:
        return "No job has samples: none ran to its end on Linux, where the sampler runs"
    longest = max(seconds, key=lambda job_id: seconds[job_id])
    files = f"{folder / JOBS / str(longest)}.json {folder / SAMPLES / str(longest)}.jsonl"
    return f"{len(seconds)} jobs with samples (Linux only); try: python -m src analyse {files}"


def require_empty(folder: Path) -> None:
    """Make the folder, or refuse one that has anything in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        # Two days in one folder would be replayed as one, and match neither truth.
        raise click.ClickException(f"{folder} is not empty")


def _write_files(folder: Path, deliveries: Iterable[Delivery], digits: int) -> None:
    for number, delivery in enumerate(deliveries, 1):
        action = json.loads(delivery.body)["action"]
        name = f"{number:0{digits}}.{delivery.event}.{action}.{delivery.delivery_id}.json"
        (folder / name).write_bytes(delivery.body)


def _write_lines(folder: Path, deliveries: Iterable[Delivery]) -> None:
    with (folder / JSONL_NAME).open("w", encoding="utf-8") as lines:
        for delivery in deliveries:
            line = {
                "at": format_time(delivery.at),
                "event": delivery.event,
                "delivery_id": delivery.delivery_id,
                "body": delivery.body.decode(),
            }
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def _write_samples(folder: Path, jobs: Iterable[SampledJob]) -> list[UsageTruth]:
    """A job's completion and the batches of its sampler, one a line; returns what it used."""
    for name in (JOBS, SAMPLES):
        (folder / name).mkdir()
    usage: list[UsageTruth] = []
    for job in jobs:
        (folder / JOBS / f"{job.job_id}.json").write_bytes(job.body)
        with (folder / SAMPLES / f"{job.job_id}.jsonl").open("wb") as lines:
            lines.writelines(encode(batch) + b"\n" for batch in job.batches)
        usage.extend(job.usage)
    return usage
