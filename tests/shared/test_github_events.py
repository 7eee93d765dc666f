import json
from pathlib import Path
from typing import Any

import pytest

from src.shared.errors import DeliveryRefusedError
from src.shared.github_events import (
    EVENTS,
    WORKFLOW_JOB,
    WORKFLOW_RUN,
    github_host,
    has_null_subject,
    is_delivery_id,
    parse_delivery,
    trim,
)

REPOSITORY = {"id": 1, "full_name": "o/r", "html_url": "https://github.com/o/r"}
RUN = {"id": 2, "name": "CI", "status": "queued"}
JOB = {"id": 3, "run_id": 2, "name": "build"}
RUN_BODY = {"action": "requested", "repository": REPOSITORY, "workflow_run": RUN}
JOB_BODY = {"action": "queued", "repository": REPOSITORY, "workflow_job": JOB}


def body_of(content: Any) -> bytes:
    return json.dumps(content).encode()


def changed(content: dict[str, Any], part: str, **fields: Any) -> bytes:
    """The body with these fields of one of its parts set, or of itself where part is ''."""
    inner = {**content[part], **fields} if part else fields
    return body_of({**content, part: inner} if part else {**content, **inner})


# --- real deliveries ----------------------------------------------------------------------------


def test_every_recorded_delivery_is_read_and_trimmed_to_little(corpus: Path):
    for event in sorted(EVENTS):
        files = sorted((corpus / "payloads" / event).glob("*.json"))
        assert files, event
        for file in files:
            body = file.read_bytes()
            if has_null_subject(event, body):
                continue
            trimmed = trim(parse_delivery(event, body))
            assert len(trimmed) < len(body) / 2, file
            assert len(trimmed) < 12_000, file
            assert trim(parse_delivery(event, trimmed)) == trimmed, file


def test_what_is_trimmed_keeps_what_it_says(corpus: Path):
    """Every value of a trimmed body stands at the same place in the body it came from."""
    for event in sorted(EVENTS):
        for file in sorted((corpus / "payloads" / event).glob("*.json")):
            body = file.read_bytes()
            if not has_null_subject(event, body):
                trimmed = json.loads(trim(parse_delivery(event, body)))
                assert_within(trimmed, json.loads(body), file.name)


def assert_within(part: Any, whole: Any, at: str) -> None:
    if isinstance(part, dict):
        for key, value in part.items():
            assert_within(value, whole[key], f"{at}.{key}")
    elif isinstance(part, list):
        assert len(part) == len(whole), at
        for number, value in enumerate(part):
            assert_within(value, whole[number], f"{at}[{number}]")
    else:
        assert part == whole, at


# --- the least, and more ------------------------------------------------------------------------


def test_a_body_with_nothing_optional_is_a_delivery():
    run, job = parse_delivery(WORKFLOW_RUN, body_of(RUN_BODY)), body_of(JOB_BODY)

    assert json.loads(trim(run)) == RUN_BODY
    assert json.loads(trim(parse_delivery(WORKFLOW_JOB, job))) == JOB_BODY


def test_null_is_as_good_as_absent():
    with_nulls = changed(JOB_BODY, "workflow_job", steps=None, labels=None, runner_id=None)

    assert trim(parse_delivery(WORKFLOW_JOB, with_nulls)) == trim(
        parse_delivery(WORKFLOW_JOB, body_of(JOB_BODY))
    )


def test_words_that_nobody_knows_yet_pass_through():
    body = changed(JOB_BODY, "workflow_job", status="dreaming", conclusion="woken")

    job = json.loads(trim(parse_delivery(WORKFLOW_JOB, body)))["workflow_job"]

    assert (job["status"], job["conclusion"]) == ("dreaming", "woken")


def test_the_order_and_spacing_of_a_body_do_not_matter():
    reordered = json.dumps(dict(reversed(RUN_BODY.items())), indent=4).encode()

    assert trim(parse_delivery(WORKFLOW_RUN, reordered)) == trim(
        parse_delivery(WORKFLOW_RUN, body_of(RUN_BODY))
    )


