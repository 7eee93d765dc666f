from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from src.analysis.diagnosis import NOT_OVER, Diagnosis
from src.analysis.right_size import RIGHT
from src.analysis.rules import ThresholdError
from src.analysis.step_words import step_word
from src.analysis.usage import NONE, JobUsage, Usage
from src.analysis.verdict import conclude, findings
from tests.analysis.used import GIB, used, used_by_job

SMALL = {
    "cpu_percent_mean": 10.0,
    "cpu_percent_max": 20.0,
    "memory_mean_bytes": GIB,
    "memory_max_bytes": GIB,
}


def lasting(seconds: float, **figures: object) -> Usage:
    return used(seconds=seconds, covered_seconds=seconds, **figures)


def sentence(job: JobUsage) -> str:
    return conclude(job).sentence


def test_the_sentence_tells_size_step_and_shortage():
    job = used_by_job(lasting(60), lasting(1920, cpu_percent_mean=98.0))
    assert sentence(job) == (
        "The runner fits, though a larger one would be faster; `step 2` takes 32 min of 33 min and"
        " is CPU-bound: 98 % of 4 cores; first of all node."
    )


def test_a_healthy_job_has_its_longest_step_told():
    job = used_by_job(lasting(60), lasting(600), **SMALL)
    assert sentence(job) == (
        "The runner is larger than needed; `step 2` takes 10 min of 11 min and is short of nothing."
    )


def test_of_two_bottlenecks_the_longer_leads_but_what_stopped_work_goes_first():
    slow = lasting(600, cpu_percent_mean=98.0)
    brief = lasting(90, cpu_percent_mean=99.0)
    assert "`step 1` takes 10 min" in sentence(used_by_job(slow, brief))
    killed = lasting(40, out_of_memory_kills=1, memory_max_bytes=15 * GIB)
    assert "`step 2` takes 40 s of 10 min 40 s and ran out of memory: 1 kill" in sentence(
        used_by_job(slow, killed)
    )


def test_what_takes_little_of_the_job_is_not_its_sentence():
    job = used_by_job(lasting(30, cpu_percent_mean=99.0), lasting(600))
    assert "`step 2` takes 10 min of 10 min 30 s and is short of nothing" in sentence(job)
    job = used_by_job(lasting(60, cpu_percent_mean=99.0), lasting(540))
    assert "`step 1` takes 1 min of 10 min and is CPU-bound" in sentence(job)


def test_a_job_may_be_short_of_what_no_step_is():
    said = sentence(used_by_job(lasting(60), memory_mean_bytes=9 * GIB, memory_max_bytes=16 * GIB))
    assert said.startswith("The runner is too small; `step 1` takes 1 min of 1 min and is short of")
    assert "nothing; the job as a whole is memory-bound: memory reached 100 %" in said


def test_a_step_that_is_short_of_memory_is_never_on_a_runner_of_the_right_size():
    job = used_by_job(lasting(600, memory_mean_bytes=9 * GIB, memory_max_bytes=16 * GIB))
    verdict = conclude(job)
    assert verdict.sentence.startswith("The runner is too small; `step 1` takes 10 min")
    assert verdict.right_size.memory_bytes == 32 * GIB
    ran_out = {"out_of_memory_kills": 1, "memory_max_bytes": 15 * GIB}
    killed = used_by_job(lasting(12, **ran_out), lasting(600), **ran_out)
    assert sentence(killed).startswith("The runner is too small; `step 1` takes 12 s")


def test_a_runner_that_only_its_peaks_need_is_not_called_right():
    idle = {"cpu_percent_mean": 17.0, "cpu_percent_max": 100.0, "memory_mean_bytes": 2 * GIB}
    job = used_by_job(lasting(60), **idle)

    assert sentence(job).startswith(
        "The runner is mostly idle, but half of it would not hold its peaks; `step 1` takes"
    )
    assert conclude(job).right_size.verdict == RIGHT


def test_a_command_s_neighbours_are_told_once():
    crowded = lasting(60, cpu_percent_mean=30.0, stalled_cpu_percent=60.0)
    alone = used_by_job(crowded)._replace(usage=crowded, cpu_others_percent=65.0)

    [(step, [finding])] = findings(conclude(alone))
    assert step is not None
    assert finding.rule == "crowded_out"


DOWNLOADED = {"network_received_bytes": 4 * GIB, "network_received_bytes_per_second": 7.0 * 2**20}


def test_a_download_of_a_moment_is_not_the_job_s_sentence():
    quick = lasting(9, network_received_bytes_per_second=4.0 * GIB / 9)
    job = used_by_job(quick, lasting(600), **DOWNLOADED)
    assert sentence(job) == (
        "The runner is the right size; `step 2` takes 10 min of 10 min 9 s and is short of nothing."
    )
    found_in_a_step = used_by_job(lasting(21, **DOWNLOADED), lasting(600), **DOWNLOADED)
    assert sentence(found_in_a_step).endswith("10 min of 10 min 21 s and is short of nothing.")


def test_a_download_spread_over_steps_is_the_job_s():
    spread = lasting(9, network_received_bytes_per_second=60.0 * 2**20)
    said = sentence(used_by_job(*[spread] * 8, **DOWNLOADED))
    assert "and is not judged: under 10 s; the job as a whole is download-heavy: 4 GiB" in said


