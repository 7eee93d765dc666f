"""Keys for samples: the user's, and the local stack's own for the simulated repositories."""

import stat
from pathlib import Path

import pytest

from src.cli.sampler_keys import HOW_TO_GET_KEYS, known_keys, stack_keys
from src.cli.stack_settings import StackSettings
from src.frontend.settings import FrontendSettings
from src.simulate.organisation import ENGINE, REPOSITORIES

USERS_OWN = "hunter2hunter2hunter2"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own; and whoever runs the tests has settings of his own."""
    for name in ("SAMPLES_KEYS", "HOST", "PORT", "DEMO", "GITHUB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def frontends(keys: str, monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[bytes, ...]]:
    """What the frontend makes of these SAMPLES_KEYS."""
    with monkeypatch.context() as only:
        only.setenv("SAMPLES_KEYS", keys)
        return {scope.id: tuple(k) for scope, k in FrontendSettings().samplers().keys.items()}


def test_a_key_is_made_once_and_kept_for_its_owner_s_eyes(home: Path):
    made = stack_keys(StackSettings())

    assert stack_keys(StackSettings()) == made
    assert stat.S_IMODE((home / "samples-key").stat().st_mode) == 0o600


def test_the_frontend_takes_what_is_signed_with_it(monkeypatch: pytest.MonkeyPatch):
    taken = frontends(stack_keys(StackSettings()), monkeypatch)

    assert taken.keys() == {repository.id for repository in REPOSITORIES}
    assert {i: (key,) for i, key in known_keys(StackSettings()).items()} == taken


def test_without_a_start_nothing_is_known_nor_made(home: Path):
    assert known_keys(StackSettings()) == {}
    assert not home.exists()


def test_a_user_s_own_keys_are_taken_too_and_come_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SAMPLES_KEYS", f" 7:{USERS_OWN}, {ENGINE.id}:{USERS_OWN},, ")
    taken = frontends(stack_keys(StackSettings()), monkeypatch)
    known = known_keys(StackSettings())

    assert taken[7] == (USERS_OWN.encode(),)
    assert taken[ENGINE.id][0] == known[ENGINE.id] == USERS_OWN.encode()
    assert all(key in taken[number] for number, key in known.items())


def test_another_server_s_repository_is_none_of_github_s(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SAMPLES_KEYS", f"github.example.com/{ENGINE.id}:{USERS_OWN}")

    assert known_keys(StackSettings()) == {}


def test_bad_keys_are_one_line_without_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SAMPLES_KEYS", f"octo/app:{USERS_OWN}")

    with pytest.raises(SystemExit) as caught:
        known_keys(StackSettings())

    assert caught.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("github-telemetry: SAMPLES_KEYS: must be REPOSITORY_ID:KEY")
    assert USERS_OWN not in line


def test_whoever_has_none_learns_what_to_write():
    assert f"{ENGINE.id}:KEY" in HOW_TO_GET_KEYS
