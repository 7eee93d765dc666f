from collections.abc import Iterator
from threading import Event, current_thread, main_thread

import pytest

from src.cli.ahead import MOST, ahead

PATIENCE_SECONDS = 10


def test_all_come_in_their_order():
    assert list(ahead(range(3 * MOST))) == list(range(3 * MOST))


def test_the_next_is_made_while_nobody_asks():
    is_made = Event()

    def items() -> Iterator[int]:
        yield 1
        is_made.set()
        assert current_thread() is not main_thread()
        yield 2

    found = ahead(items())

    assert next(found) == 1
    assert is_made.wait(PATIENCE_SECONDS)
    assert list(found) == [2]


def test_what_goes_wrong_comes_after_what_went_well():
    def items() -> Iterator[int]:
        yield 1
        raise OSError("no more")

    found = ahead(items())

    assert next(found) == 1
    with pytest.raises(OSError, match="no more"):
        next(found)


def test_who_stops_asking_stops_the_making():
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10 * MOST):
            made.append(number)
            yield number

    found = ahead(items())
    next(found)
    found.close()  # type: ignore[attr-defined]  # it is a generator
    count = len(made)

    assert count <= MOST + 1
    assert len(made) == count
