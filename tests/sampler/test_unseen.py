"""When all processes are read, idle or not, because somebody works whom nobody saw."""

from itertools import accumulate

import pytest

from src.sampler.unseen import Unseen


def asked(rises: list[tuple[int, int]]) -> list[bool]:
    """What is said after each sample; rises are of all and of the known."""
    unseen = Unseen()
    unseen.is_there(1000, 100)
    used = accumulate((used for used, _ in rises), initial=1000)
    known = accumulate((known for _, known in rises), initial=100)
    return [unseen.is_there(*told) for told in list(zip(used, known, strict=True))[1:]]


@pytest.mark.parametrize(
    ("used", "known", "expected"),
    [
        *((0, 0, False), (100, 100, False), (100, 130, False)),
        *((4, 0, False), (5, 0, True), (50, 10, True)),
        *((800, 760, False), (800, 740, True)),
    ],
)
def test_more_was_used_than_is_known(used: int, known: int, expected: bool):  # noqa: FBT001
    assert asked([(used, known)]) == [expected]


def test_where_reading_all_does_not_help_it_is_done_seldom():
    told = asked([(100, 0)] * 64)

    assert [at for at, is_asked in enumerate(told) if is_asked] == [0, 2, 6, 14, 30, 46, 62]


def test_once_all_is_known_again_it_is_done_at_once():
    assert asked([(100, 0), (100, 0), (100, 100), (100, 0)]) == [True, False, False, True]


def test_nothing_is_said_of_what_cannot_be_known():
    unseen = Unseen()

    assert [unseen.is_there(None, ticks) for ticks in (0, 1, 2)] == [False] * 3
