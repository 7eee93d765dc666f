import pytest

from src.cli.show_target import Target, parse_target

REPOSITORY = "acme/rocket"
RUN_URL = "https://github.com/acme/rocket/actions/runs/301"

TARGETS = {
    "301": Target(301),
    RUN_URL: Target(301, REPOSITORY, "github.com"),
    f"{RUN_URL}/": Target(301, REPOSITORY, "github.com"),
    f"{RUN_URL}?pr=4": Target(301, REPOSITORY, "github.com"),
    f"{RUN_URL}/attempts/2": Target(301, REPOSITORY, "github.com", 2),
    f"{RUN_URL}/job/501": Target(301, REPOSITORY, "github.com", None, "501"),
    f"{RUN_URL}/job/501#step:3:1": Target(301, REPOSITORY, "github.com", None, "501"),
    f"{RUN_URL}/attempts/2/job/501": Target(301, REPOSITORY, "github.com", 2, "501"),
    "http://GHE.example.com/acme/rocket/actions/runs/301": Target(
        301, REPOSITORY, "ghe.example.com"
    ),
    REPOSITORY: Target(None, REPOSITORY, "github.com"),
    "ghe.example.com/acme/rocket": Target(None, REPOSITORY, "ghe.example.com"),
}
NONE = [
    *("", "rocket", "-1", "٣", "1.5", "acme/", "/rocket", "a b/c", "a/b/c/d"),
    *("https://github.com/acme/rocket", "https://github.com/acme/rocket/actions/runs/x"),
    *("https://[", "ftp://github.com/acme/rocket/actions/runs/301"),
]


@pytest.mark.parametrize(("text", "target"), TARGETS.items(), ids=TARGETS)
def test_a_run_is_known_by_what_users_have_of_it(text: str, target: Target):
    assert parse_target(text) == target


@pytest.mark.parametrize("text", NONE)
def test_what_names_no_run_is_none(text: str):
    assert parse_target(text) is None
