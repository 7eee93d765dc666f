from __future__ import annotations

import pytest

from src.analysis.diagnosis import Diagnosis, diagnose
from src.analysis.failure_signs import (
    CATEGORIES,
    SIGNS_BY_CONCLUSION,
    SIGNS_BY_EXIT_CODE,
    SIGNS_BY_FINDING,
    SIGNS_BY_STEP,
)
from src.analysis.failures import Failure, Recorded, explain_failure, say_failure
from src.analysis.rules import RULE_BY_NAME
from src.analysis.timeline import FAILED
from src.analysis.usage import JobUsage
from src.model.semconv import FAILED_RESULTS, RESULT_BY_CONCLUSION
from tests.analysis.used import GIB, MACHINE, used, used_by_job

OOM = {"out_of_memory_kills": 1, "memory_max_bytes": 16 * GIB}
FULL = {"disk_free_min_bytes": 0, "disk_free_min_percent": 0.0}


def job_that_failed(
    name: str = "do it",
    conclusion: str | None = "failure",
    step: str = "failure",
    owner: str | None = None,
    figures: dict[str, object] | None = None,
) -> JobUsage:
    """A job of two steps whose second, of this name, came to this end."""
    job = used_by_job(used(), used(**figures or {}), conclusion=conclusion)
    first, second = job.steps
    second = second._replace(step=second.step._replace(name=name, conclusion=step), owner=owner)
    told = job.job._replace(steps=(first.step, second.step))
    return job._replace(job=told, steps=(first, second))


def explained(job: JobUsage, **told: object) -> Failure | None:
    of_steps = {each.step.number: diagnose(each.usage, MACHINE) for each in job.steps}
    return explain_failure(job, of_steps, diagnose(job.usage, MACHINE), **told)


def category(job: JobUsage, **told: object) -> str:
    failure = explained(job, **told)
    assert failure is not None
    return failure.category


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Run actions/checkout@v4", "network"),
        ("Set up job", "network"),
        ("Initialize containers", "network"),
        ("Download the model", "network"),
        ("Run npm ci", "dependency"),
        ("pip install -r requirements.txt", "dependency"),
        ("sudo apt-get update && sudo apt-get install -y jq", "dependency"),
        ("Set up QEMU", "architecture"),
        ("Run docker/setup-buildx-action@v3", "architecture"),
        ("make -j8", "compilation"),
        ("cmake --build build", "compilation"),
        ("cargo build --release", "compilation"),
        ("npx tsc --noEmit", "compilation"),
        ("Build", "compilation"),
        ("dpkg-buildpackage -us -uc", "packaging"),
        ("Run lintian", "packaging"),
        ("terraform validate", "configuration"),
        ("Run azure/login@v2", "permission"),
        ("Log in: docker login", "permission"),
        ("Run github/codeql-action/analyze@v3", "security"),
        ("cosign sign", "security"),
        ("Verify checksums", "security"),
        ("Run pytest", "unknown"),
        ("cargo test", "unknown"),
        ("Say hello", "unknown"),
    ],
)
def test_a_step_s_name_tells_what_is_likely_to_have_failed(name: str, expected: str):
    assert category(job_that_failed(name)) == expected


def test_a_word_within_a_word_is_no_mark():
    failure = explained(job_that_failed("Remaker of aptitude"))
    assert failure is not None
    assert (failure.category, failure.confidence, failure.evidence) == ("unknown", 0.0, ())
    assert failure.words == "unknown: only the log can tell (step 2, Remaker of aptitude, failed)"


def test_an_action_under_a_name_of_its_own_is_told_by_its_owner():
    assert category(job_that_failed("Get the code", owner="__actions_checkout")) == "network"


@pytest.mark.parametrize(
    ("figures", "why"),
    [(OOM, "the kernel killed processes for want of memory"), (FULL, "the disk was full")],
)
def test_what_the_machine_ran_out_of_beats_what_the_step_is_called(
    figures: dict[str, object], why: str
):
    failure = explained(job_that_failed("cargo build", figures=figures))

    assert failure is not None
    assert failure.category == "resource"
    assert failure.confidence > 0.9
    assert failure.is_transient is False
    assert why in failure.words
    assert [each.category for each in failure.evidence] == ["resource", "compilation"]


@pytest.mark.parametrize(
    ("exit_code", "name", "expected", "is_transient"),
    [
        (137, "Run pytest", "resource", None),
        (143, "Say hello", "resource", True),
        (127, "Say hello", "dependency", None),
        (126, "Say hello", "permission", False),
        (126, "Run in qemu", "architecture", False),
        (28, "Say hello", "network", True),
        (1, "cargo build", "compilation", False),
        (0, "Say hello", "unknown", None),
    ],
)
def test_an_exit_code_is_weighed_with_the_step_s_name(
    exit_code: int, name: str, expected: str, *, is_transient: bool | None
):
    failure = explained(job_that_failed(name), exit_code=exit_code)
    assert failure is not None
    assert (failure.category, failure.is_transient) == (expected, is_transient)


