"""Error messages as users record them, and the category that each speaks for."""

import pytest

from src.analysis.failure_reasons import SIGNS_BY_REASON
from src.analysis.failure_signs import CATEGORIES
from src.analysis.failures import Recorded
from src.analysis.measure import measure
from src.analysis.timeline import Job
from src.analysis.verdict import conclude

MESSAGES = {
    "network": (
        *("Connection timed out", "download failed", "Could not resolve host: example.com"),
        *("Failed to fetch http://deb.example/x.deb", "curl: (28) Operation timed out"),
        *("read ECONNRESET", "Temporary failure in name resolution", "HTTP 503 from the mirror"),
    ),
    "dependency": (
        *("Missing dependencies", "apt failure", "E: Unable to locate package libfoo-dev"),
        *("unmet dependencies: libfoo", "ModuleNotFoundError: No module named 'x'"),
        *("bash: cmake: command not found", "npm ERR! code ERESOLVE"),
    ),
    "architecture": (
        *("QEMU problem", "toolchain not found", "exec format error", "cross-compilation failed"),
        *("qemu-aarch64: illegal instruction", "no matching manifest for linux/arm64"),
    ),
    "compilation": (
        *("compiler error", "make: *** [all] Error 2", "gcc: error: no input files"),
        *("undefined reference to `main'", "compilation terminated", "build failed"),
    ),
    "packaging": (
        *("debhelper error", "lintian failure", "dpkg-buildpackage failed"),
        *("dh_install: missing files", "dpkg-deb: error: conffile name"),
    ),
    "configuration": (
        *("Invalid YAML", "missing parameter version", "config file not found"),
        *("VERSION is not set", "unknown option --frob"),
    ),
    "permission": (
        *("Access denied", "authentication failed", "Permission denied (publickey)"),
        *("HTTP 403 Forbidden", "fatal: could not read Username", "EACCES: mkdir"),
    ),
    "resource": (
        *("Out of memory", "No space left on device", "insufficient disk space", "oom-killed"),
        *("java.lang.OutOfMemoryError: Java heap space", "std::bad_alloc", "signal 9"),
    ),
    "security": (
        *("Checksum failure", "checksum mismatch on download", "GPG signature error"),
        *("signature verification failed", "NO_PUBKEY 0123", "Hash Sum mismatch"),
    ),
    "unknown": ("something odd", ""),
}


def category(reason: str) -> str:
    job = measure(Job("build", 0, 1000, (), "failure"), [])
    failure = conclude(job, exit_code=1, recorded=Recorded("", reason)).failure
    assert failure is not None
    return failure.category


@pytest.mark.parametrize(
    ("expected", "message"),
    [(name, message) for name, messages in MESSAGES.items() for message in messages],
)
def test_a_message_speaks_for_its_category(expected: str, message: str):
    assert category(message) == expected
    assert category(f"a_stage: {message.upper()}!") == expected


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ("resource", "make: write error: No space left on device"),
        ("permission", "download failed: 403 Forbidden"),
        ("architecture", "gcc: exec format error"),
        ("network", "apt-get update: Could not resolve host, connection timed out"),
        ("dependency", "configure: error: libfoo is not installed"),
        ("security", "signature of the package could not be verified: connection to keys is fine"),
    ],
)
def test_the_plainer_words_win(expected: str, message: str):
    assert category(message) == expected


def test_every_row_speaks_for_a_category_and_no_mark_stands_twice():
    marks = [mark for row in SIGNS_BY_REASON for mark in row.marks]

    assert {row.category for row in SIGNS_BY_REASON} == CATEGORIES.keys() - {"unknown"}
    assert len(marks) == len(set(marks))
