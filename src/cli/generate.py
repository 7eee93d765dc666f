"""`generate`: the table of names and the KQL in; what follows from them out, as files."""

from collections.abc import Callable
from pathlib import Path

import click

from ..kql.catalogue import functions_folder, shipped_alerts, shipped_queries
from ..kql.dashboards.generated import generated
from ..kql.saved_functions import render_functions
from ..kql.scopes import SCOPES
from ..kql.telemetry_page import render_page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "telemetry.md"

Source = Callable[[], dict[Path, str]]
"""What some generated files should say, by their paths."""


@click.command(epilog="Example: python -m src generate --check")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file is stale.")
def command(*, check: bool) -> None:
    """Write the docs, KQL and dashboards that follow from the table of names and the queries."""
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
    return {path: text for source in _SOURCES for path, text in source().items()}


def _functions() -> dict[Path, str]:
    """The saved functions of every scope."""
    return {
        functions_folder(scope) / f"{name}.kql": body
        for scope in SCOPES
        for name, body in render_functions(scope).items()
    }


def _page() -> dict[Path, str]:
    return {PAGE: render_page(shipped_queries(), shipped_alerts())}


_SOURCES: tuple[Source, ...] = (_functions, _page, generated)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
