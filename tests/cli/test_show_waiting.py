"""What a run and its jobs waited for: nobody is blamed for what the deliveries did not tell."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from src.analysis.job_document import job_document, run_document
from src.cli.show_drawing import draw_job, draw_run
from src.cli.show_html import run_page
from src.cli.show_waiting import run_waiting, waited_seconds, waiting_in_words
from src.model.records import JobRecord
from tests.model.made_records import JOB_RECORD, NOON, RUN_RECORD

RUN = run_document(
    replace(
        RUN_RECORD,
        started_at=NOON,
        completed_at=NOON + timedelta(seconds=1000),
        duration_seconds=1000.0,
    )
)


def job(number: int, created: float, started: float, ended: float, **more: Any) -> dict[str, Any]:
    """A job of `pool-1` that waited for its runner alone, unless `more` says otherwise."""
    at = [NOON + timedelta(seconds=seconds) for seconds in (created, started, ended)]
    times = dict(zip(("created_at", "started_at", "completed_at"), at, strict=True))
    facts: dict[str, Any] = {
        "record_id": f"github.com/jobs/{number}",
        "job_id": number,
        "job_name": f"job {number}",
        "pool_name": "pool-1",
        "queue_seconds": started - created,
        "approval_seconds": None,
        "duration_seconds": ended - started,
        "conclusion": "success",
        "execution": "ran",
    }
    record: JobRecord = replace(JOB_RECORD, **{**times, **facts, **more})
    return job_document(record, [])


def never_begun(number: int, created: float, ended: float) -> dict[str, Any]:
    none = dict.fromkeys(("started_at", "queue_seconds", "duration_seconds"))
    return job(number, created, created, ended, execution="not_started", **none)


def document(*jobs: dict[str, Any], run: dict[str, Any] | None = RUN) -> dict[str, Any]:
    return {"version": 1, "run": run, "jobs": list(jobs), "complaints": [], "attempts": [1]}


TWO_IN_A_ROW = (job(1, 0, 500, 600), job(2, 0, 4, 300), job(3, 600, 960, 1000))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (job(1, 0, 720, 800), "waited 12 min for a runner (pool-1)"),
        (job(1, 0, 59, 800), ""),
        (
            job(1, 0, 720, 800, pool_name=None, labels="self-hosted,gpu"),
            "waited 12 min for a runner (self-hosted, gpu)",
        ),
        (job(1, 0, 720, 800, pool_name=None, labels=""), "waited 12 min for a runner"),
        (
            job(1, 0, 720, 800, queue_seconds=60.0, approval_seconds=660.0),
            "waited 1 min for a runner (pool-1), 11 min for an approval",
        ),
        (
            job(1, 0, 720, 800, queue_seconds=None),
            "waited 12 min for a runner (pool-1) or an approval",
        ),
        (
            never_begun(1, 0, 600),
            "waited 10 min for a runner (pool-1) or an approval and never began",
        ),
        (job(1, 0, 720, 800, execution="skipped", queue_seconds=None), ""),
    ],
    ids=["runner", "short", "labels", "no labels", "both", "either", "in vain", "skipped"],
)
def test_what_a_job_waited_for_is_told_in_words(told: dict[str, Any], words: str):
    assert waiting_in_words(told) == words


def test_what_never_waited_has_no_figure():
    assert waited_seconds(job(1, 0, 7, 9)) == 7
    assert waited_seconds(job(1, 0, 0, 9)) == 0
    assert waited_seconds(job(1, 0, 7, 9, execution="reused", queue_seconds=None)) is None


def test_a_runs_waiting_is_that_of_the_jobs_its_end_waited_for():
    share, path = run_waiting(RUN, TWO_IN_A_ROW)

    assert share == "86 % of this run was waiting for a runner (pool-1)."
    assert path == "Critical path: job 1 → job 3; 16 min 40 s with its waiting."


def test_each_thing_that_was_waited_for_has_its_share():
    gated = job(4, 600, 960, 1000, pool_name="gpu", queue_seconds=60.0, approval_seconds=300.0)

    share, _ = run_waiting(RUN, [job(1, 0, 500, 600), gated])

    assert share == (
        "50 % of this run was waiting for a runner (pool-1), 30 % for an approval,"
        " 6 % for a runner (gpu)."
    )


def test_a_run_whose_end_waited_in_vain_is_told_so():
    share, path = run_waiting(RUN, [job(1, 0, 5, 300), never_begun(2, 10, 1000)])

    assert share == "99 % of this run was waiting for a runner (pool-1) or an approval."
    assert path == "Critical path: job 2; 16 min 30 s with its waiting."


def test_a_run_that_hardly_waited_is_told_so():
    assert next(run_waiting(RUN, [job(1, 0, 4, 1000)])) == "Less than 1 % of this run was waiting."


@pytest.mark.parametrize(
    ("run", "jobs"),
    [(None, TWO_IN_A_ROW), (RUN, ()), (RUN, (job(1, 0, 0, 9, execution="skipped"),))],
    ids=["goes on", "no jobs", "none ran"],
)
def test_where_the_path_is_unknown_nothing_is_said(
    run: dict[str, Any] | None, jobs: tuple[dict[str, Any], ...]
):
    assert list(run_waiting(run, jobs)) == []


@pytest.mark.parametrize("width", [60, 120])
def test_waiting_is_in_the_tree_and_in_words(width: int):
    text = draw_run(document(*TWO_IN_A_ROW), Console(width=width))

    [heading] = [line for line in text.splitlines() if line.startswith("Job and")]
    [row] = [line for line in text.splitlines() if line.startswith("job 1")]
    assert row[: heading.index("Waited") + len("Waited")].endswith(" 8:20")
    assert ("░ waited" in heading) == ("░" in row)
    words = " ".join(text.split())
    assert "86 % of this run was waiting for a runner (pool-1). Critical path: job 1 →" in words
    assert "• job 1: waited 8 min 20 s for a runner (pool-1) •" in words


def test_waiting_in_vain_has_a_bar():
    text = draw_run(document(never_begun(2, 0, 500)), Console(width=120))

    assert f"{'░' * 14} " in text


def test_of_one_job_alone_no_share_of_the_run_is_told():
    alone = document(TWO_IN_A_ROW[0])

    assert "of this run was" not in draw_job(alone, Console(width=120))
    assert "of this run was" not in run_page(alone, is_whole=False)


def test_the_page_tells_the_waiting_and_draws_it():
    page = run_page(document(*TWO_IN_A_ROW))

    assert "86 % of this run was waiting for a runner (pool-1)." in page
    assert "waiting: job 1" in page
    assert "<title>job 1 · waited 8 min 20 s for a runner (pool-1)</title>" in page
    assert "waiting: job 2" not in page


def test_a_failed_job_has_its_page_beside_it():
    failed = job(1, 0, 4, 1000, conclusion="failure", job_url="https://github.com/a/b/job/1")

    text = draw_run(document(failed), Console(width=120))

    assert "• job 1: failed\n  https://github.com/a/b/job/1" in text
    assert 'href="https://github.com/a/b/job/1"' in run_page(document(failed))
    assert "/job/1" not in draw_run(document(job(1, 0, 4, 1000)), Console(width=120))


def test_why_a_job_failed_that_nobody_watched_is_told_where_it_is_known():
    used = {"failure_category": "permission", "failure_advice": "Check the token's rights."}
    failed = job(1, 0, 4, 1000, conclusion="failure", used=used)
    unknown = job(1, 0, 4, 1000, conclusion="failure", used={"failure_category": "unknown"})

    text = draw_run(document(failed), Console(width=120))

    assert "• job 1: failed\n  permission. Check the token's rights.\n" in text
    assert "permission. Check the token&#x27;s rights." in run_page(document(failed))
    assert "unknown" not in draw_run(document(unknown), Console(width=120))
