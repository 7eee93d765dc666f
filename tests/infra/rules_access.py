"""The texts of infra/ in, what is wrong with who may do what, and with what is kept, out.

As in `rules`: a rule takes every file's text by its path, and gives a complaint for each fault.
"""

import re

from src.backend.sweep import KEPT
from src.backend.sweep_marks import MARKS, STATE_KEPT
from src.shared.azure_account import POISON_SUFFIX
from src.shared.settings import DEFAULT_QUEUE_NAME
from src.shared.storage import DEFAULT_CONTAINER
from tests.infra.bicep import Declaration, Expression
from tests.infra.documented import ROLE_IDS
from tests.infra.rules import Texts, parsed, templates

# Who, what, on what: the least that works (docs/operations.md), and nothing else.
ROLES = {
    ("frontend", "storageQueueDataMessageSender", "events"),
    ("frontend", "storageQueueDataReader", "events"),
    ("frontend", "storageBlobDataContributor", "container"),
    ("frontend", "monitoringMetricsPublisher", "component"),
    ("frontend", "keyVaultSecretsUser", "vault"),
    ("frontend", "acrPull", "registry"),
    ("backend", "storageQueueDataContributor", "events"),
    ("backend", "storageQueueDataContributor", "poison"),
    ("backend", "storageBlobDataContributor", "container"),
    ("backend", "monitoringMetricsPublisher", "component"),
    ("backend", "acrPull", "registry"),
}
SCOPES = {
    "events": ("Microsoft.Storage/storageAccounts/queueServices/queues", "queueName"),
    "poison": ("Microsoft.Storage/storageAccounts/queueServices/queues", "poisonQueueName"),
    "container": ("Microsoft.Storage/storageAccounts/blobServices/containers", "containerName"),
    "component": ("Microsoft.Insights/components", "applicationInsightsName"),
    "vault": ("Microsoft.KeyVault/vaults", "vaultName"),
    "registry": (
        "Microsoft.ContainerRegistry/registries",
        "empty(registryName) ? 'none' : registryName",
    ),
}
OTHERS_WITH_ROLES = {"modules/dashboard.bicep"}  # Grafana's own, where it is wanted

_ROLE = re.compile(
    r"subscriptionResourceId\(\s*'Microsoft.Authorization/roleDefinitions',\s*roleIds\.(\w+)\s*\)"
)


def roles(texts: Texts) -> list[str]:
    """The services have the roles of the table, on what the table says, and no others."""
    file = parsed(texts["modules/roles.bicep"])
    found = set()
    complaints = []
    for symbol, each in _assignments(file.resources).items():
        body, properties = each.one, each.one["properties"]
        who = properties["principalId"].text.removesuffix(".properties.principalId")
        role = _ROLE.fullmatch(properties["roleDefinitionId"].text)
        scope = body["scope"].text
        found.add((who, role[1] if role else None, scope))
        expected = f"guid({scope}.id, {who}.id, roleIds.{role[1] if role else ''})"
        if body["name"] != Expression(expected):
            complaints.append(f"{symbol}: its name does not follow from {expected}")
        if properties["principalType"] != "ServicePrincipal":
            complaints.append(f"{symbol}: a principal's type that waits for the directory")
    for symbol, (type_, name) in SCOPES.items():
        resource = file.resources[symbol]
        if resource.kind.partition("@")[0] != type_ or resource.one["name"] != Expression(name):
            complaints.append(f"{symbol} is something else")
    for path, other in templates(texts).items():
        if path != "modules/roles.bicep" and path not in OTHERS_WITH_ROLES:
            complaints += [
                f"{path}: {symbol} gives a role" for symbol in _assignments(other.resources)
            ]
    return complaints + [f"roles differ: {row}" for row in found ^ ROLES]


def role_ids(texts: Texts) -> list[str]:
    """The ids are those of the roles that stand beside them."""
    return [
        f"{path}: {name} is {id_}"
        for path, file in templates(texts).items()
        for name, id_ in file.variables.get("roleIds", {}).items()
        if ROLE_IDS.get(name) != id_
    ]


def _assignments(resources: dict[str, Declaration]) -> dict[str, Declaration]:
    kind = "Microsoft.Authorization/roleAssignments@"
    return {symbol: each for symbol, each in resources.items() if each.kind.startswith(kind)}


def nothing_is_lost_by_a_cap(texts: Texts) -> list[str]:
    """The cap is where rows are refused, not where they vanish."""
    resources = parsed(texts["modules/monitoring.bicep"]).resources
    complaints = []
    if resources["cap"].one["properties"].get("cap") != Expression("dailyCapGb"):
        complaints.append("no cap at the door")
    if "workspaceCapping" in resources["workspace"].one["properties"]:
        complaints.append("the workspace drops what is over its cap")
    return complaints


def closed(texts: Texts) -> list[str]:
    """No keys, no public blobs, no old TLS; rows by token alone; a vault that cannot be emptied."""
    wanted = {
        ("modules/storage.bicep", "account"): {
            "allowBlobPublicAccess": False,
            "allowSharedKeyAccess": False,
            "defaultToOAuthAuthentication": True,
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": True,
        },
        ("modules/monitoring.bicep", "component"): {"DisableLocalAuth": True},
        ("modules/vault.bicep", "vault"): {
            "enableRbacAuthorization": True,
            "enablePurgeProtection": True,
        },
        ("modules/registry.bicep", "registry"): {"adminUserEnabled": False},
    }
    return [
        f"{path}: {symbol}.{name} is not {value}"
        for (path, symbol), properties in wanted.items()
        for name, value in properties.items()
        if parsed(texts[path]).resources[symbol].one["properties"].get(name) != value
    ]


def places(texts: Texts) -> list[str]:
    """Queues and container are called what the services call them where nothing is set."""
    complaints = []
    main, storage = parsed(texts["main.bicep"]), parsed(texts["modules/storage.bicep"])
    if main.parameters["queueName"].default != DEFAULT_QUEUE_NAME:
        complaints.append("another queue")
    if main.variables["containerName"] != DEFAULT_CONTAINER:
        complaints.append("another container")
    if storage.resources["poison"].one["name"] != f"${{queueName}}{POISON_SUFFIX}":
        complaints.append("another poison queue")
    if storage.resources["container"].one["properties"] != {"publicAccess": "None"}:
        complaints.append("a public container")
    return complaints


def lifecycle(texts: Texts) -> list[str]:
    """Only what the worker's own sweep should have deleted two days before, and no message."""
    policy = (
        parsed(texts["modules/storage.bicep"]).resources["lifecycle"].one["properties"]["policy"]
    )
    each = policy["rules"]
    days = {left["folder"]: left["days"] for left in each.over}
    due = {folder: kept.days for folder, kept in KEPT.items()}
    due[MARKS.rstrip("/")] = STATE_KEPT.days + 1  # a mark is of the day after
    complaints = [f"{folder}/ is never swept" for folder in set(days) - set(due)]
    for folder, after in due.items():
        if not after + 2 <= days.get(folder, 0) <= after + 14:
            complaints.append(
                f"{folder}/ goes after {days.get(folder)} days, and is due after {after}"
            )
    [prefix] = each.body["definition"]["filters"]["prefixMatch"]
    if prefix != "${containerName}/${left.folder}/":
        complaints.append(f"{prefix} is more, or less, than a folder")
    return complaints


RULES = (roles, role_ids, nothing_is_lost_by_a_cap, closed, places, lifecycle)
