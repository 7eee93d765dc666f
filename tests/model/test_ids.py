from hypothesis import given
from hypothesis import strategies as st

from src.model import ids

HOSTS = st.sampled_from(["github.com", "ghe.example.test", "ghe.example.test:8443"])
NUMBERS = st.integers(min_value=1, max_value=2**63)

# Small numbers on purpose: only those could run into one another without separators.
THINGS = st.one_of(
    st.tuples(st.just("run"), HOSTS, st.integers(1, 30), st.integers(1, 30)),
    st.tuples(st.just("job"), HOSTS, st.integers(1, 30)),
    st.tuples(st.just("step"), HOSTS, st.integers(1, 30), st.integers(0, 30)),
    st.tuples(
        st.just("point"),
        HOSTS,
        st.integers(1, 30),
        st.sampled_from(["a", "a1", "11"]),
        st.sampled_from(["system.disk.io/read", "system.disk.io/write"]),
        st.integers(0, 30),
    ),
)
RECIPES = {
    "run": ids.run_record_id,
    "job": ids.job_record_id,
    "step": ids.step_record_id,
    "point": ids.point_record_id,
}


def record_id(thing: tuple) -> str:
    kind, *parts = thing
    return RECIPES[kind](*parts)


def test_ids_read_as_what_they_name():
    assert ids.run_record_id("github.com", 123, 2) == "github.com/runs/123/attempts/2"
    assert ids.job_record_id("github.com", 456) == "github.com/jobs/456"
    assert ids.step_record_id("github.com", 456, 3) == "github.com/jobs/456/steps/3"


def test_a_points_id_is_short():
    record_id = ids.point_record_id("github.com", 123, "3f2a", "system.disk.io/read", 60_000)

    assert len(record_id) == 16
    assert int(record_id, 16)


def test_a_run_without_an_attempt_is_its_first():
    without, first = (ids.run_record_id("github.com", 5, attempt) for attempt in (None, 1))

    assert without == first


@given(st.lists(THINGS, min_size=2, max_size=20, unique=True))
def test_different_things_have_different_ids(things: list[tuple]):
    record_ids = {record_id(thing) for thing in things}

    assert len(record_ids) == len(things)
    assert len({ids.span_id(text) for text in record_ids}) == len(things)
    assert len({ids.trace_id(text) for text in record_ids}) == len(things)


@given(HOSTS, NUMBERS, st.integers(1, 1000))
def test_trace_and_span_ids_fit_and_are_never_zero(host: str, run_id: int, attempt: int):
    run = ids.run_record_id(host, run_id, attempt)

    assert 0 < ids.trace_id(run) < 2**128
    assert 0 < ids.span_id(run) < 2**64


def test_the_recipe_never_changes():
    # Runners and backends of different versions must agree: `printf TEXT | sha256sum`.
    text = "github.com/runs/123/attempts/2"

    assert f"{ids.trace_id(text):032x}" == "49142066abb490222ce180a2eebeeaef"
    assert f"{ids.span_id(text):016x}" == "49142066abb49022"
