"""Owners and steps: which is whose, and what nobody can tell."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.alignment import MARGIN, align
from src.analysis.matching import match
from src.analysis.roster import roster_of
from src.analysis.series import Span
from src.analysis.step_names import families, numbered, speaks_for
from src.analysis.timeline import Step
from tests.analysis.made import job, ms, step

CHECKOUT = "Run actions/checkout@v4"
MINUTE = Span(ms(0), ms(60))


def matched(steps: list[Step], seen: Span = MINUTE, /, **born: float) -> dict[str, tuple[int, ...]]:
    """The numbers of each owner's steps."""
    roster = roster_of(job(*steps, end=60), seen)
    births_ms = {key: ms(at) for key, at in born.items()}
    found = match(births_ms, steps, roster.lives, seen, 1000)
    return {key: tuple(steps[index].number for index in family) for key, family in found.items()}


def test_steps_in_turn_are_told_by_time():
    steps = [step(1, "Set up job", 0, 2), step(2, "one", 2, 9), step(3, "two", 9, 20)]
    assert matched(steps, a=2.05, b=9.7) == {"a": (2,), "b": (3,)}


def test_a_birth_in_the_second_in_which_one_step_ends_and_the_next_starts_is_the_next_s():
    steps = [step(1, "one", 2, 9), step(2, "two", 9, 20)]
    assert matched(steps, b=9.99) == {"b": (2,)}


def test_a_name_that_says_nothing_of_a_key_stands_behind_names_that_do():
    steps = [step(1, "Run a", 0, 9), step(2, "Build it", 0, 9), step(3, "Run b", 0, 9)]
    assert matched(steps, __run=0.5, __run_2=0.6) == {"__run": (1,), "__run_2": (3,)}


def test_a_step_that_was_too_short_to_be_met_leaves_the_owner_to_the_one_that_was():
    steps = [step(1, "one", 5, 5), step(2, "two", 5, 30)]
    assert matched(steps, a=5.6) == {"a": (2,)}


def test_a_step_may_have_begun_a_second_later_than_github_says_and_been_met_by_nobody():
    steps = [step(1, "one", 0, 2), step(2, "two", 2, 3)]
    assert matched(steps, a=2.0) == {"a": (2,)}


def test_a_birth_long_after_the_only_step_s_start_is_that_step_s():
    assert matched([step(1, "one", 0, 50)], Span(ms(40), ms(60)), a=40) == {"a": (1,)}


@pytest.mark.parametrize("born", [-1.001, 11.001])
def test_who_was_born_when_no_step_ran_is_nobody_s(born: float):
    assert matched([step(1, "one", 0, 10)], a=born) == {}


@pytest.mark.parametrize("born", [-1.0, 11.0])
def test_a_second_s_slack_is_given(born: float):
    assert matched([step(1, "one", 0, 10)], a=born) == {"a": (1,)}


def test_the_runner_s_own_steps_skipped_ones_and_those_without_times_have_no_owner():
    steps = [
        step(1, "Set up job", 0, 5),
        step(2, "one", 0, 5, conclusion="skipped"),
        step(3, "two", None, None),
    ]
    assert matched(steps, a=1) == {}


PARALLEL = [step(1, "one", 3, 20), step(2, "two", 3, 20), step(3, "three", 3, 20)]


def test_steps_that_start_together_are_told_by_the_order_of_births():
    assert matched(PARALLEL, a=3.3, b=3.1, c=3.2) == {"b": (1,), "c": (2,), "a": (3,)}


def test_user_s_keys_born_within_one_tick_have_no_order():
    assert matched(PARALLEL, a=3.1, b=3.3, c=3.11) == {"b": (3,)}
    assert matched(PARALLEL, c=3.1, b=3.3, a=3.1) == {"b": (3,)}
    assert matched(PARALLEL[:2], a=3.1, b=3.111) == {"a": (1,), "b": (2,)}


def test_scripts_born_within_one_tick_are_in_the_order_of_their_numbers():
    assert matched(PARALLEL[:2], __run_10=3.1, __run_2=3.1) == {"__run_2": (1,), "__run_10": (2,)}


def test_a_user_s_key_born_with_a_script_s_could_be_either_unless_a_name_tells():
    named = [step(1, "Run make", 3, 20), step(2, "two", 3, 20)]
    assert matched(PARALLEL[:2], __run=3.1, mine=3.1) == {}
    assert matched(named, __run=3.1, mine=3.1) == {"__run": (1,), "mine": (2,)}


