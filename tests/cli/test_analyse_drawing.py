from __future__ import annotations

import pytest
from rich.console import Console

from src.analysis.usage import (
    BY_TIME,
    NONE,
    PARTIAL,
    JobUsage,
    ProcessUse,
    StepUsage,
    Usage,
)
from src.analysis.verdict import conclude
from src.cli.analyse_drawing import draw
from tests.analysis.used import GIB, MACHINE, MIB, used, used_by_job


def shown(job: JobUsage, *complaints: str, width: int = 120, terminal: bool = False) -> str:
    console = Console(
        width=width,
        highlight=False,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
    )
    return draw(conclude(job), complaints, console)


def named(job: JobUsage, *names: str) -> JobUsage:
    steps = [
        each._replace(step=each.step._replace(name=name))
        for each, name in zip(job.steps, names, strict=True)
    ]
    return job._replace(steps=tuple(steps))


BUILD = named(
    used_by_job(
        used(seconds=3.0, covered_seconds=3.0, cpu_percent_mean=12.0),
        used(seconds=1920.0, covered_seconds=1920.0, cpu_percent_mean=98.0),
        top_by_cpu=(ProcessUse("rustc", 412, 7300.0, 4 * GIB, 10 * MIB, None),),
    ),
    "Set up job",
    "cargo build --release",
)


def line_of(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(start))


def test_the_sentence_comes_first_then_steps_findings_processes_and_size():
    text = shown(BUILD)

    assert text.startswith("build · 32 min 3 s · 4 cores, 16 GiB\nThe runner fits, though ")
    places = [
        text.index(words)
        for words in (
            "#  Step",
            "Bottlenecks\n  2 cargo build --release\n    • CPU-bound: 98 % of 4 cores",
            "Use more or faster cores",
            "Who used most",
            "\n\nThe runner fits, though a larger one would be faster. On average 40 %",
        )
    ]
    assert places == sorted(places)
    assert "Why it failed" not in text


def test_a_row_has_time_cpu_memory_disk_network_and_a_word():
    assert line_of(shown(BUILD), "2  cargo").split() == [
        *("2", "cargo", "build", "--release", "32:00", "98", "%", "███████████▊"),
        *("6", "GiB", "8", "GiB", "700", "MiB", "62", "MiB", "CPU-bound"),
    ]
    assert line_of(shown(BUILD), "1  Set up").endswith("under 10 s")


def test_processes_have_their_figures_and_gaps_where_nothing_is_known():
    assert line_of(shown(BUILD), "  rustc").split() == [
        *("rustc", "412", "2", "h", "1", "min", "4", "GiB", "10", "MiB"),
    ]
    assert line_of(shown(BUILD), "  java")


@pytest.mark.parametrize("width", [76, 80, 120, 200])
def test_lines_stay_within_the_width(width: int):
    job = named(BUILD, "Set up job", "cargo build --release " + "--verbose " * 20)
    lines = shown(job, "line 3 was left out: " + "no " * 40, width=width).splitlines()

    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)
    assert any("…" in line and line.endswith("CPU-bound") for line in lines)


def test_bars_are_drawn_only_where_there_is_room():
    assert "█" in shown(BUILD, width=120)
    assert "█" not in shown(BUILD, width=100)


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (120, "# Step Time CPU Own memory Memory in all Disk I/O Network Verdict"),
        (85, "# Step Time CPU Own memory Memory in all Verdict"),
        (60, "# Step Time CPU Verdict"),
        (45, "# Step Time Verdict"),
    ],
)
def test_where_room_is_short_columns_go_and_no_figure_is_cut(width: int, headings: str):
    job = named(BUILD, "Set up job", "cargo build --release --locked --all-targets")
    text = shown(job, width=width)
    assert line_of(text, "#").split() == headings.split()
    row = line_of(text, "2  cargo")
    assert "32:00" in row
    assert row.endswith("CPU-bound")
    assert max(map(len, text.splitlines())) <= width


def test_colour_only_on_a_terminal():
    assert "\033" not in shown(BUILD)
    assert "\033[31m" in shown(BUILD, terminal=True)


def test_nothing_in_a_name_steers_the_terminal_or_is_markup():
    job = named(BUILD, "\033[2J\rboo", "[red]x[/red] :smile:")
    text = shown(job)

    assert "\033" not in text
    assert "\r" not in text
    assert "[red]x[/red] :smile:" in text


