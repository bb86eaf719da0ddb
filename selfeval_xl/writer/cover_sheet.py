"""The cover drawn: large figures, charts, what needs attention, and the way to every sheet, on one page of A4."""

from __future__ import annotations

from typing import Any

from selfeval_xl.frames import Evaluations

from .book import Book, tone
from .charts import Chart, charts, drawn
from .cover import Cover, Tile, cover, ranked
from .looks import Sheet
from .navigation import Figure, Ways
from .paper import A4
from .text import clean

ABREAST = 2
"""Charts in a row; there are one or two rows of them."""
DATA_LEFT = 13
"""The column where the figures of the charts stand, right of what is printed."""


def draw_cover(book: Book, sheet: Sheet, evaluations: Evaluations, ways: Ways) -> None:
    """The first sheet."""
    made = book.workbook.get_worksheet_by_name(sheet.name)
    looks, told = book.looks.cover, cover(evaluations, ways)
    columns = looks.columns
    made.set_column(0, columns - 1, looks.width)
    made.set_row(0, looks.title_height)
    made.write_string(0, 0, clean(told.title), book.format("cover_title"))
    made.set_row(1, looks.row)
    _over(book, made, (1, 0, 1, columns - 1), "".join((sheet.question, *told.lines)), "note")
    for at, tile in enumerate(told.tiles):
        _tile(book, made, tile, at * columns // len(told.tiles), columns // len(told.tiles))
    row = 6
    made.set_row(row - 1, looks.gap)
    made.set_row(row, looks.heading_height)
    wide = columns * 2 // 3
    made.write_string(row, 0, looks.lines["charts"], book.format("section"))
    made.write_string(row, wide, looks.lines["calls"], book.format("section"))
    shown = charts(evaluations, ways, ranked(ways))
    rows = looks.chart_rows if len(shown) > ABREAST else max(-(-looks.chart_rows // 2), len(told.calls))
    for each in range(row + 1, row + 1 + rows):
        made.set_row(each, looks.call_height)
    _charts(book, made, sheet, shown, row + 1)
    _calls(book, made, told, row + 1, wide)
    last = _contents(book, made, ways, row + 1 + rows)
    page = book.looks.page
    made.set_landscape()
    made.set_paper(A4)
    made.set_margins(page.left, page.right, page.top, page.bottom)
    made.set_footer(page.footer)
    made.fit_to_pages(1, 1)
    made.center_horizontally()
    made.print_area(0, 0, last, columns - 1)
    made.hide_gridlines(2)
    made.activate()


def _tile(book: Book, made: Any, tile: Tile, left: int, wide: int) -> None:
    """A large figure in three rows."""
    looks = book.looks.cover
    area = (left, left + wide - 1)
    made.set_row(2, looks.row)
    made.set_row(3, looks.figure_height)
    made.set_row(4, looks.below_height)
    _over(book, made, (2, area[0], 2, area[1]), tile.label, "tile_label")
    _over(book, made, (3, area[0], 3, area[1]), "", tile.style)
    _write(book, made, (3, left), tile.figure, tile.style)
    _over(book, made, (4, area[0], 4, area[1]), tile.below, "tile_below")


def _charts(book: Book, made: Any, sheet: Sheet, shown: tuple[Chart, ...], top: int) -> None:
    """Two charts in a row, two rows of charts; their figures stand on the right, where nothing is printed."""
    looks = book.looks.cover
    made.set_column(DATA_LEFT - 1, DATA_LEFT - 1, 3)
    made.set_column(DATA_LEFT, DATA_LEFT, 24)
    made.set_column(DATA_LEFT + 1, DATA_LEFT + 3, 11)
    made.write_string(1, DATA_LEFT, looks.lines["data"], book.format("note"))
    at = 2
    for number, chart in enumerate(shown):
        header = at + 1
        made.write_string(at, DATA_LEFT, chart.title, book.format("section"))
        for column, name in enumerate(("", *chart.series), DATA_LEFT):
            made.write_string(header, column, name, book.format("header"))
        for row, (label, cells) in enumerate(chart.rows, header + 1):
            made.write_string(row, DATA_LEFT, clean(label), book.format("name"))
            for column, cell in enumerate(cells, DATA_LEFT + 1):
                _write(book, made, (row, column), cell, chart.looks.style)
        made_chart = drawn(book.workbook, chart, (sheet.name, header, DATA_LEFT), book.looks.palette, book.looks.font)
        pixels = (looks.chart_width, looks.chart_rows * looks.call_height * 4 / 3 / 2)
        made_chart.set_size({"width": pixels[0] - 6, "height": pixels[1] - 6})
        place = (top, (number % ABREAST) * looks.columns // 3)
        made.insert_chart(*place, made_chart, {
            "x_offset": 0, "y_offset": (number // ABREAST) * pixels[1], "description": clean(chart.alt), "object_position": 1,
        })  # fmt: skip
        at = header + len(chart.rows) + 2


def _calls(book: Book, made: Any, told: Cover, top: int, left: int) -> None:
    """What needs attention, a word and a sentence a row."""
    looks = book.looks.cover
    if not told.calls:
        _over(book, made, (top, left, top, looks.columns - 1), looks.lines["no_calls"], "empty")
    for row, call in enumerate(told.calls, top):
        look = book.format("tag_link", book.looks.tones.get(call.tone, ""))
        made.write_url(row, left, call.link, look, call.tone)
        _over(book, made, (row, left + 1, row, looks.columns - 1), call.text, "call")


def _contents(book: Book, made: Any, ways: Ways, top: int) -> int:
    """Every sheet with its question, in two columns; gives the last row."""
    looks = book.looks.cover
    made.set_row(top, looks.heading_height)
    made.write_string(top, 0, looks.lines["contents"], book.format("section"))
    sheets = [sheet for sheet in book.looks.sheets if sheet.rows != "cover"]
    half = -(-len(sheets) // 2)
    for at, sheet in enumerate(sheets):
        row, left = top + 1 + at % half, at // half * looks.columns // 2
        made.set_row(row, looks.row)
        _over(book, made, (row, left + 1, row, left + looks.columns // 2 - 1), sheet.question, "content")
        made.write_url(row, left, str(ways.top(sheet.rows)), book.format("content_link"), sheet.name)
    return top + half


def _over(book: Book, made: Any, area: tuple[int, int, int, int], text: str, style: str) -> None:
    """Text over an area of one row."""
    look = book.format(style)
    made.merge_range(*area, "", look)
    made.write_string(area[0], area[1], clean(text), look)


def _write(book: Book, made: Any, at: tuple[int, int], cell: Figure, style: str) -> None:
    """A figure as a reference to where it stands, with its value; text as text."""
    value = cell.value
    if value is None:
        made.write_blank(*at, None, book.format(style))
    elif isinstance(value, str):
        made.write_string(*at, clean(value), book.format(style, tone(book.looks, value, style)))
    elif cell.formula:
        made.write_formula(*at, cell.formula, book.format(style), value)
    else:
        made.write_number(*at, value, book.format(style))