def test_the_advice_is_the_evidence_s_own_or_else_its_category_s():
    killed = explained(job_that_failed("cargo build", figures=OOM))
    failed = explained(job_that_failed("cargo build"))
    assert killed is not None
    assert killed.advice == SIGNS_BY_FINDING["out_of_memory"][0].advice
    assert failed is not None
    assert failed.advice == CATEGORIES["compilation"].advice


def test_kinds_of_evidence_add_up_and_evidence_of_one_kind_does_not():
    def confidence(name: str, **told: int) -> float:
        failure = explained(job_that_failed(name), **told)
        assert failure is not None
        return failure.confidence

    assert confidence("npm ci") == confidence("npm ci and install dependencies") == 0.75
    assert confidence("npm ci", exit_code=127) == pytest.approx(0.94)


@pytest.mark.parametrize(
    ("conclusion", "expected"),
    [
        ("startup_failure", "configuration"),
        ("action_required", "permission"),
        ("timed_out", "resource"),
    ],
)
def test_the_conclusion_counts(conclusion: str, expected: str):
    job = job_that_failed("Say hello", conclusion, step="cancelled")
    failure = explained(job)
    assert failure is not None
    assert failure.category == expected


def test_time_that_ran_out_beats_what_the_step_is_called():
    assert category(job_that_failed("cargo build", "timed_out", step="cancelled")) == "resource"


def test_of_a_job_out_of_time_the_step_that_was_cut_short_is_named():
    failure = explained(job_that_failed("Say hello", "timed_out", step="cancelled"))
    assert failure is not None
    assert failure.step == 2
    assert (
        failure.words == "resource: it ran into its time limit (step 2, Say hello, was cut short)"
    )
    assert say_failure(failure) == failure.words  # GitHub says so: that is certain


def test_a_recorded_failure_is_believed():
    told = Recorded("security", "checksum of the tarball differs")
    failure = explained(job_that_failed("cargo build", figures=OOM), recorded=told)
    assert failure is not None
    assert failure.category == "security"
    assert "checksum of the tarball differs" in failure.words


def test_a_recorded_reason_without_one_of_the_categories_is_read_like_a_name():
    told = Recorded("oops", "apt-get install failed")
    assert category(job_that_failed("Say hello"), recorded=told) == "dependency"


@pytest.mark.parametrize("conclusion", ["success", "cancelled", "skipped", "neutral", "stale"])
def test_what_did_not_fail_has_no_failure(conclusion: str):
    job = job_that_failed("cargo build", conclusion, figures=OOM)
    assert explained(job, exit_code=137) is None


def test_a_job_that_is_not_over_has_failed_where_a_step_has():
    assert category(job_that_failed("cargo build", conclusion=None)) == "compilation"
    assert explained(job_that_failed("cargo build", conclusion=None, step="success")) is None


def test_what_happened_elsewhere_in_the_job_counts_less():
    job = job_that_failed("Say hello")
    of_job = diagnose(used(**OOM), MACHINE)
    failure = explain_failure(job, {}, of_job)
    assert failure is not None
    assert (failure.category, failure.confidence) == ("resource", 0.48)
    assert "elsewhere" in failure.words


def test_a_job_without_steps_is_explained_as_far_as_it_goes():
    job = job_that_failed()
    job = job._replace(job=job.job._replace(steps=()), steps=())
    failure = explain_failure(job, {}, Diagnosis())
    assert failure is not None
    assert failure.step is None
    assert failure.words == "unknown: only the log can tell (no step failed)"


def test_failed_conclusions_are_those_of_the_table_of_names():
    failed = {word for word, result in RESULT_BY_CONCLUSION.items() if result in FAILED_RESULTS}
    assert failed == FAILED


def test_the_table_names_only_the_ten_categories_and_known_findings():
    signs = [
        *SIGNS_BY_STEP,
        *(
            sign
            for table in (SIGNS_BY_FINDING, SIGNS_BY_EXIT_CODE, SIGNS_BY_CONCLUSION)
            for row in table.values()
            for sign in row
        ),
    ]
    assert len(CATEGORIES) == 10
    assert {sign.category for sign in signs} == CATEGORIES.keys()
    assert all(0 < sign.confidence < 1 for sign in signs)
    assert SIGNS_BY_FINDING.keys() <= RULE_BY_NAME.keys()
    assert SIGNS_BY_CONCLUSION.keys() <= FAILED
