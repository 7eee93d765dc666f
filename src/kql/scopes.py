"""What events and metrics are called in each scope that KQL is asked in: nothing in, tables out.

An Application Insights component, and the local stand-in too, shows classic tables; the Log
Analytics workspace behind it calls the same tables and columns otherwise:
https://learn.microsoft.com/azure/azure-monitor/app/convert-classic-resource#table-schemas
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventTable:
    """A table of custom events and what it calls its columns."""

    name: str
    time: str
    event: str
    properties: str
    measurements: str


@dataclass(frozen=True, slots=True)
class MetricTable:
    """A table of aggregated metrics and what it calls its columns."""

    name: str
    time: str
    metric: str
    count: str
    sum: str
    min: str
    max: str
    role: str
    instance: str
    properties: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a query may be asked, and the tables that it finds there."""

    name: str
    events: EventTable
    metrics: MetricTable


COMPONENT = Scope(
    "component",
    EventTable("customEvents", "timestamp", "name", "customDimensions", "customMeasurements"),
    MetricTable(
        *("customMetrics", "timestamp", "name", "valueCount", "valueSum", "valueMin", "valueMax"),
        *("cloud_RoleName", "cloud_RoleInstance", "customDimensions"),
    ),
)
"""An Application Insights component, and the local stand-in."""

WORKSPACE = Scope(
    "workspace",
    EventTable("AppEvents", "TimeGenerated", "Name", "Properties", "Measurements"),
    MetricTable(
        *("AppMetrics", "TimeGenerated", "Name", "ItemCount", "Sum", "Min", "Max"),
        *("AppRoleName", "AppRoleInstance", "Properties"),
    ),
)
"""A Log Analytics workspace, where Azure saves the functions."""

SCOPES = (COMPONENT, WORKSPACE)
