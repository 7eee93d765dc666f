"""A verdict in; the same drawn for the eye, out."""

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from ..analysis.amounts import say_bytes, say_seconds
from ..analysis.failures import say_failure
from ..analysis.leaders import TITLE, leaders
from ..analysis.remarks import remarks
from ..analysis.right_size import LARGER, RIGHT, SMALLER, UNKNOWN
from ..analysis.step_words import ending
from ..analysis.usage import JobUsage
from ..analysis.verdict import Verdict, findings
from .analyse_steps import finding_style, steps_table
from .analyse_texts import columns, item, shown_bytes, text
from .terminal import drawn

_SIZE_STYLES = {RIGHT: "green", SMALLER: "yellow", LARGER: "red", UNKNOWN: "dim"}


def draw(verdict: Verdict, complaints: Sequence[str], console: Console) -> str:
    """The sentence, the steps, the findings and who did most, as wide as the console."""
    return drawn(_sections(verdict, complaints, console.width), console)


def _sections(
    verdict: Verdict, complaints: Sequence[str], width: int
) -> Iterator[Sequence[RenderableType]]:
    yield [text(_heading(verdict.usage), "dim"), text(verdict.sentence, "bold")]
    yield [steps_table(verdict, width)]
    parts = (_failure(verdict), _shortages(verdict), _processes(verdict, width))
    yield from filter(None, map(list, parts))
    yield [_size(verdict)]
    yield from filter(None, [list(_remarks(verdict.usage, complaints))])


def _heading(used: JobUsage) -> str:
    machine, seconds = used.machine, used.usage.seconds
    size = (
        f"{machine.cores_allowed:g} cores, {say_bytes(machine.memory_allowed_bytes)}"
        if machine
        else "an unknown machine"
    )
    lasted = "an unknown time" if seconds is None else say_seconds(seconds)
    return " · ".join(filter(None, (used.job.name, ending(used.job.conclusion), lasted, size)))


def _shortages(verdict: Verdict) -> Iterator[RenderableType]:
    """Each step's, the strongest first, with what to do; then what only the whole job shows."""
    found = list(findings(verdict))
    if found:
        yield text("Bottlenecks", "bold")
    for step, of_step in found:
        name = f"{step.step.number} {step.step.name}" if step else "The job as a whole"
        yield text(f"  {name}")
        for finding in of_step:
            yield item("    •", finding.words, finding_style(finding))
            yield item("     ", finding.advice, "dim")


def _processes(verdict: Verdict, width: int) -> Iterator[RenderableType]:
    """Those who used most CPU or held most memory."""
    most = leaders(verdict.usage.usage)
    if not most:
        return
    rows = [
        (
            text(process.name),
            Text(str(process.seen)),
            Text(say_seconds(process.cpu_seconds)),
            # Who came and went between two looks held something, but nobody saw how much.
            shown_bytes(process.memory_max_bytes or None),
            shown_bytes(process.read_bytes),
            shown_bytes(process.written_bytes),
        )
        for process in most
    ]
    headings = ("Process", "Seen", "CPU time", "Memory", "Read", "Written")
    spare = ("Written", "Read", "Seen")
    shown = columns(headings, rows, width - 2, left={"Process"}, spare=spare)
    yield text(TITLE, "bold")
    yield Padding(shown, (0, 0, 0, 2))


def _size(verdict: Verdict) -> RenderableType:
    size = verdict.right_size
    why = size.words[:1].upper() + size.words[1:]
    return text(f"{verdict.of_size}. {why}.", _SIZE_STYLES[size.verdict])


def _failure(verdict: Verdict) -> Iterator[RenderableType]:
    failure = verdict.failure
    if failure is None:
        return
    yield text("Why it failed", "bold")
    yield item("  •", say_failure(failure), "red")
    yield item("   ", failure.advice, "dim")


def _remarks(used: JobUsage, complaints: Sequence[str]) -> Iterator[RenderableType]:
    for words in (*complaints, *remarks(used)):
        yield item("!", words, "yellow")
