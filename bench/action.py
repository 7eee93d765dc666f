"""Rounds in, a table out: how much longer a job is with our action in it.

    python -m bench action

The tests' stand-in for a runner runs a short job from a checkout of its own, as a runner fetches
one for each job: nothing in it is compiled. The shims need Node, which the tests bring.
"""

import os
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.action.runner import Ran, Runner, Step

from .sampler_start import fresh_checkout
from .tables import figure, markdown

WORK = (Step("Build", run="sleep 2"), Step("Test", run="sleep 2"))
SUM = "in all"

_PARTS = {"Pre": "before the steps", "Run": "its own step", "Post": "after the steps"}
_HEADS = ("what the action adds to a job", "wall, ms: median", "least", "most", "CPU ms")


def action_table(rounds: int) -> str:
    """Medians; CPU time is that of the shims and what they wait for, the sampler not among it."""
    jobs = [_hooks_of_a_job() for _ in range(rounds)]
    rows = []
    for part in (*_PARTS.values(), SUM):
        walls, cpus = zip(*(job[part] for job in jobs), strict=True)
        told = (median(walls), min(walls), max(walls), median(cpus))
        rows.append([part, *(figure(seconds * 1000) for seconds in told)])
    load = os.getloadavg()[0]
    return f"Of {rounds} jobs; load average {load:.1f}.\n\n{markdown(_HEADS, rows)}"


def _hooks_of_a_job() -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of each part."""
    with TemporaryDirectory() as name:
        checkout = fresh_checkout(Path(name) / "checkout")
        runner = Runner(Path(name) / "runner", action=checkout, env={"PATH": _path()})
        ran = runner.run([runner.telemetry(), *WORK]).ran
    hooks = {_PARTS[first]: each for each in ran if (first := each.name.split()[0]) in _PARTS}
    found = {part: _seconds(hooks[part]) for part in _PARTS.values() if part in hooks}
    wall, cpu = (sum(each) for each in zip(*found.values(), strict=True))
    return {**found, SUM: (wall, cpu)}


def _path() -> str:
    """With a Python that is one: a version manager's script before it takes as long as a hook."""
    return f"{Path(sys.executable).resolve().parent}{os.pathsep}{os.environ['PATH']}"


def _seconds(ran: Ran) -> tuple[float, float]:
    return ran.ended - ran.started, ran.cpu_seconds
