"""Tables, saved functions and texts in; what Microsoft's own parser finds in each text, out."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

_PARSE = Path(__file__).parent / "parse.cjs"
_PARSER = _PARSE.parents[2] / "node_modules" / "@kusto"

NEEDS_PARSER = pytest.mark.skipif(
    not os.environ.get("CI") and not (shutil.which("node") and _PARSER.is_dir()),
    reason="needs node and `npm ci`, which `make test` sees to",
)


def findings_in(
    texts: Mapping[str, str],
    tables: Mapping[str, str],
    functions: Mapping[str, str],
    within_seconds: float = 300,
) -> dict[str, list[str]]:
    """By the texts' names; one process for all, since it takes seconds to load."""
    answer = subprocess.run(
        ["node", _PARSE],
        input=json.dumps({"tables": tables, "functions": functions, "texts": texts}),
        capture_output=True,
        text=True,
        timeout=within_seconds,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)
