"""What docker-compose.yml promises, as far as it can be read off it."""

import subprocess
import sys
from pathlib import Path

import pytest

from src.backend.settings import BackendSettings
from src.backend.sinks import build_bucket
from src.frontend.settings import FrontendSettings
from src.insights.settings import InsightsSettings
from src.shared.settings import Settings
from tests.compose.composed import FILE, ROOT, MissingVariableError, read_composed

VARIABLES = {"GITHUB_WEBHOOK_SECRET": "a secret of the tests"}
SERVICES = read_composed(VARIABLES)
READ_BY = {"frontend": FrontendSettings, "backend": BackendSettings, "insights": InsightsSettings}
READ_BY_LIBRARIES = {"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_COMPRESSION"}
BUCKET = {
    *(build_bucket.BUCKET, build_bucket.ENDPOINT),
    *(build_bucket.ACCESS_KEY, build_bucket.SECRET_KEY),
}
LEFT_OUT = {
    "GITHUB_TELEMETRY_HOME",  # nothing is written
    "BACKEND_JSONL_PATH",  # neither is that
    "AZURE_STORAGE_ACCOUNT_NAME",  # Azurite it is, by a connection string
    "OBJECT_STORE_URL",  # and in Azurite, the usual container
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",  # nobody has an identity of Azure's here
    "ALLOW_UNSIGNED_WEBHOOKS",  # a secret is asked for
}

each = pytest.mark.parametrize("name", SERVICES)
ours = pytest.mark.parametrize("name", READ_BY)


def names_of(settings: type[Settings]) -> list[set[str]]:
    """Each setting's variables, any of which will do."""
    aliases = [field.validation_alias for field in settings.model_fields.values()]
    return [{alias} if isinstance(alias, str) else set(alias.choices) for alias in aliases]


def given(name: str) -> set[str]:
    """What the service has from its image, from the file, or passed on where it is set."""
    service = SERVICES[name]
    return service.environment.keys() | service.written.get("environment", {}).keys()


def test_it_is_what_docker_takes():
    tool = Path(sys.executable).parent / "check-jsonschema"
    words = [tool, "--builtin-schema", "vendor.compose-spec", FILE]

    assert subprocess.run(words, capture_output=True, check=False).returncode == 0


@each
def test_it_can_change_nothing_but_its_volume(name: str):
    written = SERVICES[name].written

    assert written["read_only"] is True
    assert written["cap_drop"] == ["ALL"]
    assert written["security_opt"] == ["no-new-privileges:true"]
    assert not written.keys() & {"privileged", "cap_add", "user", "pid", "devices"}
    assert all(volume.split(":")[1:] == ["/data"] for volume in written.get("volumes", []))


@each
def test_its_volume_belongs_to_its_user(name: str):
    service = SERVICES[name]
    if service.written.get("volumes"):
        assert f"install -d -o {service.image.image.user[:5]}" in service.image.build.runs[-1]
        assert (["/data"], "/data") in service.image.image.copies


@each
def test_its_ports_are_its_own_and_this_machine_s_alone(name: str):
    for port in SERVICES[name].written.get("ports", []):
        host, _, inside = port.split(":")
        assert host == "127.0.0.1"
        assert int(inside) in SERVICES[name].image.image.ports


@each
def test_who_is_waited_for_can_say_that_it_is_well(name: str):
    for needed in SERVICES[name].waits_for:
        assert SERVICES[needed].image.image.healthcheck


@ours
def test_every_setting_reaches_the_service_that_reads_it(name: str):
    unset = [names for names in names_of(READ_BY[name]) if not names & (given(name) | LEFT_OUT)]

    assert unset in ([], [{"TELEMETRY_MODE"}])


@ours
def test_no_service_gets_what_it_does_not_read(name: str):
    known = {alias for names in names_of(READ_BY[name]) for alias in names}
    known |= READ_BY_LIBRARIES | (BUCKET if name == "backend" else set())

    assert given(name) - {"PATH", "PYTHONDONTWRITEBYTECODE"} <= known


def test_the_worker_is_given_no_secret_of_the_webhook():
    assert not {name for name in given("backend") if "WEBHOOK_SECRET" in name}


def test_without_a_secret_it_says_what_to_do():
    with pytest.raises(MissingVariableError, match=r"put the webhook's secret into \.env"):
        read_composed({})


def test_what_the_user_sets_counts():
    mine = {
        "PORT": "9000",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=mine",
        "SAMPLES_KEYS": "22:a key of the tests",
    }
    frontend = read_composed(VARIABLES | mine)["frontend"]

    assert frontend.written["ports"] == ["127.0.0.1:9000:8080"]
    assert mine.items() - {("PORT", "9000")} <= frontend.environment.items()
    assert frontend.environment["PORT"] == "8080"


def test_images_have_the_names_that_are_documented():
    files = {name: service.written["build"]["dockerfile"] for name, service in SERVICES.items()}

    assert files.pop("tools") == files["insights"]
    assert {name: ROOT / file for name, file in files.items()} == {
        "azurite": ROOT / "docker" / "azurite.Dockerfile",
        **{name: ROOT / "src" / name / "Dockerfile" for name in READ_BY},
    }
