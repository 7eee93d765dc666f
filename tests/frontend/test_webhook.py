"""What is answered to whom; the sender's headers and body in, the verdict out."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.frontend.verdict import Verdict
from src.frontend.webhook import MAX_BODY_BYTES, judge, refuse_early
from src.shared.github_events import EVENTS
from src.shared.github_signature import sign

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SECRET = b"hush"
SECRETS = (SECRET,)

REPOSITORY = {"id": 1, "full_name": "o/r", "html_url": "https://github.com/o/r"}
JOB = {"id": 3, "run_id": 2, "name": "build ü+&="}
JOB_BODY = json.dumps(
    {"action": "queued", "repository": REPOSITORY, "workflow_job": JOB}, separators=(",", ":")
).encode()
GZIP = gzip.compress(JOB_BODY, mtime=0)
FORM = b"application/x-www-form-urlencoded"


def signed(body: bytes, secret: bytes = SECRET, **changes: Any) -> dict[bytes, bytes]:
    """GitHub's headers for a body; a header that `changes` sets to None is left out."""
    headers = {
        b"content-type": b"application/json",
        b"content-length": b"%d" % len(body),
        b"x-github-event": b"workflow_job",
        b"x-github-delivery": b"72d3162e-cc78-11e3-81ab-4c9367dc0958",
        b"x-hub-signature-256": sign(body, secret),
        **{name.replace("_", "-").encode(): value for name, value in changes.items()},
    }
    return {name: value for name, value in headers.items() if value is not None}


def answer(
    headers: dict[bytes, bytes], body: bytes, secrets: tuple[bytes, ...] = SECRETS
) -> Verdict:
    """Both looks at a delivery, as the app takes them."""
    return refuse_early(headers, secrets) or judge(headers, body, secrets, NOW)


# --- what is taken ------------------------------------------------------------------------------


def test_a_signed_delivery_becomes_an_event_with_its_trimmed_body():
    verdict = answer(signed(JOB_BODY), JOB_BODY)

    assert (verdict.status, verdict.reason) == (202, "queued")
    event = verdict.event
    assert event is not None
    assert (event.kind, event.received_at, event.attempts) == ("workflow_job", NOW, 0)
    assert event.id == "72d3162e-cc78-11e3-81ab-4c9367dc0958"
    assert json.loads(bytes(event.body)) == json.loads(JOB_BODY)


def test_either_of_two_secrets_will_do():
    both = (b"new", b"old")

    assert answer(signed(JOB_BODY, b"new"), JOB_BODY, both).status == 202
    assert answer(signed(JOB_BODY, b"old"), JOB_BODY, both).status == 202
    assert answer(signed(JOB_BODY, b"older"), JOB_BODY, both).status == 401


def test_without_secrets_anything_is_taken_from_anybody():
    headers = signed(JOB_BODY, x_hub_signature_256=None)

    assert answer(headers, JOB_BODY, secrets=()).status == 202
    assert answer(headers, b"[1]", secrets=()).status == 400


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(urlencode({"payload": JOB_BODY}).encode(), id="as GitHub sends it"),
        pytest.param(
            urlencode({"a": "1", "payload": JOB_BODY, "b": ""}).encode(), id="among others"
        ),
        pytest.param(urlencode({"payload": JOB_BODY}).encode() + b"&payload=2", id="the first one"),
    ],
)
def test_a_form_holds_the_same_delivery(form: bytes):
    verdict = answer(signed(form, content_type=FORM), form)

    assert verdict.status == 202
    assert verdict.event is not None
    assert json.loads(bytes(verdict.event.body)) == json.loads(JOB_BODY)


@pytest.mark.parametrize(
    "content_type",
    [b"application/json; charset=utf-8", b"APPLICATION/JSON", b" application/json ;x"],
)
def test_content_types_are_read_as_http_writes_them(content_type: bytes):
    assert answer(signed(JOB_BODY, content_type=content_type), JOB_BODY).status == 202