def test_an_upload_of_a_moment_is_no_more_the_job_s_than_a_download_is():
    sent = {name.replace("received", "sent"): value for name, value in DOWNLOADED.items()}
    quick = lasting(9, network_sent_bytes_per_second=4.0 * GIB / 9)
    assert sentence(used_by_job(quick, lasting(600), **sent)).endswith("is short of nothing.")
    spread = lasting(9, network_sent_bytes_per_second=60.0 * 2**20)
    assert "the job as a whole is upload-heavy: 4 GiB" in sentence(
        used_by_job(*[spread] * 8, **sent)
    )


def test_unseen_jobs_are_said_to_be():
    unseen = Usage(seconds=60.0, samples=NONE)
    job = used_by_job(unseen)._replace(usage=unseen, machine=None)
    assert sentence(job) == (
        "The runner's size is not judged; `step 1` takes 1 min of 1 min and is not"
        " judged: nothing was seen of it."
    )
    assert "nothing is known of its steps" in sentence(job._replace(steps=()))


def test_findings_are_by_step_and_of_the_job():
    verdict = conclude(used_by_job(lasting(60), lasting(60, cpu_percent_mean=98.0)))

    assert {number: len(each.findings) for number, each in verdict.diagnoses.items()} == {
        1: 0,
        2: 1,
    }
    assert verdict.of_job.findings == ()
    assert verdict.failure is None


def ending(job: JobUsage, *conclusions: str) -> JobUsage:
    steps = [
        each._replace(step=each.step._replace(conclusion=conclusion))
        for each, conclusion in zip(job.steps, conclusions, strict=True)
    ]
    return job._replace(steps=tuple(steps))


def full_ones(job: JobUsage) -> list[int]:
    diagnoses = conclude(job).diagnoses
    return [number for number, each in diagnoses.items() if each.findings]


def test_a_disk_that_is_full_still_is_told_only_of_the_step_that_filled_it():
    full = lasting(60, disk_free_min_bytes=0, disk_free_min_percent=0.0)
    assert full_ones(used_by_job(lasting(60), full, full, full)) == [2]
    freed_and_filled = used_by_job(full, lasting(60), full)
    assert full_ones(freed_and_filled) == [1, 3]
    unseen = used_by_job(full, Usage(seconds=1.0), full)
    assert full_ones(unseen) == [1]


def test_who_filled_the_disk_is_told_by_time_not_by_number():
    full = lasting(60, disk_free_min_bytes=0, disk_free_min_percent=0.0)
    job = used_by_job(full, full)
    first, second = job.steps
    later = first._replace(step=first.step._replace(start_ms=200_000))
    assert full_ones(job._replace(steps=(later, second))) == [2]


def test_a_step_that_fails_on_a_disk_filled_before_is_told_so():
    full = lasting(60, disk_free_min_bytes=0, disk_free_min_percent=0.0)
    job = used_by_job(full, full, full, conclusion="failure")
    job = ending(job, "success", "failure", "success")

    assert full_ones(job) == [1, 2]
    failure = conclude(job).failure
    assert failure is not None
    assert (failure.category, failure.step) == ("resource", 2)


def test_a_step_that_is_not_over_is_judged_by_what_happened_alone():
    slow = {"seconds": None, "cpu_percent_mean": 98.0}
    job = used_by_job(lasting(60), used(**slow))
    first, second = job.steps
    open_step = second.step._replace(end_ms=None, conclusion=None)
    goes_on = job._replace(
        job=job.job._replace(end_ms=None), steps=(first, second._replace(step=open_step))
    )
    assert conclude(goes_on).diagnoses[2] == Diagnosis((), NOT_OVER)

    killed = used(**slow, out_of_memory_kills=1, memory_max_bytes=15 * GIB)
    with_kill = goes_on._replace(steps=(first, second._replace(step=open_step, usage=killed)))
    assert [f.rule for f in conclude(with_kill).diagnoses[2].findings] == ["out_of_memory"]
    assert (
        step_word(with_kill.steps[1], conclude(with_kill).diagnoses[2]).words
        == "not over, out of memory"
    )

    ended = goes_on._replace(steps=(first, second._replace(step=second.step._replace(end_ms=None))))
    assert [f.rule for f in conclude(ended).diagnoses[2].findings] == ["cpu_bound"]
    over = goes_on._replace(job=job.job)
    assert [f.rule for f in conclude(over).diagnoses[2].findings] == ["cpu_bound"]


def test_thresholds_and_what_is_known_of_a_failure_are_passed_on():
    job = used_by_job(lasting(60, cpu_percent_mean=85.0), conclusion="failure")

    verdict = conclude(job, thresholds={"cpu_bound": 90}, exit_code=137)

    assert verdict.diagnoses[1].findings == ()
    assert verdict.failure is not None
    assert verdict.failure.category == "resource"
    with pytest.raises(ThresholdError):
        conclude(job, thresholds={"lunch": 1})


def test_the_judge_imports_nothing_slow():
    script = (
        "import sys; sys.path.insert(0, '.'); import src.analysis.judge;"
        "slow = {'dataclasses', 'datetime', 'inspect', 'json', 'src.analysis.failures'};"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_a_kill_at_a_limit_of_a_step_s_own_is_not_the_machine_s_be_another_step_at_its_peak():
    killed = lasting(60, out_of_memory_kills=1, memory_max_bytes=4 * GIB)
    job = used_by_job(killed, lasting(600), out_of_memory_kills=1, memory_max_bytes=14 * GIB)
    verdict = conclude(job)
    assert "ran into a memory limit of its own" in verdict.sentence
    assert verdict.right_size.verdict == RIGHT
    assert verdict.of_job.findings == ()
