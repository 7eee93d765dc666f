"""A command line of the sampler in; what it said and how it ended, out."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ENTRY = Path(__file__).parents[2] / "action" / "sampler.py"
OLDEST = (3, 9)


class Ran(NamedTuple):
    """`used` is what --json held."""

    exit_code: int
    output: str
    said: str
    used: dict[str, Any]


def run(
    folder: Path,
    *command: str,
    options: tuple[str, ...] = (),
    python: str = sys.executable,
    **more: Any,
) -> Ran:
    """`run --json` in this folder, which has a `src` of its own that would break us."""
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "__init__.py").write_text("raise SystemExit('the wrong src')\n")
    told = folder / "used.json"
    told.unlink(missing_ok=True)
    ran = subprocess.run(
        [*entry(python), "run", "--json", str(told), *options, "--", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )
    used = json.loads(told.read_text()) if told.exists() else {}
    return Ran(ran.returncode, ran.stdout, ran.stderr, used)


def entry(python: str = sys.executable) -> list[str]:
    """As a runner starts it."""
    return [python, "-I", "-S", str(ENTRY)]


@cache
def pythons() -> list[str]:
    """Every Python on this machine that is new enough, pyenv's included; one a version."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [sys.executable, *(str(path) for path in root.glob("versions/*/bin/python3"))]
    found += [path for minor in range(9, 20) if (path := shutil.which(f"python3.{minor}"))]
    versions = {}
    for path in found:
        ask = "import sys; print(*sys.version_info[:2])"
        told = subprocess.run([path, "-I", "-S", "-c", ask], capture_output=True, check=False)
        version = tuple(int(word) for word in told.stdout.split())
        if version >= OLDEST:
            versions.setdefault(version, path)
    return [versions[version] for version in sorted(versions)]
