"""A verdict in; its steps as a table out, as wide as there is room."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from ..analysis.diagnosis import EVENT, Diagnosis, Finding
from ..analysis.rules import RULE_BY_NAME, SHORT_SECONDS
from ..analysis.usage import NONE, StepUsage
from ..analysis.verdict import Verdict
from .analyse_texts import columns, shown_bytes, shown_sum, text

WIDE = 100  # from here on there is room for bars
BAR_WIDTH = 12
_EIGHTHS = ("", *"▏▎▍▌▋▊▉")
_HOT_PERCENT, _WARM_PERCENT = 80.0, 50.0
_BAR = ""  # needs no heading beside the percentage


def steps_table(verdict: Verdict, width: int) -> Table:
    """A row a step; its name has what room is left."""
    is_wide = width >= WIDE
    headings = ("Time", "CPU", *([_BAR] if is_wide else []), "Memory", "Disk I/O", "Network")
    rows = [
        list(_row(step, verdict.diagnoses[step.step.number], is_wide=is_wide))
        for step in verdict.usage.steps
    ]
    return columns(("#", "Step", *headings, "Verdict"), rows, width, left={"Step", _BAR, "Verdict"})


def finding_style(finding: Finding) -> str:
    """What stopped work stands out."""
    return "bold red" if finding.strength >= EVENT else "red"


def _row(step: StepUsage, diagnosis: Diagnosis, *, is_wide: bool) -> Iterator[Text]:
    usage = step.usage
    yield Text(str(step.step.number), "dim")
    yield text(step.step.name)
    yield Text(_clock(usage.seconds))
    yield Text("" if usage.cpu_percent_mean is None else f"{usage.cpu_percent_mean:.0f} %")
    if is_wide:
        yield _bar(usage.cpu_percent_mean)
    yield shown_bytes(usage.memory_max_bytes)
    yield shown_sum(usage.disk_read_bytes, usage.disk_written_bytes)
    yield shown_sum(usage.network_received_bytes, usage.network_sent_bytes)
    yield _word(step, diagnosis)


def _word(step: StepUsage, diagnosis: Diagnosis) -> Text:
    """The verdict on a step in a word or two."""
    if diagnosis.findings:
        first = diagnosis.findings[0]
        return Text(RULE_BY_NAME[first.rule].title.removeprefix("a "), finding_style(first))
    usage = step.usage
    if step.step.conclusion == "skipped" or usage.seconds is None:
        return Text(step.step.conclusion or "", "dim")
    if usage.seconds < SHORT_SECONDS:
        return Text("short", "dim")
    if usage.samples == NONE:
        return Text("not seen", "dim")
    return Text("hardly seen", "dim") if diagnosis.unjudged else Text("healthy", "green")


def _bar(percent: float | None) -> Text:
    if percent is None:
        return Text("")
    whole, eighths = divmod(round(min(max(percent, 0.0), 100.0) / 100 * BAR_WIDTH * 8), 8)
    hot = "red" if percent >= _HOT_PERCENT else "yellow" if percent >= _WARM_PERCENT else "green"
    return Text("█" * whole + _EIGHTHS[eighths], hot)


def _clock(seconds: float | None) -> str:
    """`0:45`, `12:05`, `3:07:20`."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
