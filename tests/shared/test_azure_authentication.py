"""As whom Application Insights is written to: the real credentials and exporters, against stand-ins
for Azure's identity endpoint and for a resource that takes nothing without a token."""

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.identity import DefaultAzureCredential
from azure.identity.aio import DefaultAzureCredential as AsyncDefaultAzureCredential
from obstore.auth.azure import AzureCredentialProvider
from pydantic import SecretStr

from src.backend.settings import BackendSettings
from src.backend.sinks.application_insights import ApplicationInsightsSink
from src.backend.sinks.base import EventRow, Receipt
from src.cli.sink_check import use_sink
from src.frontend.settings import FrontendSettings
from src.model.semconv import ENQUEUED
from src.shared import azure_exporter, health_export
from src.shared.azure_authentication import EntraIdentity, parse_identity
from src.shared.errors import SettingsError, SinkUnavailableError
from src.shared.health import Health
from src.shared.health_export import Destination, exporting
from src.shared.settings import load
from tests.backend.scene import until
from tests.insights.stack import KEY
from tests.shared.entra import TOKEN, Server, identity_endpoint, ingestion

CLIENT = "8c1e8f0e-1111-4222-8333-944455556666"
VARIABLE = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"
OURS = EntraIdentity(CLIENT)


@dataclass(frozen=True)
class Cloud:
    """A resource that takes tokens alone, and who gives them."""

    resource: Server
    identities: Server
    connection_string: str

    def bearers(self) -> set[str | None]:
        return {headers.get("authorization") for _, headers, _ in self.resource.requests}

    def asked_for(self) -> list[dict[str, str]]:
        """What the identity endpoint was asked for."""
        queries = [parse_qs(urlsplit(path).query) for path, _, _ in self.identities.requests]
        return [{name: values[0] for name, values in query.items()} for query in queries]


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in azure_exporter._QUIET:
        monkeypatch.setenv(name, "true")
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", VARIABLE, "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(health_export, "START_AFTER_SECONDS", 0)
    with (
        ingestion(tmp_path) as (resource, url, certificate),
        identity_endpoint() as (identities, variables),
    ):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        text = f"InstrumentationKey={KEY};IngestionEndpoint={url}"
        yield Cloud(resource, identities, text)


def row() -> EventRow:
    return EventRow("An event", datetime.now(UTC), 1, 2, "test", "test", {}, {})


async def emit(sink: ApplicationInsightsSink) -> Receipt:
    try:
        return await sink.emit([row()])
    finally:
        await sink.close()


def test_rows_are_sent_with_a_token_of_the_identity_that_is_named(cloud: Cloud):
    receipt = asyncio.run(emit(ApplicationInsightsSink(cloud.connection_string, OURS)))

    assert (receipt.missing, receipt.refused) == ((), [])
    assert cloud.bearers() == {f"Bearer {TOKEN}"}
    [asked] = cloud.asked_for()
    assert asked["client_id"] == CLIENT
    assert asked["resource"].startswith("https://monitor.azure.com")


def test_without_a_client_id_it_is_whoever_runs_this(cloud: Cloud, monkeypatch: pytest.MonkeyPatch):
    other = CLIENT.replace("8c1e", "9999")
    monkeypatch.setenv("AZURE_CLIENT_ID", other)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    receipt = asyncio.run(emit(ApplicationInsightsSink(cloud.connection_string, EntraIdentity())))

    assert (receipt.missing, receipt.refused) == ((), [])
    assert [asked["client_id"] for asked in cloud.asked_for()] == [other]


def test_queue_and_objects_are_met_as_the_same_identity(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
):
    """By what `azure_clients` makes them with."""
    monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")

    async def queue_token() -> str:
        async with AsyncDefaultAzureCredential() as credential:
            return (await credential.get_token("https://storage.azure.com/.default")).token

    objects_token = AzureCredentialProvider(DefaultAzureCredential())()
    assert (asyncio.run(queue_token()), objects_token["token"]) == (TOKEN, TOKEN)  # type: ignore[typeddict-item]
    asked = {(query["client_id"], query["resource"]) for query in cloud.asked_for()}
    assert asked == {(CLIENT, "https://storage.azure.com")}


def test_health_is_told_with_the_same_token(cloud: Cloud):
    async def run() -> None:
        health = Health()
        to = Destination("a-service", SecretStr(cloud.connection_string), identity=OURS)
        async with exporting(health, to):
            await until(lambda: len(health.listeners) == 1)
            health.count(ENQUEUED, 3)
            logging.getLogger("src.test").warning("something is odd")

    asyncio.run(run())
    assert cloud.bearers() == {f"Bearer {TOKEN}"}
    told = b"".join(body for _, _, body in cloud.resource.requests)
    assert ENQUEUED.encode() in told
    assert b"something is odd" in told
    assert len(cloud.identities.requests) == 1  # all exporters have one credential


def test_a_resource_that_takes_tokens_alone_refuses_without_one(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
):
    """Also where the exporter by itself would find an identity: what our settings say counts."""
    monkeypatch.setenv(VARIABLE, f"Authorization=AAD;ClientId={CLIENT}")
    sink = ApplicationInsightsSink(cloud.connection_string)

    with pytest.raises(SinkUnavailableError, match=r"401.*Monitoring Metrics Publisher"):
        asyncio.run(use_sink(sink, BackendSettings()))
    asyncio.run(sink.close())
    assert cloud.bearers() == {None}


def test_a_token_never_goes_over_an_open_line(cloud: Cloud):
    with pytest.raises(SettingsError, match="https alone") as refusal:
        ApplicationInsightsSink(cloud.connection_string.replace("https:", "http:"), OURS)
    assert KEY not in str(refusal.value)


def test_where_there_is_no_token_it_says_so(cloud: Cloud, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IDENTITY_HEADER", "somebody else's")
    sink = ApplicationInsightsSink(cloud.connection_string, OURS)
    receipt = asyncio.run(emit(sink))

    assert len(receipt.missing) == 1
    assert receipt.complaint.startswith("no token for it: no credential was accepted")
    assert not cloud.resource.requests


@pytest.mark.parametrize(
    ("text", "client_id"),
    [
        ("Authorization=AAD", None),
        ("authorization=aad;", None),
        (f"Authorization=AAD;ClientId={CLIENT}", CLIENT),
        (f"Authorization=AAD; ClientId={CLIENT};", CLIENT),
    ],
)
def test_the_forms_that_microsoft_documents(text: str, client_id: str | None):
    assert parse_identity(text) == EntraIdentity(client_id)


@pytest.mark.parametrize("text", ["AAD", "Authorization=Key", "Authorization=AAD;ClientId=me", ";"])
def test_another_form_ends_the_start(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, text)
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "hush")
    for settings in (FrontendSettings, BackendSettings):
        with pytest.raises(SettingsError, match=rf"{VARIABLE}: .*Authorization=AAD") as refusal:
            load(settings)
        assert "hush" not in str(refusal.value)


def test_each_service_reads_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, f"Authorization=AAD;ClientId={CLIENT}")
    assert load(FrontendSettings).identity == load(BackendSettings).identity == OURS

    monkeypatch.setenv(f"BACKEND_{VARIABLE}", "Authorization=AAD")
    assert load(BackendSettings).identity == EntraIdentity()
