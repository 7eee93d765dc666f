"""The texts of infra/ in, what is wrong with its optional private network, and its logs, out.

As in `rules`: a rule takes every file's text by its path, and gives a complaint for each fault.
"""

import re

from tests.infra.bicep import Each, Expression
from tests.infra.rules import Texts, parsed, templates

# https://learn.microsoft.com/en-us/azure/private-link/private-endpoint-dns
ZONES = {
    "blob": "privatelink.blob.${environment().suffixes.storage}",
    "queue": "privatelink.queue.${environment().suffixes.storage}",
    "vault": "privatelink.vaultcore.azure.net",
}
CLOSED = {"modules/storage.bicep": "account", "modules/vault.bicep": "vault"}

# What tells of itself, and to where the others' logs are.
TELLS = {
    ("modules/environment.bicep", "environment"),
    ("modules/registry.bicep", "registry"),
    ("modules/storage.bicep", "blobs"),
    ("modules/storage.bicep", "queues"),
    ("modules/vault.bicep", "vault"),
}


def private_where_wanted(texts: Texts) -> list[str]:
    """Storage and vault are met by private addresses alone, each by its own zone of names."""
    complaints = []
    for path, symbol in CLOSED.items():
        properties = parsed(texts[path]).resources[symbol].one["properties"]
        if properties["publicNetworkAccess"] != Expression("isPrivate ? 'Disabled' : 'Enabled'"):
            complaints.append(f"{path}: stays open")
        if properties["networkAcls"]["defaultAction"] != Expression("isPrivate ? 'Deny' : 'Allow'"):
            complaints.append(f"{path}: lets anybody in")
    network = parsed(texts["modules/network.bicep"])
    if {part["part"]: part["zoneName"] for part in network.variables["parts"]} != ZONES:
        complaints.append("the parts, or their zones, are others")
    endpoints = network.modules["endpoints"].body
    if not isinstance(endpoints, Each) or endpoints.over != Expression("parts"):
        complaints.append("not every part has its endpoint")
    return complaints


def open_to_github(texts: Texts) -> list[str]:
    """Also in a private network GitHub gets in, and nobody but by HTTPS."""
    network = parsed(texts["modules/network.bicep"]).resources
    [rule] = network["appsGroup"].one["properties"]["securityRules"]
    properties = rule["properties"]
    complaints = []
    if (properties["access"], properties["sourceAddressPrefix"]) != ("Allow", "Internet"):
        complaints.append("GitHub is kept out")
    if properties["destinationPortRanges"] != ["443", "31443"]:
        complaints.append(f"open are {properties['destinationPortRanges']}")
    if "securityRules" in network["endpointsGroup"].one.get("properties", {}):
        complaints.append("endpoints are met from elsewhere")
    environment = parsed(texts["modules/environment.bicep"]).resources["environment"]
    if "internal: false" not in environment.one["properties"]["vnetConfiguration"].text:
        complaints.append("the environment has no door")
    return complaints


def logs(texts: Texts) -> list[str]:
    """Who can be asked tells the workspace; the apps' logs need nobody's key to get there."""
    told = set()
    complaints = []
    for path, file in templates(texts).items():
        for symbol, resource in file.resources.items():
            if not resource.kind.startswith("Microsoft.Insights/diagnosticSettings@"):
                continue
            told.add((path, resource.one["scope"].text))
            if resource.one["properties"]["workspaceId"] != Expression("workspaceId"):
                complaints.append(f"{path}: {symbol} tells somebody else")
    environment = texts["modules/environment.bicep"]
    if re.search(r"destination: '(?!azure-monitor')|logAnalyticsConfiguration", environment):
        complaints.append("logs are sent with a key")
    return complaints + [f"{path}: {symbol} tells nothing" for path, symbol in TELLS - told]


RULES = (private_where_wanted, open_to_github, logs)
