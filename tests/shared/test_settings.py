import re
from pathlib import Path
from uuid import UUID

import pytest

from src.backend.settings import BackendSettings
from src.cli.stack_settings import StackSettings
from src.frontend.settings import FrontendSettings
from src.insights.settings import InsightsSettings
from src.shared.errors import SettingsError
from src.shared.settings import Settings, StorageSettings, load, refuse

ALL = [FrontendSettings, BackendSettings, StackSettings, InsightsSettings]
VALUE = "hunter2-do-not-show"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of whoever runs the tests are none of theirs."""
    for settings_class in ALL:
        for name in variables(settings_class):
            monkeypatch.delenv(name, raising=False)


def variables(settings_class: type[Settings]) -> list[str]:
    """Every environment variable that the class reads."""
    names: list[str] = []
    for field in settings_class.model_fields.values():
        alias = field.validation_alias
        names += [alias] if isinstance(alias, str) else map(str, getattr(alias, "choices", ()))
    return names


def plain(value: object) -> object:
    """A setting's value, secrets included."""
    return getattr(value, "get_secret_value", lambda: value)()


FRONTEND = [
    ("HOST", "host", "127.0.0.2", "127.0.0.2", "0.0.0.0"),  # noqa: S104 -- the documented default
    ("PORT", "port", "9000", 9000, 8080),
    ("GITHUB_WEBHOOK_SECRET", "secret", "s3", "s3", None),
    ("FRONTEND_GITHUB_WEBHOOK_SECRET", "secret", "s3", "s3", None),
    ("GITHUB_WEBHOOK_SECRET_PREVIOUS", "previous_secret", "s2", "s2", None),
    ("ALLOW_UNSIGNED_WEBHOOKS", "allow_unsigned", "true", True, False),
    ("AZURE_STORAGE_ACCOUNT_NAME", "account_name", "acc", "acc", None),
    ("AZURE_STORAGE_QUEUE_NAME", "queue_name", "q", "q", "github-webhook-events"),
    ("AZURE_STORAGE_CONNECTION_STRING", "storage_connection_string", "c", "c", None),
    ("AZURE_STORAGE_CREATE", "may_create", "true", True, None),
    ("OBJECT_STORE_URL", "object_store_url", "memory://", "memory://", None),
]
BACKEND = [
    ("AZURE_STORAGE_ACCOUNT_NAME", "account_name", "acc", "acc", None),
    ("AZURE_STORAGE_QUEUE_NAME", "queue_name", "q", "q", "github-webhook-events"),
    ("AZURE_STORAGE_CONNECTION_STRING", "storage_connection_string", "c", "c", None),
    ("AZURE_STORAGE_CREATE", "may_create", "true", True, None),
    ("OBJECT_STORE_URL", "object_store_url", "memory://", "memory://", None),
    ("APPLICATIONINSIGHTS_CONNECTION_STRING", "connection_string", "c", "c", None),
    ("JSONL_PATH", "jsonl_path", "rows.jsonl", "rows.jsonl", None),
    ("POLL_INTERVAL_SECONDS", "poll_interval_seconds", "0.5", 0.5, 5),
    ("MAX_MESSAGES_PER_BATCH", "max_messages_per_batch", "8", 8, 32),
    ("VISIBILITY_TIMEOUT_SECONDS", "visibility_timeout_seconds", "60", 60, 300),
]
COMMON = [
    ("GITHUB_TELEMETRY_HOME", "home", "/data", Path("/data"), Path(".github-telemetry")),
    ("TELEMETRY_MODE", "mode", "azure", "azure", "local"),
]
TABLE = [
    *((FrontendSettings, *row) for row in FRONTEND + COMMON),
    *((BackendSettings, *row) for row in BACKEND + COMMON),
    *((BackendSettings, f"BACKEND_{name}", *row) for name, *row in BACKEND),
]


@pytest.mark.parametrize(
    ("settings_class", "variable", "field", "text", "value", "default"),
    TABLE,
    ids=[f"{row[0].__name__}-{row[1]}" for row in TABLE],
)
def test_each_documented_variable_sets_its_field(
    settings_class: type[Settings],
    variable: str,
    field: str,
    text: str,
    value: object,
    default: object,
    monkeypatch: pytest.MonkeyPatch,
):
    assert plain(getattr(load(settings_class), field)) == default
    monkeypatch.setenv(variable, text)
    assert plain(getattr(load(settings_class), field)) == value
    monkeypatch.setenv(variable, "")
    assert plain(getattr(load(settings_class), field)) == default, "empty is unset"


@pytest.mark.parametrize(("variable", "field", "text", "value"), [row[:4] for row in BACKEND])
def test_a_prefixed_variable_wins_unless_it_is_empty(
    variable: str, field: str, text: str, value: object, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable, "99")
    monkeypatch.setenv(f"BACKEND_{variable}", text)
    if field == "max_messages_per_batch":
        monkeypatch.setenv(variable, "9")
    assert plain(getattr(load(BackendSettings), field)) == value

    monkeypatch.setenv(variable, text)
    monkeypatch.setenv(f"BACKEND_{variable}", "")
    assert plain(getattr(load(BackendSettings), field)) == value