def test_of_two_born_together_one_may_be_the_only_one_that_fits():
    steps = [step(1, CHECKOUT, 3, 20), step(2, CHECKOUT, 3, 20), step(3, "mine", 3, 20)]
    born = {"mine": 3.1, "__actions_checkout": 3.1, "__actions_checkout_2": 3.1}
    expected = {"mine": (3,), "__actions_checkout": (1,), "__actions_checkout_2": (2,)}
    assert matched(steps, **born) == expected


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9)), min_size=1, max_size=5),
    st.lists(st.sampled_from([0, 10, 20, 500, 1000, 3000, 5000]), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_how_its_user_called_a_step_decides_nothing(
    spans: list[tuple[int, int]], born_ms: list[int], random: Random
):
    steps = [
        step(at, f"step {at}", start, start + length) for at, (start, length) in enumerate(spans, 1)
    ]
    keys = [f"key{at}" for at in range(len(born_ms))]
    others = random.sample(keys, len(keys))
    told, renamed = (
        matched(steps, **{key: born / 1000 for key, born in zip(names, born_ms, strict=True)})
        for names in (keys, others)
    )
    assert {others[keys.index(key)]: family for key, family in told.items()} == renamed


def test_where_one_place_is_left_for_two_born_together_nobody_has_it():
    assert matched([step(1, "one", 3, 20)], a=3.1, b=3.1) == {}


def test_where_counts_differ_nobody_is_certain():
    assert matched(PARALLEL, a=3.1, b=3.3) == {}


def test_far_from_every_start_nobody_is_certain():
    assert matched([step(1, "one", 0, 60), step(2, "two", 20, 60)], a=50) == {}


def test_a_name_that_speaks_against_it_leaves_an_owner_without_a_step():
    assert matched([step(1, CHECKOUT, 3, 20)], __run=3.1) == {}


def test_an_action_that_was_set_up_needs_no_owner_of_its_own():
    steps = [step(1, "Pre one", 0, 1), step(2, "one", 5, 20), step(3, "two", 5, 20)]
    assert matched(steps, a=0.2, b=5.5) == {"a": (2, 1), "b": (3,)}


def test_one_that_is_certain_stays_so_beside_others_that_are_not():
    steps = [*PARALLEL, step(4, "four", 21, 40)]
    assert matched(steps, a=3.1, b=3.3, c=21.2) == {"c": (4,)}


def test_scripts_born_within_a_second_are_in_the_order_of_their_numbers():
    born = {"__run_2": 3.1, "__run_10": 3.2, "__run": 3.3}
    assert matched(PARALLEL, **born) == {"__run": (1,), "__run_2": (2,), "__run_10": (3,)}


def test_scripts_born_further_apart_are_in_the_order_of_their_births():
    steps = [step(1, "one", 3, 20), step(2, "two", 8, 20)]
    assert matched(steps, __run_2=3.1, __run=8.1) == {"__run_2": (1,), "__run": (2,)}


def test_a_name_tells_what_order_cannot():
    steps = [step(1, "Run make", 3, 20), step(2, CHECKOUT, 3, 20)]
    assert matched(steps, __actions_checkout=3.5) == {"__actions_checkout": (2,)}
    assert matched(steps, __run=3.5) == {"__run": (1,)}
    assert matched(steps, mine=3.5) == {}


def test_an_action_that_its_user_named_like_a_script_keeps_its_owner():
    steps = [step(1, "Run golangci-lint", 3, 9), step(2, "Run make", 9, 20)]
    born = {"__golangci_golangci-lint-action": 3.2, "__run": 9.2}
    assert matched(steps, **born) == {"__golangci_golangci-lint-action": (1,), "__run": (2,)}


def test_a_name_does_not_stand_against_time():
    steps = [step(1, "Run make", 3, 9), step(2, "compile", 9, 20)]
    assert matched(steps, __run_2=9.9) == {"__run_2": (2,)}


def test_one_action_s_parts_have_one_owner():
    steps = [
        step(1, f"Pre {CHECKOUT}", 0, 2),
        step(2, CHECKOUT, 5, 9),
        step(3, "Run make", 9, 20),
        step(4, f"Post {CHECKOUT}", 20, 22),
    ]
    expected = {"__actions_checkout": (2, 1, 4), "__run": (3,)}
    assert matched(steps, __actions_checkout=0.2, __run=9.2) == expected


def test_cleaning_up_goes_backwards_through_actions_of_one_name():
    steps = [
        step(1, CHECKOUT, 0, 5),
        step(2, CHECKOUT, 5, 9),
        step(3, f"Post {CHECKOUT}", 20, 22),
        step(4, f"Post {CHECKOUT}", 22, 24),
    ]
    expected = {"__actions_checkout": (1, 4), "__actions_checkout_2": (2, 3)}
    assert matched(steps, __actions_checkout=0.2, __actions_checkout_2=5.2) == expected


def test_two_owners_of_one_family_are_both_uncertain():
    steps = [step(1, CHECKOUT, 0, 5), step(2, f"Post {CHECKOUT}", 20, 30)]
    assert matched(steps, __actions_checkout=0.2, mine=20.2) == {}


def test_no_owners_no_steps():
    assert matched([]) == matched([], a=1) == matched(PARALLEL) == {}


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("__run", ("run", 1)),
        ("__run_2", ("run", 2)),
        ("__actions_checkout", ("actions_checkout", 1)),
        ("__actions_checkout_12", ("actions_checkout", 12)),
        ("__self", ("self", 1)),
        ("build", None),
        ("build_2", None),
    ],
)
def test_a_key_tells_its_kind(key: str, kind: tuple[str, int] | None):
    assert numbered(key) == kind


