import pytest

from src.frontend.issuers import GITHUB_ISSUER, host_of, parse_issuer


@pytest.mark.parametrize(
    ("issuer", "host"),
    [
        (GITHUB_ISSUER, "github.com"),
        (f"{GITHUB_ISSUER}/an-enterprise", "github.com"),
        ("https://token.actions.octo.ghe.com", "octo.ghe.com"),
        ("https://GHE.example/_services/token", "ghe.example"),
        ("https://ghe.example:8443/_services/token", "ghe.example:8443"),
    ],
)
def test_an_issuer_tells_the_host(issuer: str, host: str):
    assert host_of(issuer) == host


@pytest.mark.parametrize(
    ("url", "issuer"),
    [
        (GITHUB_ISSUER, GITHUB_ISSUER),
        (GITHUB_ISSUER + "/", GITHUB_ISSUER),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_issuer_is_named_as_its_tokens_name_it(url: str, issuer: str):
    assert parse_issuer(url) == issuer


@pytest.mark.parametrize(
    "url",
    [
        "http://token.actions.githubusercontent.com",
        "http://127.0.0.1.example",
        "http://localhost@example.com",
        "token.actions.githubusercontent.com",
        "https://",
        "https://user:word@ghe.example",
        "https://ghe.example/x?y",
        "https://ghe.example/#x",
        "file:///etc/passwd",
        "https://[::1",
    ],
)
def test_an_issuer_whose_keys_could_be_changed_is_refused(url: str):
    with pytest.raises(ValueError, match=r"https://HOST/PATH|Invalid IPv6"):
        parse_issuer(url)