# --- hostile bodies -----------------------------------------------------------------------------


@pytest.mark.parametrize("event", sorted(EVENTS))
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="text"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"{}", id="no fields"),
        pytest.param(b"[1]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"1e999", id="a large number"),
        pytest.param(b"\xff\xfe{}", id="no utf-8"),
        pytest.param(b"[" * 200_000, id="deep"),
        pytest.param(b'{"x":' * 200_000, id="deep in what is skipped"),
        pytest.param(body_of({**RUN_BODY, **JOB_BODY, "action": None}), id="action is null"),
        pytest.param(body_of({**RUN_BODY, **JOB_BODY, "repository": None}), id="no repository"),
        pytest.param(
            body_of({**RUN_BODY, **JOB_BODY, "workflow_run": [], "workflow_job": "x"}),
            id="the subject is something else",
        ),
        pytest.param(
            body_of(
                {**RUN_BODY, "workflow_run": {**RUN, "id": "2"}, "workflow_job": {**JOB, "id": 2.5}}
            ),
            id="ids are no integers",
        ),
    ],
)
def test_what_is_no_delivery_is_refused(event: str, body: bytes):
    with pytest.raises(DeliveryRefusedError, match=f"not a {event} delivery"):
        parse_delivery(event, body)


def test_a_delivery_of_one_event_is_none_of_the_other():
    with pytest.raises(DeliveryRefusedError, match="workflow_run"):
        parse_delivery(WORKFLOW_RUN, body_of(JOB_BODY))


@pytest.mark.parametrize(
    ("event", "body", "answer"),
    [
        (WORKFLOW_JOB, b'{"action":"queued","workflow_job":null}', True),
        (WORKFLOW_RUN, b'{"workflow_run": null}', True),
        (WORKFLOW_RUN, b'{"workflow_job": null}', False),
        (WORKFLOW_JOB, b"{}", False),
        (WORKFLOW_JOB, b'{"workflow_job":{}}', False),
        (WORKFLOW_JOB, b"null", False),
        (WORKFLOW_JOB, b"[" * 200_000, False),
        (WORKFLOW_JOB, b"", False),
    ],
)
def test_a_null_subject_is_told_from_a_missing_one(event: str, body: bytes, *, answer: bool):
    assert has_null_subject(event, body) is answer


# --- hosts and ids ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://github.com/o/r", "github.com"),
        ("https://GHES.example.COM/o/r", "ghes.example.com"),
        ("http://ghes.example.com:8443/o/r", "ghes.example.com:8443"),
        ("https://10.0.0.1", "10.0.0.1"),
        (None, "github.com"),
        ("", "github.com"),
        ("o/r", "github.com"),
        ("ftp://example.com/o/r", "github.com"),
        ("https:///o/r", "github.com"),
    ],
)
def test_the_host_comes_from_the_repository(url: str | None, host: str):
    body = changed(RUN_BODY, "repository", html_url=url)

    assert github_host(parse_delivery(WORKFLOW_RUN, body)) == host


@pytest.mark.parametrize(
    "authority", ["a b", "me:pw@github.com", "..\\..", "ü.com", "x" * 129, "a\0b", "a%2Fb"]
)
def test_a_host_that_cannot_be_part_of_a_key_is_refused(authority: str):
    body = changed(RUN_BODY, "repository", html_url=f"https://{authority}/o/r")

    with pytest.raises(DeliveryRefusedError, match="host"):
        parse_delivery(WORKFLOW_RUN, body)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("72d3162e-cc78-11e3-81ab-4c9367dc0958", True),
        ("a", True),
        ("A_b-9", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("..", False),
        ("a/b", False),
        ("a\n", False),
        ("a b", False),
        ("ü", False),
        ("a\0", False),
    ],
)
def test_a_delivery_id_is_what_a_key_can_hold(text: str, *, answer: bool):
    assert is_delivery_id(text) is answer
