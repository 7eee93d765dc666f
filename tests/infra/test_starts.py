"""With the environment that infra/ gives them the services start; without a part they do not."""

import asyncio

import pytest

from src.backend.app import open_sinks
from src.backend.settings import BackendSettings
from src.frontend.app import app_from
from src.frontend.settings import FrontendSettings
from src.shared.azure_authentication import EntraIdentity
from src.shared.errors import SettingsError
from src.shared.queues.azure import AzureQueue
from src.shared.settings import load
from src.shared.storage import objects_url, open_poison_queue, open_queue
from tests.infra.bicep import Expression, sources
from tests.infra.rules_apps import variables

CLIENT = "8c1e8f0e-1111-4222-8333-944455556666"

# What Azure, or who deploys, puts in the place of an expression.
FILLED_IN = {
    "component.properties.ConnectionString": (
        "InstrumentationKey=00000000-0000-0000-0000-000000000001;"
        "IngestionEndpoint=https://127.0.0.1:1/"
    ),
    "empty(samplesAudience) ? url : samplesAudience": "https://frontend.example",
    "identity.properties.clientId": CLIENT,
    "previousWebhookSecretUri": "the-secret-until-now",
    "queueName": "github-webhook-events",
    "samplesIssuers": "",
    "samplesKeysUri": "22:a-word-of-sixteen",
    "samplesOwnerIds": "11",
    "samplesRepositoryIds": "",
    "storageAccountName": "stexample",
    "webhookSecretUri": "the-secret-of-now",
}
INSIDE = {"${containerName}": "github-telemetry", "${identity.properties.clientId}": CLIENT}


def environment(service: str) -> dict[str, str]:
    """What the container has."""
    filled = {}
    for name, value in variables(sources(), service).items():
        text = FILLED_IN[value.text] if isinstance(value, Expression) else value
        for expression, inside in INSIDE.items():
            text = text.replace(expression, inside)
        filled[name] = text
    return filled


@pytest.fixture(autouse=True)
def azure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's own."""
    for settings in (FrontendSettings, BackendSettings):
        for field in settings.model_fields.values():
            alias = field.validation_alias
            for name in [alias] if isinstance(alias, str) else alias.choices:  # type: ignore[union-attr]
                monkeypatch.delenv(str(name), raising=False)


def start(service: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a start that needs nobody to answer."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    if service == "frontend":
        app_from(load(FrontendSettings))
        return
    settings = load(BackendSettings)
    for part in (*open_sinks(settings), open_queue(settings), open_poison_queue(settings)):
        asyncio.run(part.close())


@pytest.mark.parametrize("service", ["frontend", "backend"])
def test_it_starts(service: str, monkeypatch: pytest.MonkeyPatch):
    start(service, environment(service), monkeypatch)


@pytest.mark.parametrize(
    ("service", "missing"),
    [
        ("frontend", "AZURE_STORAGE_ACCOUNT_NAME"),
        ("frontend", "GITHUB_WEBHOOK_SECRET"),
        ("frontend", "SAMPLES_AUDIENCE"),
        ("backend", "BACKEND_AZURE_STORAGE_ACCOUNT_NAME"),
        ("backend", "BACKEND_APPLICATIONINSIGHTS_CONNECTION_STRING"),
    ],
)
def test_it_does_not_start_without(service: str, missing: str, monkeypatch: pytest.MonkeyPatch):
    given = environment(service)
    del given[missing]
    given.pop("GITHUB_WEBHOOK_SECRET_PREVIOUS", None)  # which would do
    with pytest.raises(SettingsError):
        start(service, given, monkeypatch)


def test_both_use_the_same_places_and_send_as_themselves(monkeypatch: pytest.MonkeyPatch):
    for name, value in (environment("frontend") | environment("backend")).items():
        monkeypatch.setenv(name, value)
    ours, theirs = load(FrontendSettings), load(BackendSettings)

    assert ours.mode == theirs.mode == "azure"
    assert (ours.account_name, ours.queue_name) == (theirs.account_name, theirs.queue_name)
    assert objects_url(ours) == objects_url(theirs) == "az://github-telemetry"
    assert ours.identity == theirs.identity == EntraIdentity(CLIENT)
    queue = open_queue(ours)
    assert isinstance(queue, AzureQueue)
    asyncio.run(queue.close())
