"""The frontend against its own description, by schemathesis: no answer that is not described."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from src.frontend.app import create_app
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
    answers = {"200", "202", "400", "401", "408", "413", "415", "503"}
    assert paths["/webhook"]["post"]["responses"].keys() == answers
    assert paths["/ready"]["get"]["responses"].keys() == {"200", "503"}


@pytest.mark.slow
@pytest.mark.parametrize("secrets", [(), (SECRET,)], ids=["unsigned are taken", "signed only"])
def test_whatever_is_sent_is_answered_as_described(secrets: tuple[bytes, ...], tmp_path: Path):
    queue = ListQueue()
    app = create_app(queue, secrets)
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(app.openapi()))
    program = Path(sys.executable).with_name("schemathesis")
    with running(app) as port:
        options = ("--checks", CHECKS, "--max-examples", EXAMPLES, "--no-color")
        url = f"http://127.0.0.1:{port}"
        done = subprocess.run(
            [program, "run", description, "--url", url, *options, "--generation-deterministic"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert done.returncode == 0, done.stdout
    assert bool(queue.bodies) is not bool(secrets)
