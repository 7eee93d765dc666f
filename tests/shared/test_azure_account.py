import pytest

from src.shared.azure_account import (
    account_by_connection_string,
    account_by_name,
    check_queue_name,
)
from src.shared.errors import SettingsError

KEY = "c2VjcmV0LWtleQ=="
SIGNATURE = "sv=2024-01-01&ss=bq&sig=hidden%3D"


def test_a_name_is_an_account_of_the_public_cloud_without_a_secret():
    account = account_by_name("telemetry1")

    assert account.blob_url == "https://telemetry1.blob.core.windows.net"
    assert account.queue_url == "https://telemetry1.queue.core.windows.net"
    assert (account.key, account.signature) == (None, None)


@pytest.mark.parametrize("name", ["ab", "a" * 25, "Upper", "with-hyphen", "a.b", "ü12", "abc\n"])
def test_a_name_that_no_account_has_is_refused_and_not_shown(name: str):
    with pytest.raises(SettingsError, match=r"^AZURE_STORAGE_ACCOUNT_NAME: ") as caught:
        account_by_name(name)

    assert name not in str(caught.value)


def test_a_connection_string_as_the_portal_shows_it():
    account = account_by_connection_string(
        f"DefaultEndpointsProtocol=https;AccountName=acc;AccountKey={KEY};"
        "EndpointSuffix=core.chinacloudapi.cn"
    )

    assert (account.name, account.key, account.signature) == ("acc", KEY, None)
    assert account.blob_url == "https://acc.blob.core.chinacloudapi.cn"
    assert account.queue_url == "https://acc.queue.core.chinacloudapi.cn"


def test_a_connection_string_with_a_signature_needs_no_account_name():
    account = account_by_connection_string(
        "BlobEndpoint=https://acc.blob.core.windows.net/;"
        f"QueueEndpoint=https://acc.queue.core.windows.net/;SharedAccessSignature=?{SIGNATURE}"
    )

    assert (account.name, account.key, account.signature) == ("acc", None, SIGNATURE)
    assert account.queue_url == "https://acc.queue.core.windows.net"


def test_names_in_a_connection_string_may_be_written_in_any_case_with_spaces_around():
    account = account_by_connection_string(f" accountname = acc ; ACCOUNTKEY={KEY} ;; ")

    assert (account.name, account.key) == ("acc", KEY)


def test_development_storage_is_the_emulator_on_this_machine():
    account = account_by_connection_string("UseDevelopmentStorage=true")

    assert account.name == "devstoreaccount1"
    assert account.queue_url == "http://127.0.0.1:10001/devstoreaccount1"


BAD = {
    "no connection string": "hunter2",
    "empty": ";",
    "no key": "AccountName=hunter2",
    "no name": f"AccountKey={KEY};BlobEndpoint=https://hunter2;QueueEndpoint=https://hunter2",
    "a key that is none": "AccountName=acc;AccountKey=hunter2!",
    "an endpoint that is none": f"AccountName=acc;AccountKey={KEY};BlobEndpoint=hunter2",
    "a signature to nowhere": "SharedAccessSignature=hunter2",
    "a signature to one service": (
        "BlobEndpoint=https://acc.blob.core.windows.net;SharedAccessSignature=hunter2"
    ),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_bad_connection_string_is_refused_and_not_shown(text: str):
    with pytest.raises(SettingsError, match=r"^AZURE_STORAGE_CONNECTION_STRING: ") as caught:
        account_by_connection_string(text)

    assert "hunter2" not in str(caught.value)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_account_prints_no_secret():
    account = account_by_connection_string(f"AccountName=acc;AccountKey={KEY}")

    assert KEY not in repr(account)


@pytest.mark.parametrize("name", ["github-webhook-events", "a1b", "a-b-c", "3" * 56])
def test_names_that_azure_takes_for_queues(name: str):
    check_queue_name(name)


@pytest.mark.parametrize(
    "name", ["ab", "a" * 57, "Upper", "a--b", "-ab", "ab-", "a_b", "ü12", "a.b", "abc\n", ""]
)
def test_names_that_azure_takes_for_no_queue(name: str):
    with pytest.raises(SettingsError, match=r"^AZURE_STORAGE_QUEUE_NAME: "):
        check_queue_name(name)
