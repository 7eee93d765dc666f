"""Claims in, a signed token out; and the issuer who signs it, on a real port, well or ill."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from src.frontend.scopes import Scope
from src.frontend.trust import TokenTrust
from src.shared.sent_batches import Identity
from tests.http_service import serving

AUDIENCE = "https://telemetry.example"
OWNER, REPOSITORY, RUN, ATTEMPT, JOB = 11, 22, 33, 2, 44
DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/.well-known/jwks"
BITS = 2048

Answer = tuple[int, bytes]


@cache
def private_key(key_id: str, bits: int) -> rsa.RSAPrivateKey:
    """Always the same one for an id: making one takes a while."""
    assert key_id
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def public_key(key_id: str, bits: int = BITS, **more: object) -> dict[str, Any]:
    """Its public half, as an issuer publishes it."""
    jwk = RSAAlgorithm.to_jwk(private_key(key_id, bits).public_key(), as_dict=True)
    return {**jwk, "kid": key_id, "use": "sig", "alg": "RS256", **more}


class Issuer:
    """Who signs, and what he answers; a test changes either."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.keys: object = [public_key("one")]
        self.discovery: dict[str, Any] = {}
        self.wait_seconds = 0.0
        self.answer: Callable[[str], Answer] = self.usual_answer

    def usual_answer(self, path: str) -> Answer:
        if path.endswith(DISCOVERY):
            usual = {"issuer": self.url, "jwks_uri": self.url + KEYS}
            return 200, json.dumps(usual | self.discovery).encode()
        if path.endswith(KEYS):
            return 200, json.dumps({"keys": self.keys}).encode()
        return 404, b""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").partition("/")[0]

    @property
    def identity(self) -> Identity:
        """What the claims, unchanged, say."""
        return Identity(
            how="token",
            host=self.host,
            repository_id=REPOSITORY,
            run_id=RUN,
            run_attempt=ATTEMPT,
            job_id=JOB,
            repository=self.claims()["repository"],
            owner_id=OWNER,
            runner_environment="github-hosted",
        )

    def claims(self, **changes: Any) -> dict[str, Any]:
        """GitHub's, of one job; a claim that `changes` sets to None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "repo:o/r:ref:refs/heads/main",
            "iat": now,
            "nbf": now - 5,
            "exp": now + 300,
            "repository": "o/r",
            "repository_id": str(REPOSITORY),
            "repository_owner_id": str(OWNER),
            "run_id": str(RUN),
            "run_attempt": str(ATTEMPT),
            "check_run_id": str(JOB),
            "runner_environment": "github-hosted",
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, key_id: str = "one", signer: str = "one", **changes: Any) -> str:
        """A token that says it was signed with one key, signed with another."""
        claims = json.dumps(self.claims(**changes)).encode()
        return jwt.PyJWS().encode(claims, private_key(signer, BITS), "RS256", {"kid": key_id})

    def trust(self, *repositories: int) -> TokenTrust:
        """What trusts him and his one owner."""
        return TokenTrust(
            [self.url],
            AUDIENCE,
            frozenset({Scope(self.host, OWNER)}),
            frozenset(Scope(self.host, number) for number in repositories),
        )


@contextmanager
def issuing(path: str = "") -> Iterator[Issuer]:
    """An issuer whose URL ends with this path."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            time.sleep(issuer.wait_seconds)
            status, body = issuer.answer(self.path)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # nobody waits for it any more
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as port:
        issuer.url = f"http://127.0.0.1:{port}{path}"
        yield issuer
