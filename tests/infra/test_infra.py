"""infra/ keeps every rule; and every rule sees the faults that it is for, planted in a copy."""

from dataclasses import dataclass

import pycep
import pytest

from tests.infra import rules, rules_access, rules_apps, rules_network
from tests.infra.bicep import INFRA, sources
from tests.infra.rules import Texts

ROOMS = (rules, rules_access, rules_apps, rules_network)
RULES = {rule.__name__: rule for room in ROOMS for rule in room.RULES}


@pytest.fixture(scope="module")
def texts() -> Texts:
    files = INFRA.glob("*.json")
    return sources() | {file.name: file.read_text() for file in files}


@pytest.mark.parametrize("rule", RULES)
def test_infra_keeps_the_rule(rule: str, texts: Texts):
    assert RULES[rule](texts) == []


@pytest.mark.parametrize("path", sources())
def test_a_second_parser_reads_it_too(path: str):
    assert pycep.BicepParser().parse(text=sources()[path])["globals"]["scope"]


@dataclass(frozen=True)
class Fault:
    """A text of a file, what stands there instead, and the rule that should see it."""

    rule: str
    path: str
    old: str
    new: str


ROLES = "modules/roles.bicep"
ENVIRONMENT = "modules/environment.bicep"
NETWORK = "modules/network.bicep"
MONITORING = "modules/monitoring.bicep"
STORAGE = "modules/storage.bicep"
VAULT = "modules/vault.bicep"
FRONTEND = "modules/frontend-app.bicep"
BACKEND = "modules/backend-app.bicep"

