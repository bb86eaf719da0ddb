"""How the summary looks: each table drawn on its sheet, ready to be printed; typed writes only.

Text that a department typed is written as text, never as a formula or a link.
"""

from __future__ import annotations

from itertools import groupby

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .body import INDENT, Inner, draw_rows
from .book import Book
from .long_texts import draw_long, notice
from .looks import Style, Summary
from .paper import Drawn, set_page
from .row_sheet import RowSheet
from .tables import Table
from .text import BOLDER, clean, number_width, row_height, text_width

WIDEST = 255.0  # units that Excel allows
BUTTON = 1.5  # units that a filter button covers


def draw(book: Book, table: Table, inner: Inner) -> None:
    """One table on a sheet of its own, the cells of its columns that `inner` names linked to places in the workbook."""
    sheet: RowSheet = book.workbook.get_worksheet_by_name(table.sheet.name)
    widths = [_width(book.looks, table, at) for at in range(len(table.sheet.columns))]
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    head = _head(book, sheet, table, widths)
    heights, long = draw_rows(book, sheet, table, widths, inner)
    starts = [at for at, begins in enumerate(table.draft.first.tolist()) if at == 0 or (begins and table.sheet.together)]
    if long:
        notice(book, sheet, table, widths, long)
        starts.append(len(heights))
        heights += draw_long(book, sheet, table, widths, long)
    if not table.count:
        sheet.write_string(table.top, 0, table.sheet.empty, book.format("empty"))
    _live(book, sheet, table)
    set_page(book.looks, sheet, table, Drawn(widths[: table.printed + 1], head, heights, starts))


def _width(looks: Summary, table: Table, at: int) -> float:
    """A column's width: as the looks have it, wider where a number would not fit, or where names and what is not printed wrap.

    A name that wraps makes every row of a department high, and so would a long file name that is not even printed.
    """
    column = table.sheet.columns[at]
    style = looks.styles[column.style]
    if not style.number:
        most = column.width * (looks.most_growth if column.printed else looks.most_growth_unprinted)
        texts = table.texts(at) if not column.printed or column.style == "name" else ()
        wanted = max((text_width(text, style.size or looks.size) for text in texts), default=0) + style.indent * INDENT
        return min(max(column.width, wanted), most)
    ends = table.ends(at)
    if not ends:
        return column.width
    size = (style.size or looks.size) * (BOLDER if table.strong else 1)
    wanted = max(number_width(printed(value, style), size) for value in ends)
    return min(WIDEST, max(column.width, min(wanted, column.width * looks.most_growth) if style.shrink else wanted))


def printed(value: float, style: Style) -> str:
    """A number as its style shows it."""
    if style.number == "General":
        return f"{value:.12g}"
    places = 2 if ".00" in style.number else 0
    if style.number.endswith("%"):
        return f"{value:.{places}%}"
    return f"{value:,.{places}f}" if "," in style.number else f"{value:.{places}f}"


# -- title, notes, header ------------------------------------------------------------------------------------------


def _head(book: Book, sheet: Worksheet, table: Table, widths: list[float]) -> float:
    """Title, the lines under it, and the header with its groups; gives the points that they take."""
    style = book.looks.styles
    last, heights = table.printed, [style["title"].size * 1.9]
    sheet.write_string(0, 0, clean(table.sheet.title), book.format("title"))
    for at, line in enumerate(table.notes, 1):
        heights.append(row_height([line], [sum(widths[: last + 1])], style["note"].size))
        _merge(sheet, (at, 0, at, last), clean(line), book.format("note"))
    heights += _header(book, sheet, table, widths)
    for at, height in enumerate(heights):
        sheet.set_row(at, height)
    return sum(heights)


def _header(book: Book, sheet: Worksheet, table: Table, widths: list[float]) -> list[float]:
    """The header; gives the heights of its rows."""
    top, low = table.top - table.depth, table.top - 1
    paths = [column.header.split("/") for column in table.sheet.columns]
    look = book.format("header")
    at = 0
    for (group, grouped), members in groupby(paths, lambda path: (path[0], len(path) > 1)):
        many = len(list(members))
        if grouped:
            _merge(sheet, (top, at, top, at + many - 1), group, look)
            for column in range(at, at + many):
                sheet.write_string(low, column, paths[column][1], look)
        else:
            _merge(sheet, (top, at, low, at), group, look)
        at += many
    size = book.looks.size
    room = [max(4.0, width - BUTTON) for width in widths]
    lower = row_height([path[-1] if len(path) == table.depth else "" for path in paths], room, size)
    whole = row_height([path[0] if len(path) < table.depth else "" for path in paths], room, size)
    return [*([max(20.0, whole - lower)] if table.depth > 1 else []), max(lower, 22.0)]


def _merge(sheet: Worksheet, area: tuple[int, int, int, int], text: str, look: Format) -> None:
    """Text over an area: merged where it is more than one cell."""
    if area[:2] != area[2:]:
        sheet.merge_range(*area, "", look)
    sheet.write_string(area[0], area[1], text, look)


def _live(book: Book, sheet: Worksheet, table: Table) -> None:
    """What stays alive besides formulas: the colour of a word that may change, names, and cells that are for changing."""
    looks = book.looks
    last = table.top + table.count - 1
    for at, column in enumerate(table.sheet.columns):
        if column.templates() and column.style == "tag" and table.count:
            for word, tone in looks.tones.items():
                look = {"font_color": looks.palette[f"{tone}_ink"], "bg_color": looks.palette[f"{tone}_fill"]}
                shown = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.change(look)}
                sheet.conditional_format(table.top, at, last, at, shown)
    for name, area in table.names.items():
        book.workbook.define_name(name, f"={area}")
    for place, rule in table.inputs.items():
        sheet.data_validation(*place, *place, dict(rule))
    if table.inputs:
        sheet.protect("", dict.fromkeys(("format_cells", "format_columns", "format_rows", "sort", "autofilter"), True))
