"""Tokens in, claims or a refusal out; over HTTP to an issuer that may be down, slow or lying."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from src.frontend import issuer_fetch
from src.frontend.token_check import TokenCheck
from src.frontend.trust import TokenTrust
from src.frontend.verdict import RefusedError
from tests.frontend.issuing import (
    AUDIENCE,
    BITS,
    DISCOVERY,
    JOB,
    KEYS,
    Issuer,
    issuing,
    private_key,
    public_key,
)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


def claims_of(trust: TokenTrust, *tokens: str) -> dict[str, Any]:
    """What one check makes of these in turn; the last one's claims."""

    async def check() -> dict[str, Any]:
        checking = TokenCheck(trust)
        try:
            return dict([await checking.claims(token) for token in tokens][-1])
        finally:
            await checking.close()

    return asyncio.run(check())


def refusal(trust: TokenTrust, *tokens: str) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        claims_of(trust, *tokens)
    return refused.value.verdict.status, refused.value.verdict.reason


def segment(value: object) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def forged(issuer: Issuer, header: dict[str, object], secret: bytes = b"") -> str:
    """A token with another header, signed with a shared secret or not at all."""
    signed = segment({"typ": "JWT", "kid": "one", **header}) + b"." + segment(issuer.claims())
    digest = hmac.digest(secret, signed, "sha256") if secret else b""
    return (signed + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


# --- what is good -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/an-enterprise", "/_services/token"])
def test_a_token_of_the_issuer_gives_its_claims(path: str):
    with issuing(path) as issuer:
        claims = claims_of(issuer.trust(), issuer.token())

        assert claims["check_run_id"] == str(JOB)
        assert issuer.asked == [path + DISCOVERY, path + KEYS]


def test_one_of_several_issuers_will_do(issuer: Issuer):
    trust = TokenTrust(["https://elsewhere.example", issuer.url], AUDIENCE, frozenset())
    assert claims_of(trust, issuer.token())["iss"] == issuer.url


def test_a_proxy_is_for_the_world_outside(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert claims_of(issuer.trust(), issuer.token())["iss"] == issuer.url


def test_keys_are_fetched_once(issuer: Issuer):
    claims_of(issuer.trust(), *[issuer.token() for _ in range(5)])
    assert len(issuer.asked) == 2


def test_a_clock_that_is_a_little_off_is_forgiven(issuer: Issuer):
    now = int(time.time())
    claims_of(issuer.trust(), issuer.token(exp=now - 10), issuer.token(nbf=now + 10, iat=now + 10))


def test_a_rotated_key_is_found(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("src.frontend.issuer_keys.UNKNOWN_SECONDS", 0.0)

    async def rotate() -> None:
        check = TokenCheck(issuer.trust())
        await check.claims(issuer.token())
        issuer.keys = [public_key("two"), public_key("one")]
        await check.claims(issuer.token("two", "two"))
        issuer.keys = [public_key("two")]
        issuer.answer = lambda _: (500, b"")
        await check.claims(issuer.token("one"))

    asyncio.run(rotate())
    assert len(issuer.asked) == 4


# --- what is not --------------------------------------------------------------------------------

BAD: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "expired": (lambda i: i.token(exp=int(time.time()) - 60), "expired"),
    "not valid yet": (lambda i: i.token(nbf=int(time.time()) + 60), "not valid yet"),
    "from the future": (lambda i: i.token(iat=int(time.time()) + 60), "not valid yet"),
    "another audience": (lambda i: i.token(aud="https://github.com/o"), "audience"),
    "no audience": (lambda i: i.token(aud=None), "lacks a claim"),
    "no end": (lambda i: i.token(exp=None), "lacks a claim"),
    "an end that is none": (lambda i: i.token(exp="soon"), "not valid"),
    "an endless end": (lambda i: i.token(exp=1e400), "not valid"),
    "another issuer": (lambda i: i.token(iss="https://elsewhere.example"), "issuer"),
    "a slash more": (lambda i: i.token(iss=i.url + "/"), "issuer"),
    "no issuer": (lambda i: i.token(iss=None), "GitHub's"),
    "issuers": (lambda i: i.token(iss=[i.url]), "GitHub's"),
    "a wrong key": (lambda i: i.token(signer="another"), "signature is wrong"),
    "an unknown key": (lambda i: i.token("another", "another"), "a key that"),
    "an altered claim": (
        lambda i: ".".join(
            [
                i.token().split(".")[0],
                segment(i.claims(repository_id="1")).decode(),
                i.token().split(".")[2],
            ]
        ),
        "signature is wrong",
    ),
    "alg none": (lambda i: forged(i, {"alg": "none"}), "GitHub's"),
    "alg None": (lambda i: forged(i, {"alg": "None"}), "GitHub's"),
    "no alg": (lambda i: forged(i, {}), "GitHub's"),
    "HS256 with the public key": (lambda i: forged(i, {"alg": "HS256"}, pem()), "GitHub's"),
    "RS256 by the public key": (lambda i: forged(i, {"alg": "RS256"}, pem()), "signature is wrong"),
    "no kid": (lambda i: forged(i, {"alg": "RS256", "kid": None}, b"x"), "malformed"),
    "a critical extension": (lambda i: forged(i, {"alg": "RS256", "crit": ["x"]}, b"x"), ""),
    "a key of its own": (
        lambda i: forged(i, {"alg": "RS256", "jwk": public_key("another")}, b"x"),
        "signature is wrong",
    ),
    "words": (lambda _: "a.b.c", "malformed"),
    "nothing": (lambda _: "", "malformed"),
    "depths": (
        lambda _: f"{segment({'alg': 'RS256', 'kid': 'one'}).decode()}.{'W1tb' * 2000}.x",
        "malformed",
    ),
}


def pem() -> bytes:
    public = private_key("one", BITS).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(("make", "word"), BAD.values(), ids=BAD)
def test_a_bad_token_is_refused(make: Callable[[Issuer], str], word: str, issuer: Issuer):
    status, reason = refusal(issuer.trust(), make(issuer))

    assert (status, word in reason) == (401, True), reason


@given(st.text("abcW1e0.-_=", max_size=60) | st.text(max_size=20))
def test_no_text_is_a_fault(text: str):
    trust = TokenTrust(["https://elsewhere.example"], AUDIENCE, frozenset())
    assert refusal(trust, text)[0] == 401


# --- an issuer that is not well -----------------------------------------------------------------


def answering(status: int, body: bytes) -> Callable[[Issuer], None]:
    def change(issuer: Issuer) -> None:
        issuer.answer = lambda _: (status, body)

    return change


def telling(**discovery: object) -> Callable[[Issuer], None]:
    return lambda issuer: issuer.discovery.update(discovery)


def keeping(*keys: object) -> Callable[[Issuer], None]:
    return lambda issuer: setattr(issuer, "keys", list(keys))


def sending_on(issuer: Issuer) -> None:
    issuer.answer = lambda path: issuer.usual_answer(path) if DISCOVERY in path else (302, b"")


def swollen(issuer: Issuer) -> None:
    """All of it right, and too much."""

    def answer(path: str) -> tuple[int, bytes]:
        status, body = issuer.usual_answer(path)
        return status, body + b" " * issuer_fetch.MOST_BYTES

    issuer.answer = answer


ILL = {
    "down": answering(500, b""),
    "sends on": sending_on,
    "not JSON": answering(200, b"<html>"),
    "a list": answering(200, b"[]"),
    "deep": answering(200, b"[" * 100_000),
    "huge": swollen,
    "another name": telling(issuer="https://elsewhere.example"),
    "a slash more": lambda issuer: telling(issuer=issuer.url + "/")(issuer),
    "keys elsewhere": telling(jwks_uri="https://elsewhere.example/keys"),
    "keys on another port": telling(jwks_uri="http://127.0.0.1:1/keys"),
    "keys by another way": lambda issuer: telling(jwks_uri=issuer.url.replace("http:", "https:"))(
        issuer
    ),
    "keys of somebody": lambda issuer: telling(jwks_uri=issuer.url.replace("//", "//x@"))(issuer),
    "keys in a file": telling(jwks_uri="file:///etc/passwd"),
    "keys nowhere": telling(jwks_uri=None),
    "keys at no URL": telling(jwks_uri="http://[::1/keys"),
    "no keys": keeping(),
    "keys that are none": lambda issuer: setattr(issuer, "keys", "one"),
    "other things": keeping(None, [], {}, {"kid": "one"}, {"kid": 1, "kty": "RSA"}),
    "a shared secret": keeping({"kid": "one", "kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}),
    "a key for another use": keeping(public_key("one", use="enc")),
    "a key for another way": keeping(public_key("one", alg="RS512")),
    "a key without a number": keeping({**public_key("one"), "n": ""}),
}


@pytest.mark.parametrize("spoil", ILL.values(), ids=ILL)
def test_an_issuer_that_is_not_well_is_a_503(spoil: Callable[[Issuer], None], issuer: Issuer):
    spoil(issuer)

    assert refusal(issuer.trust(), issuer.token()) == (
        503,
        "the token's issuer cannot be asked, try again",
    )


def test_nobody_else_is_asked_for_an_issuers_keys(issuer: Issuer):
    with issuing() as another:
        issuer.discovery["jwks_uri"] = another.url + KEYS

        assert refusal(issuer.trust(), issuer.token())[0] == 503
        assert another.asked == []


def test_a_short_key_verifies_nothing(issuer: Issuer):
    issuer.keys = [public_key("one", 1024)]

    assert refusal(issuer.trust(), issuer.token())[0] == 503


def test_an_issuer_who_is_not_there_is_a_503():
    with issuing() as issuer:
        token, trust = issuer.token(), issuer.trust()

    assert refusal(trust, token)[0] == 503


@pytest.mark.parametrize("seconds", [0.15, 2.0])
def test_a_slow_issuer_is_given_up(seconds: float, issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(issuer_fetch, "FETCH_SECONDS", 0.2)
    issuer.wait_seconds = seconds  # both documents together take too long, or the first alone

    assert refusal(issuer.trust(), issuer.token())[0] == 503, "who waits is told its claims"


def test_a_good_key_among_others_is_found(issuer: Issuer):
    issuer.keys = [{"kid": "one", "kty": "EC"}, public_key("two"), {}, public_key("one")]

    assert claims_of(issuer.trust(), issuer.token())["iss"] == issuer.url


def test_nonsense_makes_no_storm_of_fetches(issuer: Issuer):
    async def storm() -> None:
        check = TokenCheck(issuer.trust())
        tokens = [issuer.token(f"no-{number}") for number in range(50)]
        refused = await asyncio.gather(*map(check.claims, tokens), return_exceptions=True)
        assert {type(error) for error in refused} == {RefusedError}

    asyncio.run(storm())
    assert len(issuer.asked) == 2
