"""Without a key: a managed identity's token, over TLS, on an Azurite that asks for both."""

import json
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.azurite import running_azurite
from tests.certificate import make_certificate
from tests.http_service import serving
from tests.insights.stack import ROOT
from tests.integration.processes import environment

PATIENCE_SECONDS = 30
AUDIENCE = "https://storage.azure.com"
HEADER = "a secret of the platform"


def make_token(now: float) -> str:
    """A token that Azurite takes; it looks at the claims, not for a signature."""
    claims = {
        "aud": AUDIENCE,
        "iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
        "iat": int(now) - 60,
        "nbf": int(now) - 60,
        "exp": int(now) + 3600,
    }
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join([*(urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "none"])


@contextmanager
def running_identity(asked: list[str]) -> Iterator[str]:
    """The URL where a platform gives its services their tokens; what was asked goes to the list.

    https://learn.microsoft.com/en-us/azure/container-apps/managed-identity
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.headers["X-IDENTITY-HEADER"] == HEADER
            asked.append(self.path)
            now = time.time()
            answer = {
                "access_token": make_token(now),
                "expires_on": str(int(now) + 3600),
                "resource": AUDIENCE,
                "token_type": "Bearer",
            }
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as port:
        yield f"http://127.0.0.1:{port}/token"


@pytest.mark.slow
def test_a_managed_identity_does_all_that_we_ask_over_tls(tmp_path: Path):
    certificate, key = make_certificate(tmp_path)
    options = ("--silent", "--oauth", "basic", "--cert", str(certificate), "--key", str(key))
    asked: list[str] = []
    with running_azurite(tmp_path, *options) as azurite, running_identity(asked) as identity_url:
        assert azurite.queue_url.startswith("https://")
        settings = {
            "IDENTITY_ENDPOINT": identity_url,
            "IDENTITY_HEADER": HEADER,
            "SSL_CERT_FILE": str(certificate),
            "REQUESTS_CA_BUNDLE": str(certificate),
        }
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "tests.integration.identified"),
                *(azurite.blob_url, azurite.queue_url),
            ],
            cwd=ROOT,
            env=environment(**settings),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert asked
    assert all(AUDIENCE.partition("//")[2] in path for path in asked)
