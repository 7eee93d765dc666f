"""checkov finds nothing in infra/ but what is excused beside it, with a reason."""

import json
import re
import subprocess

import pytest

from tests.infra.bicep import INFRA, ROOT, sources

CHECKOV = ROOT / ".venv" / "checkov" / "bin" / "checkov"
SKIP = re.compile(r"// checkov:skip=(CKV\w+):(.+)")
EXCUSES = [excuse for text in sources().values() for excuse in SKIP.findall(text)]

pytestmark = pytest.mark.slow


def test_checkov_is_content():
    command = [CHECKOV, "-d", INFRA, "--framework", "bicep", "--skip-download", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    found = json.loads(done.stdout)
    results = found["results"]

    assert [failed["check_id"] for failed in results["failed_checks"]] == []
    assert results["parsing_errors"] == []
    assert results["passed_checks"]
    checks = results["skipped_checks"]
    excused = [(c["check_id"], c["check_result"]["suppress_comment"]) for c in checks]
    assert sorted(excused) == sorted(EXCUSES)


def test_every_excuse_has_a_reason():
    reasons = [reason for text in sources().values() for _, reason in SKIP.findall(text)]
    assert reasons
    assert all(len(reason.split()) > 2 for reason in reasons)
