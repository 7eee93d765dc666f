"""The tables of Application Insights, as DuckDB's DDL comes out of them.

Names and types are those of the classic tables (component scope), so that a query written for
Azure runs here unchanged; https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete
describes them. `success` is a string there ("True", "False"), and so it is here. Times are naive
timestamps that mean UTC: DuckDB's zoned type would need a time zone library to be read.
"""

from collections.abc import Mapping
from types import MappingProxyType

STRING, REAL, INT, DATETIME, DYNAMIC = "VARCHAR", "DOUBLE", "INTEGER", "TIMESTAMP", "JSON"

Columns = Mapping[str, str]
"""Column name → DuckDB's type."""

_SHARED: Columns = {
    "timestamp": DATETIME,
    "customDimensions": DYNAMIC,
    "operation_Id": STRING,
    "operation_ParentId": STRING,
    "operation_Name": STRING,
    "operation_SyntheticSource": STRING,
    "session_Id": STRING,
    "user_Id": STRING,
    "user_AuthenticatedId": STRING,
    "user_AccountId": STRING,
    "application_Version": STRING,
    "client_Type": STRING,
    "client_Model": STRING,
    "client_OS": STRING,
    "client_IP": STRING,
    "cloud_RoleName": STRING,
    "cloud_RoleInstance": STRING,
    "appName": STRING,
    "iKey": STRING,
    "sdkVersion": STRING,
    "itemCount": INT,
}
_MEASURED: Columns = {**_SHARED, "customMeasurements": DYNAMIC}
_CALL: Columns = {
    "id": STRING,
    "name": STRING,
    "success": STRING,
    "resultCode": STRING,
    "duration": REAL,  # milliseconds
    **_MEASURED,
}

TABLES: Mapping[str, Columns] = MappingProxyType(
    {
        "requests": {"source": STRING, "url": STRING, **_CALL},
        "dependencies": {"target": STRING, "type": STRING, "data": STRING, **_CALL},
        "customEvents": {"name": STRING, **_MEASURED},
        "customMetrics": {
            "name": STRING,
            "value": REAL,
            "valueCount": INT,
            "valueSum": REAL,
            "valueMin": REAL,
            "valueMax": REAL,
            "valueStdDev": REAL,
            **_SHARED,
        },
        "exceptions": {
            "problemId": STRING,
            "type": STRING,
            "message": STRING,
            "outerType": STRING,
            "outerMessage": STRING,
            "innermostType": STRING,
            "innermostMessage": STRING,
            "severityLevel": INT,
            "details": DYNAMIC,
            **_MEASURED,
        },
        "traces": {"message": STRING, "severityLevel": INT, **_MEASURED},
    }
)
"""What a row may say, per table; `itemType` and `itemId` are the store's own doing."""

ITEM_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "requests": "request",
        "dependencies": "dependency",
        "customEvents": "customEvent",
        "customMetrics": "customMetric",
        "exceptions": "exception",
        "traces": "trace",
    }
)


def create_statement(table: str) -> str:
    """`CREATE TABLE IF NOT EXISTS …` for one of `TABLES`."""
    columns = [f'"{name}" {type_}' for name, type_ in TABLES[table].items()]
    columns.append(f"\"itemType\" VARCHAR DEFAULT '{ITEM_TYPES[table]}'")
    columns.append('"itemId" VARCHAR DEFAULT uuid()')
    return f'CREATE TABLE IF NOT EXISTS "{table}" ({", ".join(columns)})'


def insert_statement(table: str, columns: list[str]) -> str:
    """An INSERT that takes one list a column, in the order of `columns`.

    DuckDB reads whole columns fifty times as fast as rows given one by one.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    lists = ", ".join(f"unnest(${at}::{TABLES[table][c]}[])" for at, c in enumerate(columns, 1))
    return f'INSERT INTO "{table}" ({names}) SELECT {lists}'
