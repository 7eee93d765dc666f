"""The texts of infra/ in, what is wrong with how the two services run out; each rule is a function.

As in `rules`: a rule takes every file's text by its path and gives a complaint for each fault.
"""

import json
import re
from typing import Any

from src.backend.settings import BackendSettings
from src.backend.sinks.application_insights import READ_TIMEOUT_SECONDS
from src.backend.worker import GIVE_BACK_SECONDS
from src.frontend.probes import READY_DEADLINE_SECONDS, probes
from src.frontend.settings import FrontendSettings
from src.shared.health_export import STOP_SECONDS
from src.shared.settings import Settings
from tests.frontend.serving import ListQueue
from tests.infra.bicep import Each, Expression
from tests.infra.rules import Texts, parsed, templates

SERVICES: dict[str, type[Settings]] = {"frontend": FrontendSettings, "backend": BackendSettings}

OF_AZURES_LIBRARIES = {"AZURE_CLIENT_ID", "AZURE_TOKEN_CREDENTIALS"}
SECRETS = {"GITHUB_WEBHOOK_SECRET", "GITHUB_WEBHOOK_SECRET_PREVIOUS", "SAMPLES_KEYS"}


def app_file(service: str) -> str:
    """Where the service's container app is declared."""
    return f"modules/{service}-app.bicep"


def app(texts: Texts, service: str) -> dict[str, Any]:
    """The container app's properties."""
    properties = parsed(texts[app_file(service)]).resources["app"].one["properties"]
    assert isinstance(properties, dict)
    return properties


def variables(texts: Texts, service: str) -> dict[str, Any]:
    """The service's environment: name to value; a secret's value is where the vault has it."""
    plain = parsed(texts[f"{service}.bicep"]).variables["settings"]
    found = {each["name"]: each["value"] for each in plain}
    source = texts[f"{service}.bicep"]
    places = re.findall(r"variable: '(\w+)'\s*,?\s*name: '[\w-]+'\s*,?\s*uri: (\w+)", source)
    return found | {name: Expression(uri) for name, uri in places}


def read_by(settings: type[Settings]) -> set[str]:
    """Every name that a service reads."""
    aliases = [field.validation_alias for field in settings.model_fields.values()]
    return {
        str(name)
        for alias in aliases
        for name in ([alias] if isinstance(alias, str) else alias.choices)  # type: ignore[union-attr]
    }


def settings_are_read(texts: Texts) -> list[str]:
    """A service is told nothing that it, or Azure's libraries, do not read."""
    return [
        f"{service} does not read {name}"
        for service, settings in SERVICES.items()
        for name in variables(texts, service)
        if name not in read_by(settings) | OF_AZURES_LIBRARIES
    ]


def secrets_come_from_the_vault(texts: Texts) -> list[str]:
    """By reference and identity, never as a value."""
    complaints = []
    file = parsed(texts["frontend.bicep"])
    [container] = app(texts, "frontend")["template"]["containers"]
    plain = {each["name"] for each in file.variables["settings"]}
    complaints += [f"{name} is a plain value" for name in plain & SECRETS]
    if set(variables(texts, "frontend")) & SECRETS != SECRETS:
        complaints.append("a secret is missing")
    given = file.modules["app"].one["params"]
    told = (given["settings"], given["references"], container["env"])
    if told != tuple(
        map(Expression, ("concat(settings, secretSettings, further)", "secrets", "settings"))
    ):
        complaints.append("the environment is not what this reads")
    each = app(texts, "frontend")["configuration"]["secrets"]
    by_reference = {
        "name": Expression("each.name"),
        "identity": Expression("identityId"),
        "keyVaultUrl": Expression("each.uri"),
    }
    if each != Each(Expression("references"), by_reference):
        complaints.append("secrets are not references")
    return complaints


