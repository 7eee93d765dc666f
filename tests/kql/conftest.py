from collections.abc import Iterator

import duckdb
import pytest

from src.insights.tables import create_statement
from tests.kql.both_scopes import BothScopes, both_scopes
from tests.kql.component import Component
from tests.kql.health_minutes import quiet_minutes
from tests.kql.week import END, Week, make_week


@pytest.fixture
def component() -> Iterator[Component]:
    with duckdb.connect() as connection:
        for table in ("customEvents", "customMetrics"):
            connection.execute(create_statement(table))
        yield Component(connection)


@pytest.fixture(scope="session")
def week() -> Week:
    return make_week()


@pytest.fixture(scope="session")
def told_week(week: Week) -> Iterator[BothScopes]:
    """The week's rows in both scopes, and what the services said of themselves; all is well."""
    with both_scopes() as scopes:
        scopes.tell(week.rows)
        scopes.tell(quiet_minutes([d.at for day in week.days for d in day.deliveries], END))
        yield scopes
