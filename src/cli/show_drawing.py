"""A run's document in; the same drawn for the eye, out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, RenderableType

from ..analysis.amounts import say_seconds
from ..analysis.step_words import STOPPED, ending
from ..model.ids import FIRST_ATTEMPT
from ..model.times import parse_time
from .analyse_drawing import draw
from .analyse_texts import item, text
from .show_jobs import ShownJob, shown_jobs
from .show_tree import shown_steps, tree
from .show_waiting import run_waiting, waiting_in_words
from .terminal import drawn

_SHORT_COMMIT = 10


def draw_run(document: Mapping[str, Any], console: Console) -> str:
    """What run it is, the tree of its jobs, what is to be said of each, as wide as the console."""
    return drawn(_sections(document, console.width, is_whole=True), console)


def draw_job(document: Mapping[str, Any], console: Console) -> str:
    """All about the only job that is left in the document."""
    jobs, complaints = shown_jobs(document)
    [job] = jobs
    if job.verdict is None:
        return drawn(_sections(document, console.width, is_whole=False), console)
    lines = (run_title(document), waiting_in_words(job.told), job.told["job_url"])
    heading = drawn([[text(line) for line in lines if line]], console)
    return f"{heading}\n{draw(job.verdict, complaints, console)}"


def run_title(document: Mapping[str, Any]) -> str:
    """`acme/rocket · CI #12 · attempt 1`."""
    told = _any_part(document)
    number = told.get("run_number")
    name = told["workflow_name"] or f"run {told['workflow_run_id']}"
    run = name if number is None else f"{name} #{number}"
    return _joined(told["repository_full_name"], run, f"attempt {_attempt(document)}")


def run_facts(document: Mapping[str, Any]) -> Iterator[str]:
    """What else is known of the run, a line each."""
    run = document["run"]
    if run is None:
        yield "The run is not completed, as far as is known: these are its completed jobs."
        return
    seconds, began = run["duration_seconds"], parse_time(run["started_at"])
    yield _joined(
        ending(run["conclusion"]) or run["conclusion"],
        None if seconds is None else say_seconds(seconds),
        run["display_title"],
    )
    yield _joined(
        run["event"],
        run["branch"],
        (run["commit_sha"] or "")[:_SHORT_COMMIT],
        run["triggered_by"],
        None if began is None else f"{began:%Y-%m-%d %H:%M:%S} UTC",
    )


def run_url(document: Mapping[str, Any]) -> str:
    """The run's page, empty where it is unknown."""
    return str((document["run"] or {}).get("run_url") or "")


def _sections(
    document: Mapping[str, Any], width: int, *, is_whole: bool
) -> Iterator[Sequence[RenderableType]]:
    """`is_whole`: all of the run's jobs are in it."""
    jobs, complaints = shown_jobs(document)
    lines = filter(None, (*run_facts(document), run_url(document)))
    yield [text(run_title(document), "bold"), *(text(line, "dim") for line in lines)]
    if not jobs:
        yield [text("None of its jobs is in the archive.", "dim")]
        return
    yield [tree(document["run"], jobs, width)]
    waiting = run_waiting(document["run"], document["jobs"]) if is_whole else ()
    of_run = [text(line, "bold") for line in waiting]
    yield from filter(None, (list(_folded(jobs)), of_run, list(_sentences(jobs))))
    said = [item("!", words, "yellow") for words in complaints]
    yield from filter(None, [said])
    yield [text(line, "dim") for line in _more(document, jobs)]


def _folded(jobs: Sequence[ShownJob]) -> Iterator[RenderableType]:
    ran = [job for job in jobs if job.is_timed]
    left_out = sum(len(job.steps) - len(shown_steps(job, jobs)) for job in ran)
    if left_out:
        yield text(f"{left_out} steps that were short of nothing are not shown.", "dim")


def _sentences(jobs: Sequence[ShownJob]) -> Iterator[RenderableType]:
    """What each job waited for, what the judge says of it; of one that failed why, and where."""
    for job in jobs:
        judged = job.verdict.sentence if job.verdict else ""
        waited, has_failed = waiting_in_words(job.told), job.word.kind == STOPPED
        if said := ". ".join(filter(None, (waited, judged or has_failed * job.word.words))):
            yield item("•", f"{job.name}: {said}", "")
        if why := job.failure_in_words:
            yield item(" ", why, "red")
        if has_failed and job.told["job_url"]:
            yield item(" ", job.told["job_url"], "dim")


def _more(document: Mapping[str, Any], jobs: Sequence[ShownJob]) -> Iterator[str]:
    """What else there is to see."""
    others = [number for number in document["attempts"] if number != _attempt(document)]
    if others:
        yield f"Other attempts: {', '.join(map(str, others))} (--attempt)."
    if any(job.verdict for job in jobs):
        yield "--job NAME tells all about one job; --html FILE draws what was sampled."
    else:
        yield "No sampler watched these jobs: there are times, and nothing of what was used."


def _attempt(document: Mapping[str, Any]) -> int:
    return int(_any_part(document)["run_attempt"] or FIRST_ATTEMPT)


def _any_part(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The run, or a job, which tells of its run too."""
    part: Mapping[str, Any] = document["run"] or document["jobs"][0]
    return part


def _joined(*parts: str | None) -> str:
    return " · ".join(filter(None, parts))