@pytest.mark.parametrize(
    ("key", "name", "speaks"),
    [
        ("__run", "Run make -j4", True),
        ("__run_3", "Run echo me@example.org / there", True),
        ("__run", CHECKOUT, False),
        ("__actions_checkout", CHECKOUT, True),
        ("__actions_checkout_2", CHECKOUT, True),
        ("__actions_cache", "Run actions/cache/restore@v4", True),
        ("__docker_setup-x86_64", "Run docker/setup-x86_64@v1", True),
        ("__actions_checkout", "Run actions/setup-node@v4", False),
        ("__actions_checkout", "Run make", None),
        ("__golangci_golangci-lint-action", "Run golangci-lint", None),
        ("__self", "Run ./.github/actions/build", True),
        ("__self_2", "Run ./.github/actions/build@v1", True),
        ("__self", "Run ./configure --prefix=/usr", None),
        ("__self", CHECKOUT, False),
        ("__run", "Run ./configure", True),
        ("__run", "Run docker://alpine@sha256:0", False),
        ("__alpine", "Run docker://alpine@sha256:0", None),
        ("__run", "Compile", None),
        ("compile", "Run make", None),
    ],
)
def test_a_key_speaks_for_a_name(key: str, name: str, speaks: bool | None):  # noqa: FBT001
    assert speaks_for(key, name) is speaks


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b"], [(0,), (1,)]),
        (["Pre a", "b", "a", "Post a"], [(1,), (2, 0, 3)]),
        (["a", "a", "Post a", "Post a"], [(0, 3), (1, 2)]),
        (["a", "a", "Post a"], [(0,), (1,), (2,)]),
        (["Post office", "a"], [(0,), (1,)]),
        (["Pre Pre a", "Pre a", "a"], [(0,), (2, 1)]),
    ],
)
def test_families(names: list[str], expected: list[tuple[int, ...]]):
    assert families(names) == expected


costs = st.one_of(st.none(), st.integers(0, 8).map(lambda half: half * MARGIN // 2))
tables = st.integers(0, 3).flatmap(
    lambda width: st.lists(st.lists(costs, min_size=width, max_size=width), max_size=3)
)


@given(tables, st.lists(st.integers(0, 3).map(lambda part: part * MARGIN), min_size=3, max_size=3))
def test_certain_pairings_are_those_without_which_every_alignment_is_dearer(
    table: list[list[int | None]], bare: list[int]
):
    width = len(table[0]) if table else 0
    ways = list(alignments(table, bare[:width]))
    least = min(cost for cost, _ in ways)
    pairs = {pair for _, way in ways for pair in way}
    others = {
        pair: min((cost for cost, way in ways if pair not in way), default=0) for pair in pairs
    }
    best = next(way for cost, way in ways if cost == least)
    expected = {pair for pair in best if others[pair] >= least + MARGIN}
    costs = [{at: cost for at, cost in enumerate(row) if cost is not None} for row in table]
    found = align(costs, bare[:width])
    assert set(found.certain.items()) == expected
    assert (least, set(found.best.items())) in ways


def alignments(
    table: list[list[int | None]], bare: list[int]
) -> list[tuple[int, set[tuple[int, int]]]]:
    """Every way to pair rows and columns without crossing, and its cost."""
    rows, columns = range(len(table)), range(len(bare))
    found = []
    for count in range(min(len(table), len(bare)) + 1):
        for chosen_rows in combinations(rows, count):
            for chosen_columns in combinations(columns, count):
                way = set(zip(chosen_rows, chosen_columns, strict=True))
                prices = [table[row][column] for row, column in way]
                if None not in prices:
                    left = sum(bare[column] for column in columns if column not in chosen_columns)
                    unpaired = 10**6 * (len(table) - count)
                    found.append((sum(p or 0 for p in prices) + left + unpaired, way))
    return found
