"""`generate`: the table of names in; the saved KQL functions and docs/telemetry.md out."""

from pathlib import Path

import click

from ..kql.catalogue import FUNCTIONS, shipped_queries
from ..kql.runner_samples import COMPONENT_METRICS
from ..kql.saved_functions import COMPONENT_TABLE, render_functions
from ..kql.telemetry_page import render_page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "telemetry.md"


@click.command(epilog="Example: python -m src generate --check")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file is stale.")
def command(*, check: bool) -> None:
    """Write the docs and KQL that follow from the table of names."""
    stale = {path: text for path, text in _contents().items() if _read(path) != text}
    for path, text in stale.items():
        click.echo(f"{'stale' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if check and stale:
        raise SystemExit(1)


def _contents() -> dict[Path, str]:
    """What each generated file should say."""
    functions = render_functions(COMPONENT_TABLE, COMPONENT_METRICS)
    return {
        **{FUNCTIONS / f"{name}.kql": body for name, body in functions.items()},
        PAGE: render_page(shipped_queries()),
    }


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
