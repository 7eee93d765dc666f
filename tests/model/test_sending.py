"""The signature is a contract: samplers of any age sign as written here."""

import hashlib
import hmac

from src.model.sending import signature

KEY, TIME, BODY = b"a key of sixteen and more", "1767225600000", b'{"version":1}'


def test_a_signature_is_an_hmac_over_four_lines():
    lines = b"POST\n/samples\n1767225600000\n" + hashlib.sha256(BODY).hexdigest().encode()

    assert signature(KEY, TIME, BODY) == "sha256=" + hmac.digest(KEY, lines, "sha256").hex()
    assert signature(KEY, TIME, BODY) == (
        "sha256=bcfc0df47d4ec9f635b9d480bfd6a0be06a0bf3caea5a0e376b4d929890e10d3"
    )


def test_nothing_of_it_may_change():
    ours = signature(KEY, TIME, BODY)
    others = {signature(b"x", TIME, BODY), signature(KEY, "1", BODY), signature(KEY, TIME, b"")}

    assert len({ours} | others) == 4
