"""A page and the answers to its tiles in, HTML of it out: in the colours of our other charts."""

from collections.abc import Iterable
from functools import partial

from src.analysis.amounts import number, say
from src.charts.markup import element, prose, text
from src.charts.palette import style_sheet
from src.insights.answers import Answer
from src.kql.dashboards.columns import Column, Unit
from src.kql.dashboards.pages import PAGES
from src.kql.dashboards.tile import Kind, Page, Tile

from .pictured_charts import bars, lines, span

_CAPTION = (
    "Drawn on one machine by “python -m bench.pictures” from simulated days: the workbook's own"
    " queries, in a look of our own. Azure's and Grafana's differ."
)
_STYLE = """
body{margin:0;padding:20px 24px;background:var(--ground);color:var(--ink);
  font:13px/1.45 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
nav{display:flex;gap:20px;border-bottom:1px solid var(--rule);margin-bottom:12px}
nav span{padding:4px 0 6px;color:var(--faint)}
nav .here{color:var(--ink);font-weight:600;border-bottom:2px solid var(--blue)}
p{margin:0 0 12px;color:var(--faint)}
main{display:flex;flex-wrap:wrap;gap:12px}
section{box-sizing:border-box;border:1px solid var(--rule);border-radius:6px;padding:10px 12px;
  min-width:0;overflow:hidden;flex:1 1 auto}
h2{font-size:13px;margin:0 0 8px}
.figures{display:flex;gap:12px}
.figures div{flex:1;border:1px solid var(--rule);border-radius:6px;padding:8px 10px;
  white-space:nowrap}
.figures b{display:block;font-size:22px;font-weight:600}
.figures span{color:var(--faint);font-size:12px}
table{border-collapse:collapse;width:100%;font-size:11px}
th{text-align:left;color:var(--faint);font-weight:400;white-space:nowrap}
th,td{padding:3px 12px 3px 0;border-bottom:1px solid var(--rule);vertical-align:top}
td{max-width:230px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
td.number,th.number{text-align:right;padding-right:22px;font-variant-numeric:tabular-nums}
td.wide{width:36%;vertical-align:middle}
table.many td{max-width:125px}table.many th{white-space:normal}
table.many td,table.many th{padding-right:10px}
.success{color:var(--green)}.failure{color:var(--wrong)}
footer{margin-top:12px;color:var(--faint);font-size:12px}
"""
_UNITS = {Unit.SECONDS: "s", Unit.BYTES: "By"}
_LEFT_OUT = {Unit.KEY, Unit.LINK}
_FAILED = {"failure", "timed_out", "startup_failure"}
_GAP_PX = 12
_MANY = 10  # columns


def page_html(page: Page, answers: Iterable[Answer]) -> str:
    """The page, complete; answers come in the order of its tiles."""
    tabs = (
        element("span", {"class": "here" if one is page else None}, text(one.title))
        for one in PAGES
    )
    tiles = map(_section, page.tiles, answers)
    return "<!doctype html>" + element(
        "html",
        {"lang": "en"},
        element("head", {}, element("style", {}, style_sheet() + _STYLE)),
        element(
            "body",
            {},
            element("nav", {}, *tabs),
            element("p", {}, text(page.text)),
            element("main", {}, *tiles),
            element("footer", {}, text(_CAPTION)),
        ),
    )


def _section(tile: Tile, answer: Answer) -> str:
    draw = {
        Kind.FIGURES: _figures,
        Kind.LINES: partial(lines, tile),
        Kind.BARS: partial(bars, tile),
        Kind.TABLE: partial(_table, tile),
        Kind.TIMELINE: partial(_table, tile),
    }[tile.kind]
    width = f"width:calc({tile.width_percent}% - {_GAP_PX}px)"
    drawn = draw(answer) if answer.rows else element("p", {}, "Nothing in this time range.")
    return element("section", {"style": width}, element("h2", {}, text(tile.title)), drawn)


def _figures(answer: Answer) -> str:
    units = {"percent": "%", "s": "s", "short": "1"}
    cards = (
        element(
            "div",
            {},
            element("b", {}, prose("unknown" if value is None else say(value, units[unit]))),
            element("span", {}, text(measure)),
        )
        for _, measure, value, unit in answer.rows
    )
    return element("div", {"class": "figures"}, *cards)


def _table(tile: Tile, answer: Answer) -> str:
    shown = [column for column in tile.columns if _is_shown(tile, column)]
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    head = (element("th", _class(column, rows), text(column.heading)) for column in shown)
    body = (element("tr", {}, *(_cell(column, row, rows) for column in shown)) for row in rows)
    kind = {"class": "many" if len(shown) > _MANY else None}
    return element("table", kind, element("tr", {}, *head), *body)


def _is_shown(tile: Tile, column: Column) -> bool:
    within = {"after_seconds", "number", "job_name"} if tile.kind is Kind.TIMELINE else set()
    return column.unit not in _LEFT_OUT and column.name not in within


def _cell(column: Column, row: dict[str, object], rows: list[dict[str, object]]) -> str:
    value = row[column.name]
    if column.name == "before_seconds":
        return element("td", {"class": "wide"}, span(row))
    if column.unit is Unit.RESULT:
        kind = "failure" if value in _FAILED else value
        return element("td", {"class": kind}, text(str(value)))
    return element("td", _class(column, rows), _told(column, value))


def _told(column: Column, value: object) -> str:
    if value is None:
        return ""
    if column.unit is Unit.TIME:
        return text(str(value)[:16].replace("T", " "))
    if not isinstance(value, (int, float)):
        return text(str(value))
    if column.unit is Unit.USD:
        return f"{value:,.2f}"
    if column.unit is Unit.PERCENT:
        return prose(f"{number(value)} %")
    return prose(say(value, _UNITS.get(column.unit, "1")))


def _class(column: Column, rows: list[dict[str, object]]) -> dict[str, object]:
    """Numbers stand on the right."""
    is_number = any(isinstance(row[column.name], (int, float)) for row in rows)
    return {"class": "number" if is_number and column.name != "before_seconds" else None}
