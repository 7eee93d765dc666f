"""A verdict in; the report's sections of words, as HTML, out."""

from __future__ import annotations

from typing import Iterable, Optional, Sequence

from ...analysis.amounts import number, say_clock, say_seconds
from ...analysis.diagnosis import Finding
from ...analysis.remarks import remarks
from ...analysis.series import Span
from ...analysis.usage import StepUsage
from ...analysis.verdict import Verdict, findings
from ...charts.markup import element, prose, text
from .phrases import UNKNOWN, failed, percent, sentence, size, step_name
from .stages import Stage
from .tables import name, table

_MOST_FOUND = 100


def verdict_line(verdict: Verdict) -> str:
    """The one sentence."""
    pieces = (name(each.words) if each.is_name else prose(each.words) for each in sentence(verdict))
    return element("p", {"class": "verdict"}, *pieces)


def cards(verdict: Verdict) -> str:
    """The job's figures at a glance."""
    usage, machine = verdict.usage.usage, verdict.usage.machine
    of_memory = f"of {size(machine.memory_allowed_bytes)}" if machine else ""
    of_cores = f"of {number(machine.cores_allowed)} cores; " if machine else ""
    shown = (
        ("Time", UNKNOWN if usage.seconds is None else say_seconds(usage.seconds), ""),
        (
            "CPU, mean",
            percent(usage.cpu_percent_mean),
            f"{of_cores}{percent(usage.cpu_percent_max)} at most",
        ),
        ("Memory, peak", size(usage.memory_max_bytes), of_memory),
        ("Disk read", size(usage.disk_read_bytes), f"{size(usage.disk_written_bytes)} written"),
        ("Network in", size(usage.network_received_bytes), f"{size(usage.network_sent_bytes)} out"),
    )
    return element(
        "dl",
        {"class": "cards"},
        *(
            element(
                "div",
                {},
                element("dt", {}, text(label)),
                element(
                    "dd",
                    {},
                    prose(value),
                    element("small", {}, prose(more)) if more else "",
                ),
            )
            for label, value, more in shown
        ),
    )


def shortages(verdict: Verdict) -> str:
    """What each step was short of, the strongest first, with what to do."""
    found = list(findings(verdict))
    if not found:
        return ""
    items = [_found(step, of_step) for step, of_step in found[:_MOST_FOUND]]
    rest = len(found) - _MOST_FOUND
    more = element("p", {}, f"And of {rest} more steps.") if rest > 0 else ""
    return element("h2", {}, "Bottlenecks") + element("ul", {}, *items) + more


def failure(verdict: Verdict) -> str:
    """Why a job failed, as far as it did."""
    if verdict.failure is None:
        return ""
    return element("h2", {}, "Why it failed") + element("p", {}, prose(failed(verdict.failure)))


def notes(verdict: Verdict, complaints: Iterable[str]) -> str:
    """What has to be known to read the figures right."""
    said = [*complaints, *remarks(verdict.usage)][:_MOST_FOUND]
    return "".join(element("p", {"class": "note"}, prose(note)) for note in said)


def stage_list(stages: Sequence[Stage], span: Span) -> str:
    """When each began, from the beginning of the job."""
    if not stages:
        return ""
    rows = [
        [say_clock((span.clamped(stage.time_ms) - span.start_ms) / 1000), name(stage.name)]
        for stage in stages[:_MOST_FOUND]
    ]
    return element("h2", {}, "Stages") + table("Stages", {"After": "left", "Stage": "name"}, rows)


def _found(step: Optional[StepUsage], of_step: Iterable[Finding]) -> str:
    whose = name(step_name(step)) if step else "The job as a whole"
    told = (
        element(
            "li",
            {},
            prose(f"{finding.words}. "),
            element("span", {"class": "faint"}, prose(finding.advice)),
        )
        for finding in of_step
    )
    return element("li", {}, whose, element("ul", {}, *told))
