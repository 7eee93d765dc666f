from itertools import islice

import pytest

from src.backend.pauses import growing


@pytest.mark.parametrize(
    ("first", "longest", "expected"),
    [
        (0.25, 5.0, [0.25, 0.5, 1, 2, 4, 5, 5]),
        (0.1, 0.3, [0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3]),
        (9.0, 1.0, [1.0] * 7),
    ],
)
def test_waits_grow_to_their_limit(first: float, longest: float, expected: list[float]):
    assert list(islice(growing(first, longest), 7)) == expected
