import json

import pytest

from src.analysis.judge import judge
from src.analysis.timeline import Job, Step
from src.analysis.usage import COMPLETE, NONE
from src.analysis.verdict import Verdict
from src.backend.used_values import HEALTHY, job_values, step_values
from src.model.semconv import TERM_BY_NAME, TERMS_BY_EVENT
from src.model.terms import JOB_EVENT, PROPERTY, STEP_EVENT
from src.model.used_terms import JOB_FIGURES, SHORT_STEP_FIGURES, STEP_FIGURES
from tests.analysis.plants import planted

FAILING = ("out_of_memory", "disk_full", "own_memory_limit")
SHORT_OF = ("cpu_bound", "single_threaded", "download_heavy", "waiting", *FAILING)


def verdict_on(kind: str | None, seed: int = 1) -> tuple[Verdict, int]:
    """Of a simulated job with a step that is short of something, and that step's number."""
    job = planted(kind, seed)
    return judge(job.timeline, job.batches), job.number or 0


@pytest.fixture(scope="module", params=[None, *SHORT_OF], ids=str)
def judged(request: pytest.FixtureRequest) -> tuple[Verdict, int]:
    return verdict_on(request.param)


def test_each_name_is_in_the_table_with_its_kind_and_type(judged: tuple[Verdict, int]):
    verdict, _ = judged
    rows = [(JOB_EVENT, job_values(verdict, "token"))]
    rows += [(STEP_EVENT, step_values(verdict, s.step.number)) for s in verdict.usage.steps]

    for event, values in rows:
        assert values.keys() <= {term.name for term in TERMS_BY_EVENT[event]}
        for name, value in values.items():
            term = TERM_BY_NAME[name]
            assert isinstance(value, str) == (term.kind == PROPERTY), name
            assert isinstance(value, int) or term.type != "long", name


@pytest.mark.parametrize("kind", SHORT_OF)
def test_a_step_s_row_says_what_it_was_short_of(kind: str):
    verdict, number = verdict_on(kind)
    values = step_values(verdict, number)
    first = verdict.diagnoses[number].findings[0]

    assert values["bottleneck"] == first.rule
    assert values["diagnosis"].startswith(first.words)
    assert values["advice"] == first.advice
    assert values["bottleneck_strength"] == pytest.approx(first.strength, rel=1e-3)


def test_numbers_are_the_judge_s_to_four_digits(judged: tuple[Verdict, int]):
    verdict, _ = judged
    values, usage = job_values(verdict, "token"), verdict.usage.usage

    for name in JOB_FIGURES:
        figure = getattr(usage, name)
        if isinstance(figure, int | float):
            assert values[name] == pytest.approx(figure, rel=5e-4, abs=0.5), name
            assert TERM_BY_NAME[name].type == "long" or values[name] == float(f"{figure:.4g}")
        else:
            assert values.get(name) == figure, name


def test_a_healthy_step_is_told_from_one_that_was_not_judged():
    verdict, _ = verdict_on(None)
    by_name = {s.step.name: step_values(verdict, s.step.number) for s in verdict.usage.steps}

    assert by_name["Complete job"].keys() <= {*SHORT_STEP_FIGURES}
    healthy = [values for values in by_name.values() if "bottleneck" in values]
    assert healthy
    for values in healthy:
        assert values["bottleneck"] == HEALTHY
        assert {*STEP_FIGURES} <= values.keys()
        assert "diagnosis" not in values


def test_a_figure_that_a_finding_rests_on_is_told_though_steps_do_not_have_it_else():
    verdict, number = verdict_on("throttled")

    values = step_values(verdict, number)

    assert values["bottleneck"] == "throttled"
    assert values["cpu_throttled_percent"] == pytest.approx(
        verdict.diagnoses[number].findings[0].evidence[0].value, rel=1e-3
    )
    assert "cpu_throttled_percent" not in STEP_FIGURES