def test_every_recorded_delivery_is_taken(corpus: Path):
    for event in sorted(EVENTS):
        for file in sorted((corpus / "payloads" / event).glob("*.json")):
            body = file.read_bytes()
            verdict = answer(signed(body, x_github_event=event.encode()), body)
            assert verdict.status == 202 or verdict.reason == f"{event} is null", file


def test_recorded_deliveries_of_other_events_are_ignored(corpus: Path):
    others = [f for f in (corpus / "payloads").glob("*/*.json") if f.parent.name not in EVENTS]
    assert others
    for file in others:
        body = file.read_bytes()
        verdict = answer(signed(body, x_github_event=file.parent.name.encode()), body)
        assert (verdict.status, verdict.event) == (200, None), file


# --- what is not --------------------------------------------------------------------------------

HOSTILE = {
    # headers: the body is not looked at
    "content-length is text": (signed(JOB_BODY, content_length=b"ten"), JOB_BODY, 400),
    "content-length is negative": (signed(JOB_BODY, content_length=b"-1"), JOB_BODY, 400),
    "content-length is empty": (signed(JOB_BODY, content_length=b""), JOB_BODY, 400),
    "30 MB": (signed(JOB_BODY, content_length=b"30000000"), JOB_BODY, 413),
    "a byte over 25 MB": (
        signed(JOB_BODY, content_length=b"%d" % (MAX_BODY_BYTES + 1)),
        JOB_BODY,
        413,
    ),
    "content-length of 5,000 digits": (signed(JOB_BODY, content_length=b"9" * 5000), JOB_BODY, 413),
    "no content type": (signed(JOB_BODY, content_type=None), JOB_BODY, 415),
    "plain text": (signed(JOB_BODY, content_type=b"text/plain"), JOB_BODY, 415),
    "a multipart form": (signed(JOB_BODY, content_type=b"multipart/form-data"), JOB_BODY, 415),
    "a compressed body": (signed(GZIP, content_encoding=b"gzip"), GZIP, 415),
    "a body called compressed": (signed(JOB_BODY, content_encoding=b"BR"), JOB_BODY, 415),
    # signatures
    "no signature": (signed(JOB_BODY, x_hub_signature_256=None), JOB_BODY, 401),
    "an empty signature": (signed(JOB_BODY, x_hub_signature_256=b""), JOB_BODY, 401),
    "a signature that is not ASCII": (signed(JOB_BODY, x_hub_signature_256=b"\xff"), JOB_BODY, 401),
    "SHA-1 only": (
        signed(JOB_BODY, x_hub_signature_256=None, x_hub_signature=b"sha1=00"),
        JOB_BODY,
        401,
    ),
    "another secret": (signed(JOB_BODY, b"guess"), JOB_BODY, 401),
    "an empty secret": (signed(JOB_BODY, b""), JOB_BODY, 401),
    "another body": (signed(JOB_BODY), JOB_BODY + b" ", 401),
    "a cut body": (signed(JOB_BODY), JOB_BODY[:-1], 401),
    # signed, but headers are missing or odd
    "no event": (signed(JOB_BODY, x_github_event=None), JOB_BODY, 400),
    "an empty event": (signed(JOB_BODY, x_github_event=b""), JOB_BODY, 400),
    "no delivery id": (signed(JOB_BODY, x_github_delivery=None), JOB_BODY, 400),
    "a delivery id that is a path": (signed(JOB_BODY, x_github_delivery=b"../x"), JOB_BODY, 400),
    "a delivery id of 5,000": (signed(JOB_BODY, x_github_delivery=b"a" * 5000), JOB_BODY, 400),
    "a delivery id that is not ASCII": (
        signed(JOB_BODY, x_github_delivery=b"\xfc\xff"),
        JOB_BODY,
        400,
    ),
    # signed, but not what the event should be
    "an empty body": (signed(b""), b"", 400),
    "[1]": (signed(b"[1]"), b"[1]", 400),
    "null": (signed(b"null"), b"null", 400),
    "{}": (signed(b"{}"), b"{}", 400),
    "no JSON": (signed(b"hello"), b"hello", 400),
    "no UTF-8": (signed(b'{"action":"\xff"}'), b'{"action":"\xff"}', 400),
    "deep": (signed(b"[" * 100_000), b"[" * 100_000, 400),
    "a job's body as a run": (signed(JOB_BODY, x_github_event=b"workflow_run"), JOB_BODY, 400),
    "JSON called a form": (signed(JOB_BODY, content_type=FORM), JOB_BODY, 400),
    "a form without payload": (signed(b"a=1", content_type=FORM), b"a=1", 400),
    "a form of bad escapes": (signed(b"payload=%zz", content_type=FORM), b"payload=%zz", 400),
    # signed, and of no interest
    "ping": (signed(b"{}", x_github_event=b"ping"), b"{}", 200),
    "another event": (signed(b"{}", x_github_event=b"push"), b"{}", 200),
    "an event that nobody knows": (signed(b"{}", x_github_event=b"\xff\xfe"), b"{}", 200),
    "an event's name in capitals": (signed(b"{}", x_github_event=b"WORKFLOW_JOB"), b"{}", 200),
    "workflow_job: null": (
        signed(b'{"action":"queued","workflow_job":null}'),
        b'{"action":"queued","workflow_job":null}',
        200,
    ),
}


