"""Headers in, a token or a refusal out."""

import pytest

from src.frontend.senders import LONGEST_TOKEN, token_in
from src.frontend.verdict import RefusedError


@pytest.mark.parametrize("scheme", [b"Bearer ", b"bearer  ", b"BEARER "])
def test_a_bearers_token_is_found_however_it_is_written(scheme: bytes):
    assert token_in({b"authorization": scheme + b"a-_.b.c"}) == "a-_.b.c"
    assert token_in({}) is None


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"a.b.c",
        b"Bearer a.b",
        b"Bearer a.b.",
        b"Bearer a.b.c.d",
        b"Bearer a.b.c\n",
        b"Basic x",
    ],
)
def test_what_cannot_be_a_token_is_not_looked_at(value: bytes):
    with pytest.raises(RefusedError, match="Authorization must be"):
        token_in({b"authorization": value})


def test_a_token_has_an_end():
    with pytest.raises(RefusedError, match="Authorization must be"):
        token_in({b"authorization": b"Bearer a.b." + b"c" * LONGEST_TOKEN})
