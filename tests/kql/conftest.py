from collections.abc import Iterator

import duckdb
import pytest

from src.insights.tables import create_statement
from tests.kql.component import Component


@pytest.fixture
def component() -> Iterator[Component]:
    with duckdb.connect() as connection:
        for table in ("customEvents", "customMetrics"):
            connection.execute(create_statement(table))
        yield Component(connection)
