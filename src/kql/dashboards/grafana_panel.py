"""A tile in, a panel of Grafana out: its query, its kind, and how its columns are shown."""

from typing import Any

from ..catalogue import question_of
from .columns import FAIR_PERCENT, GOOD_PERCENT, Column, Unit
from .texts import defaults, literal, query_text, with_values
from .tile import Kind, Tile

DATA_SOURCE_TYPE = "grafana-azure-monitor-datasource"
DATA_SOURCE = {"type": DATA_SOURCE_TYPE, "uid": "${datasource}"}

# `:json` quotes a value and escapes what is in it, so that none ends the string early.
_EXPRESSIONS = {
    "repository": "${repository:json}",
    "run": "${run:json}",
    "prices": "${prices:json}",
    "grain": "$__interval",
}
_UNITS = {
    Unit.SECONDS: "s",
    Unit.PERCENT: "percent",
    Unit.BYTES: "bytes",
    Unit.USD: "currencyUSD",
    Unit.TIME: "dateTimeAsIso",
}
_COLOURS = {
    "succeeded": "green",
    "failed": "red",
    "cancelled": "#8e8e8e",
    "skipped": "#c0c0c0",
}

Json = dict[str, Any]


def panel(tile: Tile, dashboard: str) -> Json:
    """The panel without its place; `dashboard` is the uid of the one it stands in."""
    text = query_text(tile.query)
    shaped = {
        Kind.FIGURES: _figures,
        Kind.TABLE: _table,
        Kind.TIMELINE: _table,
        Kind.LINES: _curves,
        Kind.BARS: _curves if tile.columns[0].unit is Unit.TIME else _named_bars,
    }[tile.kind](tile, dashboard)
    target = {**logs(panel_query(tile), shaped.pop("format")), "refId": "A"}
    # No point stands for less time than the query's own default.
    least = {"interval": defaults(text)["grain"]} if "grain" in defaults(text) else {}
    return {
        "title": tile.title,
        "description": question_of(text),
        "datasource": DATA_SOURCE,
        "targets": [target],
        **least,
        **shaped,
    }


def panel_query(tile: Tile) -> str:
    """What the panel asks, with expressions where its parameters are."""
    given = {name: literal(value) for name, value in tile.given.items()}
    return with_values(query_text(tile.query), _EXPRESSIONS | given)


def logs(query: str, shape: str) -> Json:
    """A query of the chosen workspace within the dashboard's time; `shape` table or time_series.

    The service filters every table by `TimeGenerated`, inside saved functions too, so that no query
    names the time range.
    """
    return {
        "datasource": DATA_SOURCE,
        "queryType": "Azure Log Analytics",
        "azureLogAnalytics": {
            "query": query,
            "resources": ["$workspace"],
            "resultFormat": shape,
            "dashboardTime": True,
            "timeColumn": "TimeGenerated",
        },
    }


def _figures(_tile: Tile, _dashboard: str) -> Json:
    """Each row becomes a field with its own name and unit."""
    handlers = {"measure": "field.name", "value": "field.value", "unit": "unit"}
    mappings = [{"fieldName": name, "handlerKey": key} for name, key in handlers.items()]
    ignored = {"fieldName": "position", "handlerKey": "__ignore"}
    return {
        "format": "table",
        "type": "stat",
        "transformations": [
            {"id": "rowsToFields", "options": {"mappings": [*mappings, ignored]}},
        ],
        "fieldConfig": {"defaults": {"decimals": 1}, "overrides": []},
        "options": {"colorMode": "none", "textMode": "value_and_name"},
    }


def _table(tile: Tile, dashboard: str) -> Json:
    overrides = [_override(one.name, _cells(one, dashboard)) for one in tile.columns]
    return {
        "format": "table",
        "type": "table",
        "fieldConfig": {"defaults": {}, "overrides": overrides},
        "options": {"showHeader": True, "cellHeight": "sm"},
    }


def _curves(tile: Tile, _dashboard: str) -> Json:
    """Lines, or stacked bars, along the time."""
    custom: Json = {"fillOpacity": 10, "showPoints": "auto"}
    if tile.kind is Kind.BARS:
        custom = {"drawStyle": "bars", "fillOpacity": 80, "stacking": {"mode": "normal"}}
    named = {"displayName": f"${{__field.labels.{tile.group}}}"} if tile.group else {}
    unit = {"unit": _UNITS.get(tile.values[0].unit, "short"), "min": 0}
    return {
        "format": "time_series",
        "type": "timeseries",
        "fieldConfig": {
            "defaults": {**unit, **named, "custom": custom},
            "overrides": _series(tile),
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}},
    }


def _named_bars(tile: Tile, _dashboard: str) -> Json:
    axis = tile.columns[0].name
    drawn = [axis, *(one.name for one in tile.values)]
    return {
        "format": "table",
        "type": "barchart",
        "transformations": [
            {"id": "filterFieldsByName", "options": {"include": {"names": drawn}}},
        ],
        "fieldConfig": {
            "defaults": {"unit": _UNITS.get(tile.values[0].unit, "short"), "min": 0},
            "overrides": _series(tile),
        },
        "options": {"xField": axis, "legend": {"showLegend": False}},
    }


def _series(tile: Tile) -> list[Json]:
    """Headings of lines; colours of groups, which are named by then."""
    if not tile.group:
        return [_override(one.name, {"displayName": one.heading}) for one in tile.values]
    return [
        _override(name, {"color": {"mode": "fixed", "fixedColor": colour}})
        for name, colour in _COLOURS.items()
    ]


def _cells(column: Column, dashboard: str) -> Json:
    """How the cells of a table's column look, and what they lead to."""
    shown: Json = {"displayName": column.heading}
    if column.unit in _UNITS:
        shown["unit"] = _UNITS[column.unit]
    if column.name == "success_percent":
        shown |= {"custom.cellOptions": {"type": "color-text"}, "thresholds": _shares()}
    elif column.unit is Unit.PERCENT:
        shown |= {"custom.cellOptions": {"type": "gauge", "mode": "basic"}, "min": 0, "max": 100}
    elif column.unit is Unit.LINK:
        shown["links"] = [{"title": "Open", "url": "${__value.raw}", "targetBlank": True}]
    elif column.unit is Unit.KEY:
        shown["links"] = [{"title": "Show this run", "url": _same_with_run(dashboard)}]
    return shown


def _shares() -> Json:
    steps = [
        {"color": "red", "value": None},
        {"color": "orange", "value": FAIR_PERCENT},
        {"color": "green", "value": GOOD_PERCENT},
    ]
    return {"mode": "absolute", "steps": steps}


def _same_with_run(dashboard: str) -> str:
    """The same dashboard, its run that of the cell."""
    kept = ("datasource", "subscription", "workspace", "repository", "prices")
    queries = "&".join(f"${{{name}:queryparam}}" for name in kept)
    run = "var-run=${__value.raw:percentencode}"
    return f"/d/{dashboard}?${{__url_time_range}}&{queries}&{run}"


def _override(name: str, properties: Json) -> Json:
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items()],
    }
