"""The frontend against its own description, by schemathesis: no answer that is not described."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from src.frontend.app import Frontend, create_app
from src.frontend.trust import Trust
from src.shared import messages
from tests.frontend.issuing import issuing
from tests.frontend.serving import ListQueue, running
from tests.frontend.test_webhook import SECRET

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,unsupported_method,"
    "allow_header_conformance"
)
EXAMPLES = "60"


def test_the_description_names_every_path_and_answer():
    paths = create_app(ListQueue(), [SECRET]).openapi()["paths"]

    assert paths.keys() == {"/webhook", "/samples", "/health", "/ready"}
    common = {"202", "400", "401", "408", "413", "415", "503"}
    assert paths["/webhook"]["post"]["responses"].keys() == common | {"200"}
    assert paths["/samples"]["post"]["responses"].keys() == common | {"403", "429"}
    assert paths["/ready"]["get"]["responses"].keys() == {"200", "503"}


def tried(app: Frontend, folder: Path, *options: str) -> str:
    """What schemathesis says of the running app, which has passed."""
    description = folder / "openapi.json"
    description.write_text(json.dumps(app.openapi()))
    program = Path(sys.executable).with_name("schemathesis")
    with running(app) as port:
        usual = ("--checks", CHECKS, "--max-examples", EXAMPLES, "--no-color")
        usual += ("--generation-deterministic",)
        url = f"http://127.0.0.1:{port}"
        done = subprocess.run(
            [program, "run", description, "--url", url, *usual, *options],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("secrets", [(), (SECRET,)], ids=["unsigned are taken", "signed only"])
def test_whatever_is_sent_is_answered_as_described(secrets: tuple[bytes, ...], tmp_path: Path):
    queue = ListQueue()
    tried(create_app(queue, secrets), tmp_path)

    assert bool(queue.bodies) is not bool(secrets)


@pytest.mark.slow
@pytest.mark.parametrize("has_token", [False, True], ids=["by anybody", "by a job"])
def test_whatever_a_sampler_sends_is_answered_as_described(*, has_token: bool, tmp_path: Path):
    queue = ListQueue()
    with issuing() as issuer:
        app = create_app(queue, [SECRET], samplers=Trust(issuer.trust()))
        token = f"Authorization: Bearer {issuer.token()}"
        options = ("--include-path", "/samples", *(("--header", token) if has_token else ()))
        tried(app, tmp_path, *options)

    kinds = {event.kind for body in queue.bodies for event in messages.decode(body)}
    assert kinds == ({"samples"} if has_token else set())
