"""What a real machine's errors would be, where no test may go: a cloud's own metadata service."""

import pytest

from src.shared.object_store_complaints import complaint, is_place_missing

TOKEN = (
    "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 2.01s"
    " - HTTP error: error sending request\n\nDebug source:\n … kind: Connect …"
)
IDENTITY = (
    "The operation lacked valid authentication credentials for path External Azure credential"
    " provider: ClientAuthenticationError: DefaultAzureCredential failed to retrieve a token\n…"
)
PROXY = TOKEN.replace("kind: Connect", "a proxy answered 403 Forbidden")


@pytest.mark.parametrize(
    ("text", "helps"),
    [
        (TOKEN, "no credential was found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        (PROXY, "no credential was found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        (IDENTITY, "no credential was accepted: is there a managed identity, or `az login`?"),
    ],
    ids=["nobody at Amazon's", "a proxy instead", "nobody at Azure"],
)
def test_who_has_no_credential_is_told_what_gives_one(text: str, helps: str):
    assert complaint(Exception(text)) == helps


def test_what_is_not_known_is_told_in_its_first_line():
    error = OSError("Unable to open file /x: Not a directory (os error 20)\nmore")

    assert complaint(error) == "Unable to open file /x: Not a directory (os error 20)"


def test_a_missing_place_is_not_a_missing_object():
    assert is_place_missing(Exception("404 … <Code>NoSuchBucket</Code>"))
    assert not is_place_missing(Exception("404 … <Code>BlobNotFound</Code>"))
