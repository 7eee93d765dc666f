"""The logs of a session: what is known of each sample, stage and event, a line each."""

import csv
import io

from src.analysis.timeline import Step
from src.model import samples
from src.model.samples import Batch, Host
from src.sampler import marks
from src.sampler.formats import build_logs
from src.sampler.marks import Mark
from src.sampler.spans import spans_of, steps_of

START_MS = 1_769_256_000_000  # 2026-01-24T12:00:00Z
START_S = START_MS // 1000
MIB_KB = 1024


def batch(**columns: list[int | None]) -> Batch:
    count = max(map(len, columns.values()))
    return Batch(
        sampler="ab",
        sequence=0,
        host=Host(cpus=2, memory_total_kb=2**20),
        time_ms=[START_MS + 1000 * n for n in range(count)],
        uptime_ms=[1000 * n for n in range(count)],
        columns=dict(columns),
    )


def mark(kind: str, name: str = "", seconds: float = 0, **more: object) -> Mark:
    return Mark(kind, name, START_MS + round(1000 * seconds), 0, "", more)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_memory_is_told_of_every_sample_that_has_it():
    found = batch(**{samples.MEMORY_USED_KB: [512 * MIB_KB, None, 768 * MIB_KB]})

    assert build_logs.memory_log([found]) == (
        f"timestamp,memory_mb\n{START_S},512\n{START_S + 2},768\n"
    )


def test_bytes_count_since_the_first_sample_through_gaps_and_restarts():
    received: list[int | None] = [1000, 1500, None, 1800, 100, 300]
    first = batch(**{samples.NETWORK_RECEIVED_BYTES: received[:3]})
    second = batch(**{samples.NETWORK_RECEIVED_BYTES: received[3:]})
    told = table(build_logs.network_log([first, second]))

    assert [row["bytes_downloaded"] for row in told] == ["0", "500", "", "800", "800", "1000"]
    assert {row["bytes_uploaded"] for row in told} == {""}
    assert told[0]["timestamp"] == str(START_S)


def test_a_stage_has_its_status_its_times_and_its_message():
    found = [
        mark(marks.STAGE, "compile"),
        mark(marks.DONE, "compile", 2.5, status="warning", message="3 warnings, all old"),
        mark(marks.STAGE, "open", 3),
        mark(marks.DONE, "never begun", 4, status="failure"),
    ]
    spans = spans_of(found)
    told = table(build_logs.stages_log(zip(steps_of(spans, None, ""), spans, strict=True)))

    assert [tuple(row.values()) for row in told] == [
        (
            *("compile", "warning", "2026-01-24T12:00:00+00:00", "2026-01-24T12:00:02+00:00"),
            *("2.5", "3 warnings, all old"),
        ),
        ("open", "", "2026-01-24T12:00:03+00:00", "", "", ""),
        ("never begun", "failure", "", "2026-01-24T12:00:04+00:00", "", ""),
    ]


def test_no_name_breaks_a_line():
    odd = 'a\nb,"c"\r\x1b[2J::error::'
    spans = spans_of([mark(marks.STAGE, odd)])
    stages = build_logs.stages_log(zip([Step(1, odd, START_MS, None)], spans, strict=True))
    story = build_logs.telemetry_log([mark(marks.STAGE, odd)], lambda each: each.time_ms, {})

    assert stages.count("\n") == 2
    assert story.count("\n") == 1
    assert "\x1b" not in stages + story
    assert table(stages)[0]["name"] == 'a\ufffdb,"c"\ufffd\ufffd[2J::error::'


def test_the_story_is_a_line_an_event_and_a_line_a_figure():
    found = [
        mark(marks.INIT, "build", version="1.0"),
        mark(marks.STAGE, "{name}"),
        mark(marks.DONE, "{name}", 2, status="failure", message="no good"),
        mark(marks.FAILURE, "compile", 3, reason="gcc: error", code=2),
        mark(marks.SAVED, seconds=4),
        mark(marks.FINAL, seconds=5),
        mark("of a later version", "x", 6),
    ]
    figures = {"peak_memory_mb": 2048, "network": None, "category": "", "regressions": ["a", "b"]}
    told = build_logs.telemetry_log(found, lambda each: each.time_ms, figures)

    at = "2026-01-24T12:00:0"
    assert told.splitlines() == [
        f"{at}0+00:00 began build 1.0",
        f"{at}0+00:00 stage {{name}} began",
        f"{at}2+00:00 stage {{name}} ended: failure, no good",
        f"{at}3+00:00 stage compile failed: gcc: error (code 2)",
        f"{at}4+00:00 saved as the baseline of later builds",
        f"{at}5+00:00 finalized",
        f"{at}6+00:00 of a later version",
        "peak_memory_mb: 2048",
        "network: unknown",
        "category: none",
        "regressions: a, b",
    ]
