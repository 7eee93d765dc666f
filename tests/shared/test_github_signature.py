import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.shared.github_signature import is_signed, sign

secrets = st.binary(min_size=1, max_size=80)


def test_the_vector_that_github_publishes(corpus: Path):
    vector = json.loads((corpus / "hmac" / "github_official_vector.json").read_text())
    body, secret = vector["payload"].encode(), vector["secret"].encode()

    assert sign(body, secret) == vector["signature"].encode()
    assert is_signed(body, vector["signature"].encode(), [secret])


@given(st.binary(), st.lists(secrets, min_size=1, max_size=3), st.data())
def test_any_of_our_secrets_signs(body: bytes, ours: list[bytes], data: st.DataObject):
    assert is_signed(body, sign(body, data.draw(st.sampled_from(ours))), ours)


@given(st.binary(), secrets, st.binary(max_size=80))
def test_nothing_else_is_a_signature(body: bytes, secret: bytes, signature: bytes):
    assert is_signed(body, signature, [secret]) == (signature == sign(body, secret))


@given(st.binary(min_size=1), secrets, st.data())
def test_a_changed_bit_breaks_the_signature(body: bytes, secret: bytes, data: st.DataObject):
    at = data.draw(st.integers(0, len(body) - 1))
    changed = bytearray(body)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))

    assert not is_signed(bytes(changed), sign(body, secret), [secret])


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"sha256=", id="no digits"),
        pytest.param(sign(b"body", b"secret")[7:], id="no prefix"),
        pytest.param(sign(b"body", b"secret").upper(), id="upper case"),
        pytest.param(sign(b"body", b"secret") + b" ", id="trailing space"),
        pytest.param(sign(b"body", b"secret")[:-1], id="cut"),
        pytest.param(sign(b"body", b"secret").replace(b"sha256", b"sha1"), id="another hash"),
        pytest.param(sign(b"body", b""), id="empty secret"),
        pytest.param("sha256=ä".encode(), id="not ASCII"),
        pytest.param(b"\xff\xfe", id="no text"),
    ],
)
def test_what_is_no_signature_is_refused_without_an_exception(signature: bytes):
    assert not is_signed(b"body", signature, [b"secret"])


def test_no_secret_signs_nothing():
    assert not is_signed(b"body", sign(b"body", b""), [])