@pytest.mark.parametrize(("headers", "body", "status"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_deliveries_get_their_answer(headers: dict[bytes, bytes], body: bytes, status: int):
    verdict = answer(headers, body)

    assert (verdict.status, verdict.event) == (status, None)
    assert verdict.reason
    assert SECRET.decode() not in verdict.reason


@pytest.mark.parametrize("digits", [20, 400, 4000])
def test_an_id_too_long_for_a_key_is_refused(digits: int):
    body = JOB_BODY.replace(b'"run_id":2', b'"run_id":' + b"9" * digits)

    assert answer(signed(body), body).status == 400


def test_a_body_of_exactly_25_mb_is_read():
    assert refuse_early(signed(b"", content_length=b"%d" % MAX_BODY_BYTES), SECRETS) is None


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"\xff",
        b"sha256=",
        b"sha256=" + b"0" * 63,
        b"sha256=" + b"0" * 65,
        b"sha256=" + b"g" * 64,
        sign(JOB_BODY, SECRET) + b"\n",
        sign(JOB_BODY, SECRET).upper(),  # GitHub writes lower case
        b"sha1=" + b"0" * 64,
    ],
)
def test_what_cannot_be_a_signature_is_refused_without_the_body(signature: bytes):
    headers = signed(JOB_BODY, x_hub_signature_256=signature)

    verdict = refuse_early(headers, SECRETS)

    assert verdict is not None
    assert verdict.status == 401
    assert refuse_early(headers, ()) is None, "without secrets nobody asks for one"


# --- anything at all ----------------------------------------------------------------------------

NAMES = [
    b"content-type",
    b"content-length",
    b"x-github-event",
    b"x-github-delivery",
    b"x-hub-signature-256",
]
values = st.binary(max_size=40) | st.sampled_from(
    [b"application/json", FORM, b"workflow_job", b"workflow_run", b"ping", b"abc-1", b"12"]
)
anything = st.binary(max_size=200) | st.sampled_from([JOB_BODY, b"null", b"{}", b"payload=%7B%7D"])


@given(st.dictionaries(st.sampled_from(NAMES), values), anything)
def test_whatever_is_unsigned_gives_no_event(headers: dict[bytes, bytes], body: bytes):
    verdict = answer(headers, body)

    assert verdict.event is None
    assert verdict.status in {400, 401, 413, 415}


@given(st.dictionaries(st.sampled_from(NAMES), values), anything)
def test_whatever_is_signed_gets_an_answer(changes: dict[bytes, bytes], body: bytes):
    headers = {**signed(body), **changes, b"x-hub-signature-256": sign(body, SECRET)}

    verdict = answer(headers, body)

    assert verdict.status in {200, 202, 400, 413, 415}
    assert (verdict.event is not None) == (verdict.status == 202)
