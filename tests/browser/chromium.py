"""Pages in; what a real Chromium shows of them, out. One start for many pages: it takes a second.

CHROMIUM_PATH names the browser; else the machine's is taken, else the one in node_modules.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NODE_MODULES = HERE.parents[1] / "node_modules"

needs_chromium = pytest.mark.skipif(
    not os.environ.get("CI")
    and not (shutil.which("node") and (NODE_MODULES / "playwright-core").is_dir()),
    reason="needs node and `npm ci`, which `make test` sees to",
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What to look at; `run` is an expression, asked after the pointer moved and keys were pressed.

    `moves` are (selector, share of its width); `libraries` are scripts to load beside the page's.
    """

    file: Path
    run: str
    width: int = 1280
    height: int = 900
    dark: bool = False
    script: bool = True
    picture: Path | None = None
    moves: Sequence[tuple[str, float]] = ()
    keys: Sequence[str] = ()
    libraries: Sequence[Path] = field(default=())


@dataclass(frozen=True)
class Seen:
    """What it asked for beside itself, what it complained of, and what `run` said."""

    requests: list[str]
    errors: list[str]
    said: Any


def look_at(pages: Sequence[Page]) -> list[Seen]:
    """All pages, one after another; skips where the packaged browser cannot run on the machine."""
    if not (NODE_MODULES / "playwright-core").is_dir():
        pytest.fail("`npm ci` has not been run")
    looked = subprocess.run(
        ["node", HERE / "browser.cjs"],
        input=json.dumps({"pages": [vars(page) for page in pages]}, default=str),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if looked.returncode == NO_BROWSER:
        pytest.skip(looked.stderr.strip())
    assert looked.returncode == 0, looked.stderr
    return [Seen(**seen) for seen in json.loads(looked.stdout)]


NO_BROWSER = 3
