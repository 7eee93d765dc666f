"""`python -m bench.pictures`: pages of the dashboards in, pictures of them for docs/ out.

The tiles' own queries are asked of a stand-in that runs (`python -m src up`, and days posted to it
by `python -m src simulate`), and drawn by our charts in Chromium. It is what the queries say; the
look is ours, neither Azure's nor Grafana's.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from src.insights.answers import Answer
from src.insights.client import ask_server
from src.kql.dashboards.pages import PAGES
from src.kql.dashboards.texts import literal, query_text, with_values
from src.kql.dashboards.tile import Kind, Page, Tile
from tests.browser.chromium import Page as BrowserPage
from tests.browser.chromium import look_at

from .pictured_page import page_html

SHOWN = ("overview", "run", "cost")
GRAIN = "6h"
# A picture shows what a table is like, not all of it.
MOST_ROWS_BY_KIND = {Kind.TABLE: 5, Kind.TIMELINE: 16}
WIDTH_PX = 1180


def main() -> None:
    """Ask, draw, and write a picture for each page."""
    arguments = _parse()
    pages = {page.name: page for page in PAGES}
    with TemporaryDirectory() as folder:
        looks = []
        for name in arguments.pages:
            file = Path(folder) / f"{name}.html"
            file.write_text(_drawn(pages[name], arguments), encoding="utf-8")
            picture = arguments.out / f"workbook-{name}.png"
            looks.append(
                BrowserPage(file=file, run="1", width=WIDTH_PX, height=300, picture=picture)
            )
        look_at(looks)
    print(*(look.picture for look in looks), sep="\n")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.pictures",
        description="Draw pages of the dashboards from a stand-in's tables.",
        epilog="Example: python -m bench.pictures --url http://127.0.0.1:8090 overview",
    )
    names = [page.name for page in PAGES]
    parser.add_argument("pages", nargs="*", default=SHOWN, metavar="PAGE", help=", ".join(names))
    parser.add_argument("--url", default="http://127.0.0.1:8090", help="the stand-in's")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="a folder")
    parser.add_argument("--run", default="*", help="record_id of a run attempt")
    arguments = parser.parse_args()
    if unknown := set(arguments.pages).difference(names):
        parser.error(f"no such page: {', '.join(sorted(unknown))}")
    return arguments


def _drawn(page: Page, arguments: argparse.Namespace) -> str:
    answers = [_ask(tile, arguments) for tile in page.tiles]
    return page_html(page, answers)


def _ask(tile: Tile, arguments: argparse.Namespace) -> Answer:
    values = {name: literal(value) for name, value in tile.given.items()}
    values |= {"grain": GRAIN, "run": literal(arguments.run)}
    answer = ask_server(with_values(query_text(tile.query), values), arguments.url)
    return Answer(answer.columns, answer.rows[: MOST_ROWS_BY_KIND.get(tile.kind)])


if __name__ == "__main__":
    main()
