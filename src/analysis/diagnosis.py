"""What a span used and the rules in; what it was short of, in words with figures, out.

Strength is comparable between rules: 0 at the threshold, 1 where nobody doubts, 2 for what stopped
work altogether (out of memory, a full disk).
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .amounts import say, say_seconds
from .figures import UNITS, figures, is_beside_others, percent
from .rule import Limit, Rule
from .rules import ENOUGH_PERCENT, RULES, SHORT_SECONDS
from .usage import NONE, Machine, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Optional

PLAIN, EVENT = 1.0, 2.0

NOT_OVER = "it is not over"
"""Why nothing is said of a step that goes on: what else may have come since is not known."""


class Evidence(NamedTuple):
    """A figure that speaks for a finding: its name as in `figures.UNITS`, and its unit."""

    name: str
    value: float
    unit: str


class Finding(NamedTuple):
    """A bottleneck, what shows it and what to do about it."""

    rule: str
    strength: float
    words: str
    advice: str
    evidence: tuple[Evidence, ...]


class Diagnosis(NamedTuple):
    """The findings about a span, the strongest first: the first is *the* bottleneck.

    `unjudged` says why a span was not judged; what happened for certain is found all the same.
    """

    findings: tuple[Finding, ...] = ()
    unjudged: Optional[str] = None


def diagnose(
    usage: Usage,
    machine: Optional[Machine],
    rules: Iterable[Rule] = RULES,
    *,
    has_failed: bool = False,
    is_under_way: bool = False,
    cpu_others_percent: Optional[float] = None,
) -> Diagnosis:
    """What a step or a job was short of; nothing where it was healthy."""
    unjudged = NOT_OVER if is_under_way else _unjudged(usage)
    known = figures(usage, machine, cpu_others_percent)
    fitting = [
        rule
        for rule in rules
        if (rule.is_event or not unjudged)
        and all(_holds(limit, known, has_failed=has_failed) for limit in rule.limits)
    ]
    explained = {name for rule in fitting for name in rule.explains}
    findings = [_finding(r, known, usage) for r in fitting if r.name not in explained]
    return Diagnosis(_strongest_first(findings), unjudged)


def _holds(limit: Limit, known: dict[str, Optional[float]], *, has_failed: bool) -> bool:
    return (has_failed and limit.or_failed) or limit.holds(known[limit.figure])


def _unjudged(usage: Usage) -> Optional[str]:
    """Why there is nothing to be said of a span, or None."""
    seconds, seen = usage.seconds, usage.covered_seconds
    if usage.samples == NONE:
        return "nothing was seen of it"
    if seconds is not None and seconds < SHORT_SECONDS:
        return f"under {say_seconds(SHORT_SECONDS)}"
    if is_hardly_seen(usage, SHORT_SECONDS):
        whole = "" if seconds is None else f" of {say_seconds(seconds)}"
        return f"too little was seen: {say_seconds(seen)}{whole}"
    return None


def is_hardly_seen(usage: Usage, enough_seconds: float) -> bool:
    """Whether less than half was seen; of what has no known length, less than so many seconds."""
    share = percent(usage.covered_seconds, usage.seconds)
    return usage.covered_seconds < enough_seconds if share is None else share < ENOUGH_PERCENT


def _finding(rule: Rule, known: dict[str, Optional[float]], usage: Usage) -> Finding:
    names = dict.fromkeys((*(limit.figure for limit in rule.limits), *rule.shown))
    values = {name: known[name] for name in names}
    evidence = tuple(Evidence(n, v, UNITS[n]) for n, v in values.items() if v is not None)
    words = f"{rule.title}: {_said(rule.words, known)}{_who(rule, usage)}"
    # Of a command its neighbours are told apart.
    words += _beside(usage) if known["cpu_others_percent"] is None else ""
    return Finding(rule.name, _strength(rule, known), words, rule.advice, evidence)


def _said(words: str, known: dict[str, Optional[float]]) -> str:
    """The rule's words with their figures; a clause whose figure is unknown is left out."""
    said = {name: say(value, UNITS[name]) for name, value in known.items() if value is not None}
    unknown = [f"{{{name}}}" for name, value in known.items() if value is None]
    clauses = [
        clause for clause in words.split(", ") if not any(name in clause for name in unknown)
    ]
    return ", ".join(clauses).format_map(said)


def _who(rule: Rule, usage: Usage) -> str:
    """The process that leads, where it is known and matters."""
    by = {"cpu": usage.top_by_cpu, "memory": usage.top_by_memory}.get(rule.top)
    return f"; first of all {by[0].name}" if by else ""


def _beside(usage: Usage) -> str:
    """What was seen of the machine may be others' doing, too."""
    return "; other steps ran at the same time" if is_beside_others(usage) else ""


def _strength(rule: Rule, known: dict[str, Optional[float]]) -> float:
    if rule.is_event:
        return EVENT
    first = rule.limits[0]
    value = known[first.figure]
    if value is None or first.plain is None:
        return PLAIN
    way = first.plain - first.threshold
    # A threshold that was moved beyond what is plain leaves no doubt.
    is_short = way >= 0 if first.at_most else way <= 0
    return PLAIN if is_short else min((value - first.threshold) / way, PLAIN)


def _strongest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each bottleneck once; of two as strong, the one whose rule comes first."""
    best: dict[str, Finding] = {}
    for finding in findings:
        known = best.setdefault(finding.rule, finding)
        if finding.strength > known.strength:
            best[finding.rule] = finding
    return tuple(sorted(best.values(), key=lambda finding: -finding.strength))