FAULTS = [
    Fault("syntax", "main.bicep", "var tags = {", "var tags = {{"),
    Fault("syntax", "frontend.bicep", "param image string\n", "param image\n"),
    Fault("descriptions", STORAGE, "@description('Where the account is.')\n", ""),
    Fault("descriptions", ENVIRONMENT, "@description('The environment.')\n", ""),
    Fault("secrets", "main.bicep", "@secure()\n@minLength(16)\n", "@minLength(16)\n"),
    Fault("secrets", "main.bicep", "@secure()\nparam samplesKeys", "param samplesKeys"),
    Fault("secrets", "main.bicep", "samplesKeys string = ''", "samplesKeys string = 'a key'"),
    Fault("secrets", VAULT, "= vault.name\n", "= '${vault.name}${webhookSecret}'\n"),
    Fault("secrets", STORAGE, "= account.name\n", "= account.listKeys().keys[0].value\n"),
    Fault(
        "secrets",
        MONITORING,
        "string = component.name",
        "string = component.properties.ConnectionString",
    ),
    Fault("secrets", "main.bicep", "queueName: queueName\n", "queueName: samplesKeys\n"),
    Fault("calls", "main.bicep", "    retentionDays: sizes[size].workspace.retentionDays\n", ""),
    Fault("calls", "main.bicep", "image: frontendImage", "image: frontendImage\n    host: 'here'"),
    Fault("calls", "main.bicep", "storage.outputs.accountId", "storage.outputs.identifier"),
    Fault("calls", NETWORK, "      part: each.part\n", ""),
    Fault("unused", "modules/registry.bicep", "'cr${token}'", "'crgithubtelemetry'"),
    Fault("versions", STORAGE, "storageAccounts@2025-01-01", "storageAccounts@2025-13-01"),
    Fault("versions", FRONTEND, "Microsoft.App/containerApps@", "Microsoft.App/apps@"),
    Fault("azd_parameters", "frontend.parameters.json", '"webhookSecretUri"', '"webhookUri"'),
    Fault("azd_parameters", "backend.parameters.json", "${BACKEND_IDENTITY_NAME}", "${BACKEND_ID}"),
    Fault("azd_parameters", "main.parameters.json", "${AZURE_LOCATION}", "${AZURE_PLACE}"),
    Fault("roles", ROLES, "roleIds.storageQueueDataReader", "roleIds.storageQueueDataContributor"),
    Fault("roles", ROLES, "  scope: poison\n", "  scope: queues\n"),
    Fault("roles", ROLES, "  scope: events\n", "  scope: account\n"),
    Fault("roles", ROLES, "backend.properties.principalId", "frontend.properties.principalId"),
    Fault("roles", ROLES, "name: guid(component.id, backend.id,", "name: guid('1', backend.id,"),
    Fault("roles", ROLES, "principalType: 'ServicePrincipal'", "principalType: 'User'"),
    Fault("roles", ROLES, "name: poisonQueueName", "name: queueName"),
    Fault(
        "roles",
        STORAGE,
        "resource queueMetrics",
        "resource all 'Microsoft.Authorization/roleAssignments@2022-04-01' = {\n}\n"
        "resource queueMetrics",
    ),
    Fault("role_ids", ROLES, "19e7f393-", "974c5e8b-"),
    Fault(
        "nothing_is_lost_by_a_cap",
        MONITORING,
        "    features: {\n",
        "    workspaceCapping: {\n      dailyQuotaGb: dailyCapGb\n    }\n    features: {\n",
    ),
    Fault("nothing_is_lost_by_a_cap", MONITORING, "    cap: dailyCapGb\n", ""),
    Fault("closed", STORAGE, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
    Fault("closed", STORAGE, "allowBlobPublicAccess: false", "allowBlobPublicAccess: true"),
    Fault("closed", STORAGE, "TLS1_2", "TLS1_0"),
    Fault(
        "closed", "modules/monitoring.bicep", "DisableLocalAuth: true", "DisableLocalAuth: false"
    ),
    Fault("closed", VAULT, "    enablePurgeProtection: true\n", ""),
    Fault("closed", "modules/registry.bicep", "adminUserEnabled: false", "adminUserEnabled: true"),
    Fault("places", "main.bicep", "= 'github-webhook-events'", "= 'events'"),
    Fault("places", "main.bicep", "containerName = 'github-telemetry'", "containerName = 'state'"),
    Fault("places", STORAGE, "'${queueName}-poison'", "'${queueName}-dead'"),
    Fault("places", STORAGE, "publicAccess: 'None'", "publicAccess: 'Blob'"),
    Fault("lifecycle", STORAGE, "folder: 'samples', days: 9", "folder: 'samples', days: 6"),
    Fault("lifecycle", STORAGE, "folder: 'state', days: 37", "folder: 'state', days: 35"),
    Fault("lifecycle", STORAGE, "folder: 'sweep', days: 45", "folder: 'messages', days: 45"),
    Fault("lifecycle", STORAGE, "'${containerName}/${left.folder}/'", "'${containerName}/'"),
    Fault("settings_are_read", "frontend.bicep", "'SAMPLES_AUDIENCE'", "'SAMPLES_AUDIENCES'"),
    Fault("settings_are_read", "backend.bicep", "'TELEMETRY_MODE'", "'MODE'"),
    Fault(
        "secrets_come_from_the_vault",
        "frontend.bicep",
        "var settings = [\n",
        "var settings = [\n  { name: 'SAMPLES_KEYS', value: samplesKeysUri }\n",
    ),
    Fault(
        "secrets_come_from_the_vault",
        FRONTEND,
        "keyVaultUrl: each.uri",
        "value: each.uri",
    ),
    Fault(
        "the_frontend_is_met_by_https_and_asked_how_it_is",
        FRONTEND,
        "path: '/ready'",
        "path: '/readiness'",
    ),
    Fault(
        "the_frontend_is_met_by_https_and_asked_how_it_is",
        FRONTEND,
        "timeoutSeconds: 3",
        "timeoutSeconds: 1",
    ),
    Fault(
        "the_frontend_is_met_by_https_and_asked_how_it_is",
        FRONTEND,
        "allowInsecure: false",
        "allowInsecure: true",
    ),
    Fault(
        "the_frontend_is_met_by_https_and_asked_how_it_is",
        FRONTEND,
        "targetPort: port",
        "targetPort: 80",
    ),
    Fault(
        "the_frontend_is_met_by_https_and_asked_how_it_is",
        FRONTEND,
        "failureThreshold: 10",
        "failureThreshold: 60",
    ),
    Fault("scaling", BACKEND, "minReplicas: 0", "minReplicas: 1"),
    Fault("scaling", BACKEND, "              identity: identityId\n", ""),
    Fault(
        "scaling",
        BACKEND,
        "queueLengthStrategy: 'all'",
        "queueLengthStrategy: 'visibleonly'",
    ),
    Fault("scaling", BACKEND, "accountName: storageAccountName", "connectionFromEnv: 'X'"),
    Fault("scaling", "sizes.json", '"minReplicas": 1', '"minReplicas": 0'),
    Fault(
        "nothing_looked_up_in_a_list",
        BACKEND,
        "resource app ",
        "resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {\n  name: name\n}\n"
        "resource app ",
    ),
    Fault("shutdown", BACKEND, "GracePeriodSeconds: 60", "GracePeriodSeconds: 10"),
    Fault("sizes", "sizes.json", '"memory": "2Gi"', '"memory": "3Gi"'),
    Fault("told_apart", BACKEND, "'azd-service-name': name", "'azd-service': name"),
    Fault("private_where_wanted", VAULT, "isPrivate ? 'Disabled'", "isPrivate ? 'Enabled'"),
    Fault("private_where_wanted", STORAGE, "isPrivate ? 'Deny'", "isPrivate ? 'Allow'"),
    Fault("private_where_wanted", NETWORK, "vaultcore", "vault"),
    Fault("private_where_wanted", NETWORK, "for each in parts", "for each in [parts[0]]"),
    Fault("open_to_github", NETWORK, "'Internet'", "'VirtualNetwork'"),
    Fault("open_to_github", NETWORK, "['443', '31443']", "['22', '443']"),
    Fault("open_to_github", ENVIRONMENT, "internal: false", "internal: true"),
    Fault("logs", ENVIRONMENT, "destination: 'azure-monitor'", "destination: 'log-analytics'"),
    Fault("logs", VAULT, "  scope: vault\n", "  scope: webhook\n"),
    Fault("logs", STORAGE, "workspaceId: workspaceId\n", "workspaceId: account.id\n"),
    Fault("told_apart", VAULT, "  tags: tags\n", ""),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.rule}: {fault.new[:40]}")
def test_the_rule_sees_a_fault(fault: Fault, texts: Texts):
    assert fault.old in texts[fault.path]
    broken = texts | {fault.path: texts[fault.path].replace(fault.old, fault.new, 1)}
    assert RULES[fault.rule](broken)


def test_every_rule_is_seen_to_work():
    assert {fault.rule for fault in FAULTS} == set(RULES)