def test_what_is_unknown_is_left_open():
    job = named(used_by_job(Usage(), Usage(seconds=60.0)), "skip me", "unseen")
    job = job._replace(machine=None, usage=Usage(seconds=None))
    text = shown(job)

    assert "build · an unknown time · an unknown machine" in text
    assert line_of(text, "1  skip me").split() == ["1", "skip", "me", "success"]
    assert line_of(text, "2  unseen").split() == ["2", "unseen", "1:00", "not", "seen"]
    assert "0 %" not in text


def test_a_failure_is_explained_with_how_sure_and_what_to_do():
    job = used_by_job(
        used(out_of_memory_kills=1, memory_mean_bytes=9 * GIB, memory_max_bytes=16 * GIB),
        conclusion="failure",
    )
    [step] = job.steps
    job = job._replace(steps=(step._replace(step=step.step._replace(conclusion="failure")),))
    text = shown(job, width=200)

    assert (
        "Why it failed\n  • resource: the kernel killed processes for want of memory"
        " (step 1, step 1, failed), likely; would probably fail again\n    Use a runner with more"
    ) in text
    assert text.startswith("build · failed · 2 min")
    assert line_of(text, "1  step 1").endswith("failed, out of memory")
    assert text.index("Why it failed") < text.index("Bottlenecks")


@pytest.mark.parametrize(
    ("conclusion", "words"),
    [("failure", "failed"), ("timed_out", "timed out"), ("cancelled", "cancelled")],
)
def test_what_did_not_end_well_says_so_in_the_heading_and_in_its_row(conclusion: str, words: str):
    job = used_by_job(used(), conclusion=conclusion)
    [step] = job.steps
    job = job._replace(steps=(step._replace(step=step.step._replace(conclusion=conclusion)),))
    text = shown(job)
    assert text.startswith(f"build · {words} · ")
    assert line_of(text, "1  step 1").endswith(f"MiB  {words}")


def test_how_sure_is_not_said_where_nothing_is_known():
    text = shown(used_by_job(used(), conclusion="failure"))
    assert "only the log can tell (no step failed)\n" in text
    assert "sure" not in text


def test_processes_that_nobody_measured_hold_a_blank_not_nothing():
    job = used_by_job(
        used(), top_by_cpu=(ProcessUse("gzip", 1, 90.0, 0, None, None),), top_by_memory=()
    )
    assert "0 B" not in line_of(shown(job), "  gzip")
    assert "1 min 30 s" in line_of(shown(job), "  gzip")


def test_what_only_the_whole_job_shows_is_told_once():
    job = used_by_job(used(), memory_mean_bytes=9 * GIB, memory_max_bytes=16 * GIB)
    assert "  The job as a whole\n    • memory-bound" in shown(job)
    both = used_by_job(
        used(memory_mean_bytes=9 * GIB, memory_max_bytes=16 * GIB),
        memory_mean_bytes=9 * GIB,
        memory_max_bytes=16 * GIB,
    )
    assert "The job as a whole" not in shown(both)


def changed(job: JobUsage, number: int, **figures: object) -> JobUsage:
    steps = [
        StepUsage(each.step, each.usage._replace(**figures)) if each.step.number == number else each
        for each in job.steps
    ]
    return job._replace(steps=tuple(steps))


@pytest.mark.parametrize(
    ("job", "remark"),
    [
        (
            BUILD._replace(usage=BUILD.usage._replace(samples=NONE)),
            "The samples do not touch the job's time",
        ),
        (
            BUILD._replace(usage=BUILD.usage._replace(samples=PARTIAL, covered_seconds=1500.0)),
            "The samples cover 25 min of its 32 min 3 s",
        ),
        (changed(BUILD, 2, samples=PARTIAL), "Partly seen: step 2."),
        (
            changed(BUILD, 2, attribution=BY_TIME),
            "No process could be told for certain to be the own of step 2:",
        ),
        (
            BUILD._replace(machine=MACHINE._replace(is_container=True)),
            "The job ran in a container: the disks' own figures are the host's",
        ),
    ],
)
def test_what_is_partial_ambiguous_or_another_s_is_said(job: JobUsage, remark: str):
    assert f"! {remark}" in shown(job)
    assert remark not in shown(BUILD)


def test_complaints_about_the_files_are_told():
    assert "! line 12 was left out: torn" in shown(BUILD, "line 12 was left out: torn")
