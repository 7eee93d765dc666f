"""A Dockerfile in; what its image would run out, as a process of this machine.

The same folders as its COPY lines make, the packages of its lock file and no others (linked from
where the tests run, since versions are the same), its environment, its very command. Nothing in it
can be written, and root has no powers: so `read_only` and `cap_drop: ALL` are tried too.
"""

import compileall
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.images.dockerfile import Dockerfile

ROOT = Path(__file__).parents[2]
END_SECONDS = 20.0
_POWERLESS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]


def locked(lock: str) -> dict[str, str]:
    """Packages and versions of a lock file, those for other platforms left out."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line.rstrip(" \\") for line in text.splitlines() if "==" in line]
    wanted = [Requirement(line) for line in lines if not line.startswith(" ")]
    return {
        each.name: str(each.specifier).removeprefix("==")
        for each in wanted
        if each.marker is None or each.marker.evaluate()
    }


@dataclass(frozen=True)
class Replica:
    """`folder` has `app` and `venv`, as the image has them at its root."""

    dockerfile: Dockerfile
    folder: Path

    def environment(self, **settings: str) -> dict[str, str]:
        """The image's own, with what `docker run -e` would add."""
        path = f"{self.folder}/venv/bin:{os.defpath}"
        return self.dockerfile.image.env | {"PATH": path, "HOME": "/nonexistent"} | settings

    def start(self, log: Path, **settings: str) -> subprocess.Popen[bytes]:
        """The image's command, with what it says in `log`."""
        image = self.dockerfile.image
        with log.open("ab") as out:
            return subprocess.Popen(
                self._powerless([*image.entrypoint, *image.command]),
                cwd=self.folder / "app",
                env=self.environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def is_healthy(self, **settings: str) -> bool:
        """What the image's health check says."""
        return self.run(self.dockerfile.image.healthcheck, **settings).returncode == 0

    def run(self, command: Sequence[str], **settings: str) -> subprocess.CompletedProcess[str]:
        """A command in it, as `docker exec` would run it."""
        return subprocess.run(
            self._powerless(command),
            cwd=self.folder / "app",
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def _powerless(self, command: Sequence[str]) -> list[str]:
        python = str(self.folder / "venv" / "bin" / "python")
        words = [python if word == "python" else word for word in command]
        return [*_POWERLESS, *words] if os.geteuid() == 0 else words


def make_replica(dockerfile: Dockerfile, folder: Path) -> Replica:
    """Build it in an empty folder."""
    packages = locked(dockerfile.lock)
    environment = folder / "venv"
    venv.create(environment, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for name, wanted in packages.items():
        _link(name, wanted, environment / "lib" / version / "site-packages")
    for source, destination in dockerfile.sources:
        _copy(ROOT / source, folder / "app" / destination)
    compileall.compile_dir(folder / "app" / "src", quiet=1)
    _forbid_writing(folder)
    return Replica(dockerfile, folder)


def _link(name: str, wanted: str, site: Path) -> None:
    found = distribution(name)
    assert found.version == wanted, f"{name}: {found.version} is installed, {wanted} is locked"
    for file in found.files or ():
        if ".." not in file.parts:  # a script, which no command of ours needs
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(Path(str(found.locate_file(file))))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "Dockerfile"))
    else:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _forbid_writing(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)


def end(processes: Mapping[str, subprocess.Popen[bytes]]) -> dict[str, int]:
    """SIGTERM to each, and the code with which it ended; who does not end in time is killed."""
    for process in processes.values():
        process.terminate()
    try:
        return {name: process.wait(END_SECONDS) for name, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
