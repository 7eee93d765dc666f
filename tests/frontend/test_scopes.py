import pytest

from src.frontend.scopes import Scope, parse_key, parse_scope


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("7", Scope("github.com", 7)),
        ("github.com/7", Scope("github.com", 7)),
        ("GHE.example/7", Scope("ghe.example", 7)),
        ("10.0.0.5:8443/7", Scope("10.0.0.5:8443", 7)),
    ],
)
def test_a_number_belongs_to_a_host(text: str, scope: Scope):
    assert parse_scope(text) == scope


@pytest.mark.parametrize(
    "text",
    ["", "o", "o/r", "/7", "ghe.example/", "-7", "7.0", "7/7", "9" * 19, "٣", "a..b/7", "7\n"],
)
def test_what_is_no_number_is_refused(text: str):
    with pytest.raises(ValueError, match="must be numbers"):
        parse_scope(text)


def test_a_host_has_an_end():
    with pytest.raises(ValueError, match="must be numbers"):
        parse_scope("a" * 130 + ".example/7")


@pytest.mark.parametrize(
    ("text", "scope", "key"),
    [
        ("7:word", Scope("github.com", 7), b"word"),
        ("ghe.example:443/7:word", Scope("ghe.example:443", 7), b"word"),
        ("7:a:b/c=", Scope("github.com", 7), b"a:b/c="),
        ("1234:56/78:key", Scope("github.com", 1234), b"56/78:key"),
    ],
)
def test_a_key_is_a_repositorys(text: str, scope: Scope, key: bytes):
    assert parse_key(text) == (scope, key)


@pytest.mark.parametrize("text", ["word", "o/r:word", "7", "x:7:word"])
def test_a_key_of_nobody_is_refused(text: str):
    with pytest.raises(ValueError, match="REPOSITORY_ID:KEY"):
        parse_key(text)
