"""What the stand-in reads from its environment."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from ..shared.settings import Settings

FILE_NAME = "insights.duckdb"


class InsightsSettings(Settings):
    """Where it listens, where its file lies, how long rows are kept."""

    host: str = Field("127.0.0.1", validation_alias="INSIGHTS_HOST")
    port: int = Field(8090, validation_alias="INSIGHTS_PORT", ge=0, le=65_535)
    retention_days: int = Field(90, validation_alias="INSIGHTS_RETENTION_DAYS", ge=1, le=730)

    @property
    def file(self) -> Path:
        """The DuckDB file with all rows."""
        return self.home / FILE_NAME

    @property
    def retention(self) -> timedelta:
        """How long a row is kept."""
        return timedelta(days=self.retention_days)