@pytest.mark.parametrize(
    ("settings_class", "variable", "text"),
    [
        (FrontendSettings, "PORT", VALUE),
        (FrontendSettings, "PORT", "70000"),
        (FrontendSettings, "PORT", "0"),
        (FrontendSettings, "ALLOW_UNSIGNED_WEBHOOKS", VALUE),
        (FrontendSettings, "TELEMETRY_MODE", VALUE),
        (FrontendSettings, "APPLICATIONINSIGHTS_CONNECTION_STRING", VALUE),
        (BackendSettings, "POLL_INTERVAL_SECONDS", "-77"),
        (BackendSettings, "BACKEND_POLL_INTERVAL_SECONDS", VALUE),
        (BackendSettings, "MAX_MESSAGES_PER_BATCH", "3345"),
        (BackendSettings, "BACKEND_MAX_MESSAGES_PER_BATCH", VALUE),
        (BackendSettings, "VISIBILITY_TIMEOUT_SECONDS", "nan"),
        (StackSettings, "DEMO", VALUE),
        (StackSettings, "INSIGHTS_PORT", VALUE),
        (InsightsSettings, "INSIGHTS_RETENTION_DAYS", VALUE),
    ],
)
def test_a_complaint_names_the_variable_and_never_shows_its_value(
    settings_class: type[Settings], variable: str, text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable, text)

    with pytest.raises(SettingsError, match=rf"^{variable}: ") as caught:
        load(settings_class)

    assert text not in str(caught.value)
    assert caught.value.__cause__ is None


def test_every_wrong_variable_is_named_on_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("TELEMETRY_MODE", "y")

    with pytest.raises(SettingsError) as caught:
        load(FrontendSettings)
    refusal = refuse(caught.value)

    assert refusal.code == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"github-telemetry: .*TELEMETRY_MODE: .*PORT: .*\n", said) or re.fullmatch(
        r"github-telemetry: .*PORT: .*TELEMETRY_MODE: .*\n", said
    )


@pytest.mark.parametrize("settings_class", ALL)
def test_settings_do_not_print_their_secrets(
    settings_class: type[Settings], monkeypatch: pytest.MonkeyPatch
):
    secrets = [
        name
        for name in variables(settings_class)
        if "SECRET" in name or name.endswith("CONNECTION_STRING")
    ]
    for name in secrets:
        monkeypatch.setenv(name, f"InstrumentationKey={UUID(int=0)};{VALUE}")

    assert VALUE not in repr(load(settings_class))


# --- whom to trust ------------------------------------------------------------------------------


def test_without_a_secret_there_is_no_start():
    with pytest.raises(SettingsError, match="GITHUB_WEBHOOK_SECRET is not set"):
        load(FrontendSettings).secrets()


def test_an_empty_secret_does_not_switch_the_check_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "")

    with pytest.raises(SettingsError, match="is not set"):
        load(FrontendSettings).secrets()


def test_unsigned_webhooks_are_allowed_only_in_so_many_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALLOW_UNSIGNED_WEBHOOKS", "true")
    assert load(FrontendSettings).secrets() == ()
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "new")
    assert load(FrontendSettings).secrets() == (b"new",), "a secret that is set is asked for"


def test_two_secrets_at_once_for_a_rotation(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "neu-ü")
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET_PREVIOUS", "old")

    assert load(FrontendSettings).secrets() == ("neu-ü".encode(), b"old")


def test_a_worker_without_a_sink_is_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SettingsError, match="rows would go nowhere"):
        load(BackendSettings).check_sinks()
    for name in ("APPLICATIONINSIGHTS_CONNECTION_STRING", "BACKEND_JSONL_PATH"):
        with monkeypatch.context() as patched:
            patched.setenv(name, "something")
            load(BackendSettings).check_sinks()


def test_a_start_tells_which_queue_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("AZURE_STORAGE_QUEUE_NAME", "mine")
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", "here")
    monkeypatch.chdir(tmp_path)
    assert StorageSettings().told() == {"queue": "mine", "home": str(tmp_path / "here")}

    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    assert StorageSettings().told() == {"queue": "mine"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", VALUE, "must be a whole number"),
        ("PORT", "70000", "must be 65535 at most"),
        ("PORT", "0", "must be 1 at least"),
        ("DEMO", VALUE, "must be true or false"),
        ("TELEMETRY_MODE", VALUE, "must be 'local' or 'azure'"),
    ],
)
def test_a_complaint_is_in_our_own_words(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load(StackSettings)

    assert str(caught.value) == f"{name}: {said}"
