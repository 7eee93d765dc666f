import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
)

from src.shared.queues.azure_complaints import (
    complaint,
    is_lease_lost,
    is_message_gone,
    is_queue_missing,
    is_refusal,
    may_be_unreadable,
)


def answer(status: int, code: str = "") -> HttpResponseError:
    error = HttpResponseError("hidden")
    error.status_code, error.reason = status, "Reason"
    error.error_code = code  # type: ignore[attr-defined] -- as the SDK does
    return error


def test_the_services_word_stands_before_its_reason():
    assert complaint(answer(503, "ServerBusy")) == "503 ServerBusy"
    assert complaint(answer(503)) == "503 Reason"


def test_a_known_word_comes_with_what_helps():
    said = complaint(answer(403, "AuthorizationPermissionMismatch"))

    assert said.startswith("403 AuthorizationPermissionMismatch: the identity lacks a role")


def test_no_credential_is_told_in_one_line():
    error = ClientAuthenticationError("DefaultAzureCredential failed\nEnvironmentCredential: …")

    assert complaint(error).endswith("`az login`? DefaultAzureCredential failed")


def test_who_cannot_be_reached_is_named():
    error = ServiceRequestError("Cannot connect to host acc.queue.core.windows.net:443\nmore")

    assert complaint(error) == "Cannot connect to host acc.queue.core.windows.net:443"


def test_a_connection_that_fails_is_told_without_tls_and_with_what_helps():
    error = ServiceRequestError(
        "Cannot connect to host 127.0.0.1:1 ssl:default [Connect call failed ('127.0.0.1', 1)]"
    )

    said = complaint(error)

    assert said.startswith(
        "127.0.0.1:1 cannot be reached (nothing listens there): is AZURE_STORAGE"
    )
    assert "ssl" not in said


def test_what_is_not_known_to_be_harmless_is_not_told():
    assert complaint(IncompleteReadError("hidden")) == "an answer that cannot be read"
    assert complaint(AzureError("hidden")) == "AzureError"
    assert complaint(TimeoutError("hidden")) == "no answer in time"


def test_errors_are_told_apart():
    assert is_lease_lost(answer(404, "MessageNotFound"))
    assert is_lease_lost(answer(400, "PopReceiptMismatch"))
    assert is_message_gone(answer(404, "MessageNotFound"))
    assert not is_message_gone(answer(400, "PopReceiptMismatch"))
    assert is_queue_missing(answer(404, "QueueNotFound"))
    assert may_be_unreadable(answer(500))
    assert not is_lease_lost(answer(404, "QueueNotFound"))
    assert not is_queue_missing(answer(404, "MessageNotFound"))
    assert not may_be_unreadable(answer(503))


@pytest.mark.parametrize(
    ("error", "is_certain"),
    [
        (answer(403), True),
        (answer(413), True),
        (answer(429), True),
        (answer(408), False),
        (answer(500), False),
        (answer(503), False),
        (ServiceRequestError("who knows how far it came"), False),
        (TimeoutError(), False),
    ],
    ids=repr,
)
def test_only_an_answer_that_says_no_is_a_refusal(error: Exception, is_certain: bool):  # noqa: FBT001 -- a table's column
    assert is_refusal(error) is is_certain
