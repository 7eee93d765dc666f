"""The commands that give roles by hand, in a real shell, with an `az` that only writes down."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from src.shared.settings import DEFAULT_QUEUE_NAME
from src.shared.storage import DEFAULT_CONTAINER
from tests.infra.documented import ROLE_IDS
from tests.infra.rules_access import ROLES, SCOPES

ROOT = Path(__file__).parents[2]
NOT_BY_HAND = {"vault", "registry"}  # secrets are in the environment, images where one likes
ACCOUNT = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/ours"
COMPONENT = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Insights/components/ours"
IDS = {
    "events": f"{ACCOUNT}/queueServices/default/queues/{DEFAULT_QUEUE_NAME}",
    "poison": f"{ACCOUNT}/queueServices/default/queues/{DEFAULT_QUEUE_NAME}-poison",
    "container": f"{ACCOUNT}/blobServices/default/containers/{DEFAULT_CONTAINER}",
    "component": COMPONENT,
}
AZ = f"""#!/bin/sh
case "$1 $2" in
    "storage account") echo {ACCOUNT} ;;
    "resource show") echo {COMPONENT} ;;
    *) printf "%s\\t" "$@"; echo ;;
esac
"""
NAMES = {
    "FRONTEND": "the frontend's",
    "BACKEND": "the backend's",
    "GROUP": "g",
    "APPLICATION_INSIGHTS": "ours",
    "AZURE_STORAGE_ACCOUNT_NAME": "ours",
    "AZURE_STORAGE_QUEUE_NAME": DEFAULT_QUEUE_NAME,
}


def commands() -> str:
    """Those of the document, but for the line in which a reader puts names of his own."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```console\n\$ export FRONTEND=[^\n]*\n(.*?)```", text, re.DOTALL)
    return re.sub(r"^\$ ", "", block, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def asked_for(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What the shell asks of `az`, beside the ids of what is there."""
    folder = tmp_path_factory.mktemp("az")
    (folder / "az").write_text(AZ)
    (folder / "az").chmod(0o755)
    told = NAMES | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    shell = ["sh", "-eu", "-c", commands()]
    done = subprocess.run(shell, env=told, capture_output=True, text=True, check=True, timeout=60)
    return [line.split("\t")[:-1] for line in done.stdout.splitlines()]


def test_they_give_the_roles_of_the_template_on_the_same_things(asked_for: list[list[str]]):
    who = {NAMES["FRONTEND"]: "frontend", NAMES["BACKEND"]: "backend"}
    role = {re.sub(r"(?<!^)([A-Z])", r" \1", name).lower(): name for name in ROLE_IDS}
    scope = {id_: name for name, id_ in IDS.items()}
    given = []
    for words in asked_for:
        assert words[:3] == ["role", "assignment", "create"]
        options = dict(zip(words[3::2], words[4::2], strict=True))
        assert options.pop("--assignee-principal-type") == "ServicePrincipal"
        assert options.keys() == {"--assignee-object-id", "--role", "--scope"}
        told = options["--assignee-object-id"], options["--role"].lower(), options["--scope"]
        given.append((who[told[0]], role[told[1]], scope[told[2]]))

    assert len(given) == len(set(given))
    assert set(given) == {row for row in ROLES if row[2] not in NOT_BY_HAND}


@pytest.mark.parametrize("name", IDS)
def test_each_is_named_as_a_thing_of_the_template_s_type(name: str):
    """`providers/SPACE/TYPE/NAME/TYPE/NAME` is one of `SPACE/TYPE/TYPE`."""
    space, *parts = IDS[name].partition("/providers/")[2].split("/")
    assert "/".join([space, *parts[::2]]) == SCOPES[name][0]
