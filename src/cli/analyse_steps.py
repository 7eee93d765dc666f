"""A verdict in; its steps as a table out, as wide as there is room."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from ..analysis.amounts import say_clock
from ..analysis.diagnosis import EVENT, NOT_OVER, Diagnosis, Finding
from ..analysis.step_words import HEALTHY, SHORT, STOPPED, UNJUDGED, step_word
from ..analysis.usage import StepUsage, Usage
from ..analysis.verdict import Verdict
from .analyse_texts import columns, shown_bytes, shown_sum, text

BAR_WIDTH = 12
_EIGHTHS = ("", *"▏▎▍▌▋▊▉")
_HOT_PERCENT, _WARM_PERCENT = 80.0, 50.0
_WORD_STYLES = {STOPPED: "bold red", SHORT: "red", HEALTHY: "green", UNJUDGED: "dim"}
_BAR = ""  # needs no heading beside the percentage
_OWN, _ALL, _DISK, _NETWORK = "Own memory", "Memory in all", "Disk I/O", "Network"
_HEADINGS = ("#", "Step", "Time", "CPU", _BAR, _OWN, _ALL, _DISK, _NETWORK, "Verdict")
_SPARE = (_BAR, _NETWORK, _DISK, _OWN, _ALL, "CPU")  # the first goes first where room is short


def steps_table(verdict: Verdict, width: int) -> Table:
    """A row a step; its name has what room is left."""
    rows = [list(_row(step, verdict.diagnoses[step.step.number])) for step in verdict.usage.steps]
    return columns(_HEADINGS, rows, width, left={"Step", _BAR, "Verdict"}, spare=_SPARE)


def finding_style(finding: Finding) -> str:
    """What stopped work stands out."""
    return "bold red" if finding.strength >= EVENT else "red"


def _row(step: StepUsage, diagnosis: Diagnosis) -> Iterator[Text]:
    usage = step.usage
    yield Text(str(step.step.number), "dim")
    yield text(step.step.name)
    yield Text(_time(usage, diagnosis))
    yield Text("" if usage.cpu_percent_mean is None else f"{usage.cpu_percent_mean:.0f} %")
    yield _bar(usage.cpu_percent_mean)
    yield shown_bytes(usage.memory_own_max_bytes)
    yield shown_bytes(usage.memory_max_bytes)
    yield shown_sum(usage.disk_read_bytes, usage.disk_written_bytes)
    yield shown_sum(usage.network_received_bytes, usage.network_sent_bytes)
    yield _word(step, diagnosis)


def _time(usage: Usage, diagnosis: Diagnosis) -> str:
    """How long it took; of what goes on, how long it was seen."""
    if diagnosis.unjudged == NOT_OVER:
        return f"{say_clock(usage.covered_seconds)} so far"
    return "" if usage.seconds is None else say_clock(usage.seconds)


def _word(step: StepUsage, diagnosis: Diagnosis) -> Text:
    words, kind = step_word(step, diagnosis)
    return Text(words, _WORD_STYLES[kind])


def _bar(percent: float | None) -> Text:
    if percent is None:
        return Text("")
    whole, eighths = divmod(round(min(max(percent, 0.0), 100.0) / 100 * BAR_WIDTH * 8), 8)
    hot = "red" if percent >= _HOT_PERCENT else "yellow" if percent >= _WARM_PERCENT else "green"
    return Text("█" * whole + _EIGHTHS[eighths], hot)
