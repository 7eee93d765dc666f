"""Nothing in; what the dashboards' files should say, by their paths, out."""

from pathlib import Path

from .grafana import dashboard
from .workbook import workbook

GENERATED = Path(__file__).parents[3] / "infra" / "generated"


def generated() -> dict[Path, str]:
    """The workbook that the templates deploy, and the dashboard that one imports into Grafana."""
    return {
        GENERATED / "workbook.json": workbook(),
        GENERATED / "dashboard.json": dashboard(),
    }
