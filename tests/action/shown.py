"""A finished job in; what it shows of itself and what the judge says of its steps, out."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from src.analysis.judge import judge
from src.analysis.timeline import Job
from src.analysis.timeline import Step as ToldStep
from src.analysis.usage import StepUsage
from src.analysis.verdict import Verdict
from src.model import batches
from src.model.samples import Batch, ProcessGroup
from tests.action.runner import Finished

FAST = "0.2"
NOTICE = "::notice title=GitHub Telemetry::"
POST = "Post Run someone/github-telemetry@v1"
ROW = re.compile(r"^\| \d+ \| <code>([^<]+)</code>", re.MULTILINE)
SECOND_MS = 1000


def python(script: str) -> str:
    """A command line that runs this Python; no single quotes in it."""
    return f"{sys.executable} -I -S -c '{script}'; true"


def burn(seconds: float) -> str:
    """A script that uses so much CPU time."""
    return python(f"import time\nwhile time.process_time() < {seconds}: pass")


def folder(done: Finished) -> Path:
    return Path(done.env["TELEMETRY_DIR"])


def rows(done: Finished) -> list[str]:
    """The steps in the summary's table; another test may run its own on this machine meanwhile."""
    keys = {each.key for each in done.ran}
    names = [re.sub(r"&#95;", "_", name).split(" · ")[0] for name in ROW.findall(done.summary)]
    return [name for name in names if name.removeprefix("Post ") in keys]


def notices(done: Finished) -> list[str]:
    return [line.removeprefix(NOTICE) for line in done.output.splitlines() if NOTICE in line]


def sampled(done: Finished) -> list[Batch]:
    """All that was seen, but for the steps of another test's job on this machine meanwhile."""
    keys = {each.key for each in done.ran}
    lines = (folder(done) / "batches.jsonl").read_bytes().splitlines()
    found = [batches.decode(line) for line in lines]
    for batch in found:
        batch.owners = [owner for owner in batch.owners if owner.key in keys]
    return found


def owner_cpu_seconds(done: Finished, key: str) -> float:
    """What the processes with this key used, all in all."""
    last = sampled(done)[-1]
    [ticks] = [owner.cpu_ticks[-1] for owner in last.owners if owner.key == key]
    return ticks / last.host.ticks_per_second


def processes_of(done: Finished, key: str) -> list[ProcessGroup]:
    """Those with this key, by name, as far as they were among those that did most."""
    told = (batches.decode_processes(batch.processes) for batch in sampled(done))
    return [group for groups in told for group in groups if group.owner == key]


def verdict_on(done: Finished, *, whole_ms: int = 1) -> Verdict:
    """The judge's, who is told the steps' times in units of so many milliseconds, cut off."""
    told = tuple(
        ToldStep(number, each.name, _cut(each.start_ms, whole_ms), _cut(each.end_ms, whole_ms))
        for number, each in enumerate(done.ran, 1)
    )
    start_ms, end_ms = _cut(done.ran[0].start_ms, whole_ms), _cut(done.ran[-1].end_ms, whole_ms)
    return judge(Job("build", start_ms, end_ms, told), sampled(done))


def used_by_step(done: Finished, *, whole_ms: int = 1) -> Mapping[str, StepUsage]:
    """By the steps' names."""
    return {each.step.name: each for each in verdict_on(done, whole_ms=whole_ms).usage.steps}


def assert_cpu_is_true(done: Finished, *names: str, whole_ms: int = 1) -> None:
    """Against getrusage of the steps' own programs."""
    used = used_by_step(done, whole_ms=whole_ms)
    for name in names:
        usage = used[name].usage
        own_seconds = (usage.cpu_seconds or 0) - (usage.cpu_seconds_by_time or 0)
        assert own_seconds == pytest.approx(done.step(name).cpu_seconds, rel=0.03), (name, usage)


def assert_untouched(done: Finished) -> None:
    """Whatever became of telemetry, the job ran to its end."""
    assert {each.conclusion for each in done.ran} == {"success"}


def _cut(time_ms: int, whole_ms: int) -> int:
    return time_ms // whole_ms * whole_ms
