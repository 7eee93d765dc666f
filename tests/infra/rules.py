"""The texts of infra/ in, what is wrong with them as Bicep out; each rule is a function.

A rule takes every file's text by its path below infra/ and gives a complaint for each fault.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from tests.infra.bicep import Template, parse
from tests.infra.documented import VERSIONS

Texts = dict[str, str]

_SECRET_NAME = re.compile(r"(?i)(secret|key|password|token)s?$")
_NO_SECRET = {"token"}  # what makes names unique
_SHOWS_SECRET = re.compile(r"\blist(Keys|Credentials|Secrets|\w*Sas)\b|ConnectionString|\bkeys\[")
_OUTPUT_OF = re.compile(r"\b(\w+)!?\.outputs\.(\w+)")
_VARIABLE = re.compile(r"\$\{(\w+)")
_OF_AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION"}
_OF_USERS = {
    "ALERT_ACTION_GROUP_IDS",
    "BACKEND_SETTINGS",
    "FRONTEND_SETTINGS",
    "GITHUB_WEBHOOK_SECRET",
    "GITHUB_WEBHOOK_SECRET_PREVIOUS",
    "GRAFANA_ADMIN_IDS",
    "SAMPLES_AUDIENCE",
    "SAMPLES_ISSUERS",
    "SAMPLES_KEYS",
    "SAMPLES_OWNER_IDS",
    "SAMPLES_REPOSITORY_IDS",
    "TELEMETRY_GRAFANA",
    "TELEMETRY_PRIVATE_NETWORK",
    "TELEMETRY_SIZE",
}


@cache
def parsed(text: str) -> Template:
    """What a text declares."""
    return parse(text)


def templates(texts: Texts) -> dict[str, Template]:
    """What each Bicep file declares."""
    return {path: parsed(text) for path, text in texts.items() if path.endswith(".bicep")}


def syntax(texts: Texts) -> list[str]:
    """Every file is Bicep."""
    files = templates(texts)
    return [f"{path}: {error}" for path, file in files.items() for error in file.errors]


def descriptions(texts: Texts) -> list[str]:
    """Every parameter, and every output of a module, says what it is."""
    return [
        f"{path}: {name} has no description"
        for path, file in templates(texts).items()
        for name, decorators in _public(path, file)
        if not decorators.get("description")
    ]


def _public(path: str, file: Template) -> Iterator[tuple[str, dict[str, object]]]:
    for name, parameter in file.parameters.items():
        yield name, parameter.decorators
    if path != "main.bicep":  # its outputs are azd's variables, and named so
        for name, (_, decorators) in file.outputs.items():
            yield name, decorators


def secrets(texts: Texts) -> list[str]:
    """What is secret is marked so, has no default, is passed to the like, and never comes out."""
    files = templates(texts)
    return [f"{path}: {complaint}" for path in files for complaint in _secrets_of(path, files)]


def _secrets_of(path: str, files: dict[str, Template]) -> Iterator[str]:
    file = files[path]
    secure = {name for name, parameter in file.parameters.items() if parameter.is_secure}
    for name, parameter in file.parameters.items():
        is_text = parameter.type != "bool"
        if is_text and _SECRET_NAME.search(name) and name not in secure | _NO_SECRET:
            yield f"{name} is not secure"
        if name in secure and parameter.default:
            yield f"{name} has a default"
    for name, (expression, _) in file.outputs.items():
        words = set(re.findall(r"\w+", expression))
        if words & secure or _SHOWS_SECRET.search(expression):
            yield f"output {name} shows a secret"
    if re.search(r"\blist(Keys|Credentials)\b|AccountKey|sharedKey", file.text):
        yield "uses a key"
    for symbol, module in file.modules.items():
        takes = files[_target(path, module.kind)].parameters
        for name, value in module.one["params"].items():
            if getattr(value, "text", "") in secure and not takes[name].is_secure:
                yield f"{symbol} may show {name}"


def calls(texts: Texts) -> list[str]:
    """A module is given what it needs, nothing that it does not know, and asked for what it has."""
    complaints = []
    files = templates(texts)
    for path, file in files.items():
        for symbol, module in file.modules.items():
            takes = files[_target(path, module.kind)].parameters
            given = set(module.one["params"])
            needed = {name for name, parameter in takes.items() if parameter.is_required}
            complaints += [f"{path}: {symbol} lacks {name}" for name in needed - given]
            complaints += [f"{path}: {symbol} knows no {name}" for name in given - set(takes)]
        for symbol, output in _OUTPUT_OF.findall(file.text):
            if output not in files[_target(path, file.modules[symbol].kind)].outputs:
                complaints.append(f"{path}: {symbol} has no output {output}")
    return complaints


def unused(texts: Texts) -> list[str]:
    """What is declared is used."""
    return [
        f"{path}: {name} is not used"
        for path, file in templates(texts).items()
        for name in (*file.parameters, *file.variables)
        if len(re.findall(rf"\b{name}\b", file.text)) == 1
    ]


def versions(texts: Texts) -> list[str]:
    """Types and versions are those that Microsoft documents."""
    complaints = []
    for path, file in templates(texts).items():
        for symbol, resource in file.resources.items():
            type_, _, version = resource.kind.partition("@")
            if version not in VERSIONS.get(type_, "").split():
                complaints.append(f"{path}: {symbol} is {resource.kind}")
    return complaints


def azd_parameters(texts: Texts) -> list[str]:
    """What azd gives each file: what it needs, by variables that somebody sets."""
    complaints = []
    outputs = set(parsed(texts["main.bicep"]).outputs)
    images = {f"SERVICE_{name}_IMAGE_NAME" for name in ("FRONTEND", "BACKEND")}
    for path, text in texts.items():
        if not path.endswith(".parameters.json"):
            continue
        takes = parsed(texts[path.replace(".parameters.json", ".bicep")]).parameters
        given = json.loads(text)["parameters"]
        needed = {name for name, parameter in takes.items() if parameter.is_required}
        complaints += [f"{path}: lacks {name}" for name in needed - set(given)]
        complaints += [f"{path}: knows no {name}" for name in set(given) - set(takes)]
        known = (
            _OF_AZD | _OF_USERS | images | (outputs if path != "main.parameters.json" else set())
        )
        complaints += [
            f"{path}: nobody sets {name}" for name in set(_VARIABLE.findall(text)) - known
        ]
    return complaints


def _target(path: str, kind: str) -> str:
    """The module's own path below infra/."""
    return str(PurePosixPath(path).parent / kind)


RULES = (
    syntax,
    descriptions,
    secrets,
    calls,
    unused,
    versions,
    azd_parameters,
)