def the_frontend_is_met_by_https_and_asked_how_it_is(texts: Texts) -> list[str]:
    """Its probes' paths are there, on its port, and may take as long as they take."""
    complaints = []
    properties = app(texts, "frontend")
    [container] = properties["template"]["containers"]
    paths = {route.path for route in probes(ListQueue()).routes}  # type: ignore[attr-defined]
    asked = {probe["type"]: probe["httpGet"]["path"] for probe in container["probes"]}
    if asked != {"Startup": "/health", "Liveness": "/health", "Readiness": "/ready"}:
        complaints.append(f"probes ask {asked}")
    complaints += [f"nobody answers {path}" for path in set(asked.values()) - paths]
    for probe in container["probes"]:
        if probe["httpGet"]["port"] != Expression("port"):
            complaints.append("a probe asks another port")
        if not (probe["periodSeconds"] <= 240 and probe["failureThreshold"] <= 10):
            complaints.append("Container Apps do not ask so seldom, or so often")
        if probe["type"] == "Readiness" and probe["timeoutSeconds"] <= READY_DEADLINE_SECONDS:
            complaints.append("/ready is given no time to say that it is not")
    told = variables(texts, "frontend")["PORT"]
    ingress = properties["configuration"]["ingress"]
    port = parsed(texts[app_file("frontend")]).variables["port"]
    if (told, ingress["targetPort"]) != (str(port), Expression("port")):
        complaints.append("ports differ")
    if ingress["allowInsecure"] is not False or ingress["external"] is not True:
        complaints.append("the door is not HTTPS alone")
    return complaints


def scaling(texts: Texts) -> list[str]:
    """The frontend is always there; the backend sleeps, and wakes by its identity alone."""
    complaints = []
    sizes = json.loads(texts["sizes.json"])
    complaints += [
        f"{n}: no frontend" for n, s in sizes.items() if s["frontend"]["minReplicas"] < 1
    ]
    frontend, backend = (app(texts, service)["template"]["scale"] for service in SERVICES)
    if frontend["minReplicas"] != Expression("sizing.minReplicas"):
        complaints.append("the frontend's least is not its size's")
    if set(frontend["rules"][0]) != {"name", "http"}:
        complaints.append("the frontend does not grow by requests")
    rule = backend["rules"][0]["custom"]
    metadata = rule["metadata"]
    if backend["minReplicas"] != 0 or rule["type"] != "azure-queue":
        complaints.append("the backend does not sleep, or by nothing that wakes it")
    if rule.get("identity") != Expression("identityId") or "auth" in rule:
        complaints.append("the queue is looked at by something else than the identity")
    if set(metadata) != {"accountName", "queueName", "queueLength", "queueLengthStrategy"}:
        complaints.append(f"the rule has {sorted(metadata)}")
    if metadata.get("queueLengthStrategy") != "all":
        complaints.append("what a worker holds does not count")
    if "ingress" in app(texts, "backend")["configuration"]:
        complaints.append("the backend has a door")
    return complaints


def nothing_looked_up_in_a_list(texts: Texts) -> list[str]:
    """An app is given its lists: one put together of references in its own file is refused."""
    return [
        f"{app_file(service)}: looks {symbol} up"
        for service in SERVICES
        for symbol, each in parsed(texts[app_file(service)]).resources.items()
        if each.is_existing
    ]


def shutdown(texts: Texts) -> list[str]:
    """Whoever is asked to stop has the time to: three calls, and what is put back."""
    needed = 3 * READ_TIMEOUT_SECONDS + GIVE_BACK_SECONDS + STOP_SECONDS
    given = app(texts, "backend")["template"]["terminationGracePeriodSeconds"]
    return [] if needed <= given <= 600 else [f"{given} s, of {needed} that it may take"]


def sizes(texts: Texts) -> list[str]:
    """CPU and memory are a pair that Container Apps have: twice as many GiB as cores."""
    return [
        f"{size} {service}: {part['cpu']} and {part['memory']}"
        for size, parts in json.loads(texts["sizes.json"]).items()
        for service, part in parts.items()
        if service in SERVICES and part["memory"] != f"{2 * float(part['cpu']):g}Gi"
    ]


def told_apart(texts: Texts) -> list[str]:
    """azd finds each app by its tags, and everything by its environment's."""
    complaints = []
    for service in SERVICES:
        file = parsed(texts[app_file(service)])
        tags = {
            "azd-env-name": Expression("environmentName"),
            "azd-service-name": Expression("name"),
        }
        if file.variables["name"] != service or file.resources["app"].one["tags"] != tags:
            complaints.append(f"azd does not find the {service}")
    main = parsed(texts["main.bicep"])
    if main.variables["tags"] != {"azd-env-name": Expression("environmentName")}:
        complaints.append("main's tags")
    for path, file in templates(texts).items():
        complaints += [
            f"{path}: {symbol} has no tags"
            for symbol, resource in file.resources.items()
            if not resource.is_existing
            and "location" in resource.one
            and "tags" not in resource.one
        ]
    return complaints


RULES = (
    settings_are_read,
    secrets_come_from_the_vault,
    the_frontend_is_met_by_https_and_asked_how_it_is,
    scaling,
    nothing_looked_up_in_a_list,
    shutdown,
    sizes,
    told_apart,
)
