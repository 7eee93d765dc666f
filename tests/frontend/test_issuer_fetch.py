"""Whatever an issuer publishes as keys, only what may sign is a key, and nothing is a fault."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from src.frontend.issuer_fetch import _usable
from tests.frontend.issuing import BITS, private_key, public_key

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=3), parts),
    max_leaves=5,
)
NUMBERS = st.text("AQab01_-=", max_size=700)
KEYS = st.fixed_dictionaries(
    {"kid": st.just("one") | JSON, "kty": st.just("RSA") | JSON, "n": NUMBERS | JSON},
    optional={
        "e": st.sampled_from(["AQAB", "AQ", "Ag", ""]) | JSON,
        "use": st.just("sig") | JSON,
        "alg": st.just("RS256") | JSON,
        "d": NUMBERS,
        "oth": JSON,
    },
)


@given(st.lists(KEYS | JSON, max_size=4))
def test_strange_keys_hide_no_good_one(strange: list[object]):
    good = public_key("good")
    keys = _usable({"keys": [*strange, good]})

    assert "good" in keys
    assert all(2048 <= key.key.key_size <= 8192 for key in keys.values())


@given(JSON)
def test_what_is_no_list_has_no_keys(keys: object):
    assert _usable({"keys": keys}) == {}
    assert _usable({}) == {}


def test_only_the_public_half_of_a_key_is_read():
    private = RSAAlgorithm.to_jwk(private_key("one", BITS), as_dict=True)
    key = _usable({"keys": [{**private, "kid": "one"}]})["one"].key

    assert isinstance(key, RSAPublicKey)
    assert key.public_numbers() == private_key("one", BITS).public_key().public_numbers()
