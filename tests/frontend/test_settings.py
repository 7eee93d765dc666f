"""Variables in, whom to trust or one line out."""

import pytest

from src.frontend.issuers import GITHUB_ISSUER
from src.frontend.scopes import Scope
from src.frontend.settings import FrontendSettings
from src.frontend.trust import NOBODY, TokenTrust, Trust
from src.shared.errors import SettingsError
from src.shared.settings import load
from tests.insights.stack import KEY

TOKENS = {"SAMPLES_OWNER_IDS": "11", "SAMPLES_AUDIENCE": "us"}
WORD = "a-word-of-sixteen"
TOKEN_BY_HTTP = {
    "APPLICATIONINSIGHTS_CONNECTION_STRING": f"InstrumentationKey={KEY}"
    ";IngestionEndpoint=http://do-not-show.example/",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "Authorization=AAD",
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in FrontendSettings.model_fields.values():
        if isinstance(field.validation_alias, str):
            monkeypatch.delenv(field.validation_alias, raising=False)
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "the webhook's secret")


def trust(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Trust:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load(FrontendSettings).samplers()


def test_nobody_is_trusted_by_default(monkeypatch: pytest.MonkeyPatch):
    assert trust(monkeypatch) == NOBODY
    assert not trust(monkeypatch, SAMPLES_OWNER_IDS="", SAMPLES_KEYS="", SAMPLES_AUDIENCE="us")


def test_owners_are_trusted_by_github_s_tokens(monkeypatch: pytest.MonkeyPatch):
    found = trust(monkeypatch, **TOKENS)

    assert found == Trust(TokenTrust((GITHUB_ISSUER,), "us", frozenset({Scope("github.com", 11)})))
    assert found


def test_more_than_one_of_each(monkeypatch: pytest.MonkeyPatch):
    found = trust(
        monkeypatch,
        SAMPLES_OWNER_IDS="11, ghe.example/3,",
        SAMPLES_REPOSITORY_IDS="22,ghe.example/4",
        SAMPLES_AUDIENCE="us",
        SAMPLES_ISSUERS=f"{GITHUB_ISSUER}/an-enterprise/, https://ghe.example/_services/token",
    )

    assert found.tokens == TokenTrust(
        (f"{GITHUB_ISSUER}/an-enterprise", "https://ghe.example/_services/token"),
        "us",
        frozenset({Scope("github.com", 11), Scope("ghe.example", 3)}),
        frozenset({Scope("github.com", 22), Scope("ghe.example", 4)}),
    )


def test_keys_are_repositories_and_may_rotate(monkeypatch: pytest.MonkeyPatch):
    found = trust(monkeypatch, SAMPLES_KEYS=f"22:{WORD}1, 22:{WORD}2 ,ghe.example/22:{WORD}3")

    assert found.tokens is None
    assert found.keys == {
        Scope("github.com", 22): (f"{WORD}1".encode(), f"{WORD}2".encode()),
        Scope("ghe.example", 22): (f"{WORD}3".encode(),),
    }


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"SAMPLES_OWNER_IDS": "11"}, "SAMPLES_AUDIENCE is not set"),
        ({"SAMPLES_OWNER_IDS": "do-not-show"}, "SAMPLES_OWNER_IDS"),
        ({"SAMPLES_REPOSITORY_IDS": "22"}, "SAMPLES_OWNER_IDS"),
        (TOKENS | {"SAMPLES_REPOSITORY_IDS": "do-not-show/r"}, "SAMPLES_REPOSITORY_IDS"),
        (TOKENS | {"SAMPLES_ISSUERS": "http://do-not-show.example"}, "SAMPLES_ISSUERS"),
        (
            TOKENS | {"SAMPLES_OWNER_IDS": "ghe.example/3"},
            "SAMPLES_ISSUERS has none of ghe.example",
        ),
        ({"SAMPLES_KEYS": "do-not-show"}, "SAMPLES_KEYS"),
        ({"SAMPLES_KEYS": "22:do-not-show"}, "SAMPLES_KEYS: a key is shorter"),
        ({"SAMPLES_KEYS": "22:the webhook's secret"}, "SAMPLES_KEYS: a key is the webhook's"),
        ({"SAMPLES_KEYS": f"o/r:{WORD}"}, "SAMPLES_KEYS"),
        (TOKEN_BY_HTTP, "APPLICATIONINSIGHTS_CONNECTION_STRING: .* give it an https endpoint"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_makes_no_sense_is_told_in_one_line(
    variables: dict[str, str], complaint: str, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(SettingsError, match=complaint) as refused:
        trust(monkeypatch, **variables)

    assert "do-not-show" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SAMPLES_KEYS", f"22:{WORD}")

    assert WORD not in repr(load(FrontendSettings))
