"""`doctor`: the environment in; what is well and what is not, and what may mend it, out."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from .examination import Finding

EXIT_WELL, EXIT_WRONG, EXIT_REFUSED = 0, 1, 2

EXAMPLES = """\b
Examples:
  python -m src doctor
  python -m src doctor --only backend --json
\b
Exit code: 0 all is well, 1 something is wrong, 2 a setting is refused.
"""

_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("-", "yellow")}
_WORDS = {True: "ok", False: "wrong", None: "-"}


@click.command(epilog=EXAMPLES)
@click.option("--only", type=click.Choice(["frontend", "backend"]), help="One service alone.")
@click.option("--json", "as_json", is_flag=True, help="A list of objects, for scripts.")
def command(only: str | None, *, as_json: bool) -> None:
    """Check the settings of both services, and whatever they lead to.

    It has the rights of whoever runs it. A message without events, an object and an event named
    DoctorProbe are written: the first two are deleted again, by a worker where messages wait, and
    nobody counts the third.
    """
    import asyncio

    from .examination import examine

    findings = asyncio.run(examine(frontend=only != "backend", backend=only != "frontend"))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    raise SystemExit(exit_code(findings))


def exit_code(findings: Sequence["Finding"]) -> int:
    """For scripts: a refused setting is worse than a service that does not answer."""
    if any(finding.is_refused for finding in findings):
        return EXIT_REFUSED
    return EXIT_WRONG if any(finding.is_well is False for finding in findings) else EXIT_WELL


def _print(findings: Sequence["Finding"]) -> None:
    """A table on a terminal; elsewhere a line each, `ok`, `wrong` or `-` first."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        for finding in findings:
            click.echo(f"{_WORDS[finding.is_well]:5}  {finding.what}: {finding.said}")
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    for finding in findings:
        mark, colour = _MARKS[finding.is_well]
        table.add_row(Text(mark, style=colour), Text(finding.what), Text(finding.said))
    console.print(table)