def test_the_step_that_failed_and_its_job_say_why():
    verdict, number = verdict_on("out_of_memory")

    job, step = job_values(verdict, "token"), step_values(verdict, number)

    for values in (job, step):
        assert values["failure_category"] == "resource"
        assert values["failure_confidence"] > 0.5
        assert values["failure_advice"]
    assert "failure_category" not in step_values(verdict, 1)


@pytest.mark.parametrize(("transient", "told"), [(True, "true"), (False, "false"), (None, None)])
def test_whether_it_may_pass_by_itself_is_left_out_where_nobody_knows(
    *, transient: bool | None, told: str | None
):
    verdict, _ = verdict_on("out_of_memory")
    assert verdict.failure
    failure = verdict.failure._replace(is_transient=transient)

    assert job_values(verdict._replace(failure=failure), "token").get("is_transient") == told


def test_the_job_s_row_says_what_it_had_and_what_it_should_have():
    verdict, _ = verdict_on("cpu_bound")
    machine, size = verdict.usage.machine, verdict.right_size
    assert machine

    values = job_values(verdict, "declared")

    assert values["samples_identity"] == "declared"
    assert values["verdict"] == verdict.sentence
    assert values["cores_allowed"] == machine.cores_allowed
    assert values["memory_allowed_bytes"] == machine.memory_allowed_bytes
    assert (values["right_size"], values["right_size_reason"]) == (size.verdict, size.words)


@pytest.mark.parametrize("seed", range(3))
def test_what_was_used_and_what_was_wasted_make_what_was_allowed(seed: int):
    verdict, _ = verdict_on("single_threaded", seed)
    assert verdict.usage.machine

    values = job_values(verdict, "token")

    allowed = verdict.usage.machine.cores_allowed * values["covered_seconds"]
    assert values["cpu_seconds"] + values["wasted_core_seconds"] == pytest.approx(allowed, rel=0.02)


def test_processes_are_told_in_a_text_that_kql_can_read():
    verdict, number = verdict_on("cpu_bound")

    of_job = json.loads(job_values(verdict, "token")["top_processes"])
    of_step = json.loads(step_values(verdict, number)["top_processes"])

    top = verdict.usage.steps[number - 1].usage.top_by_cpu[0]
    name, cpu_seconds, memory_mib = of_step[0]
    assert (name, memory_mib) == (top.name, round(top.memory_max_bytes / 2**20))
    assert cpu_seconds == pytest.approx(top.cpu_seconds, rel=1e-3)
    assert len(of_step) <= 2 <= len(of_job) <= 5


def test_a_name_that_json_and_kql_would_trip_over_stays_a_name():
    verdict, number = verdict_on("cpu_bound")
    steps = list(verdict.usage.steps)
    odd = steps[number - 1].usage.top_by_cpu[0]._replace(name='a"b\\c\n]')
    usage = steps[number - 1].usage._replace(top_by_cpu=(odd,))
    steps[number - 1] = steps[number - 1]._replace(usage=usage)
    verdict = verdict._replace(usage=verdict.usage._replace(steps=tuple(steps)))

    assert json.loads(step_values(verdict, number)["top_processes"])[0][0] == odd.name


def test_of_what_nobody_saw_that_is_all_there_is_to_say():
    start_ms, end_ms = 1_000_000, 1_060_000
    job = Job("build", start_ms, end_ms, (Step(1, "make", start_ms, end_ms, "success"),), "success")
    verdict = judge(job, [])

    assert step_values(verdict, 1) == {"samples": NONE}
    values = job_values(verdict, "token")
    assert (values["samples"], values["right_size"]) == (NONE, "unknown")
    assert not {"cpu_seconds", "cores_allowed", "wasted_core_seconds"} & values.keys()


def test_a_step_that_the_verdict_does_not_know_says_nothing():
    verdict, _ = verdict_on(None)

    assert step_values(verdict, 999) == {}


def test_a_whole_sampled_job_says_so():
    verdict, number = verdict_on("cpu_bound")

    assert job_values(verdict, "token")["samples"] == COMPLETE
    assert step_values(verdict, number)["samples"] == COMPLETE
