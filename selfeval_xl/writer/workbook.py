"""How the summary looks: each table drawn on its sheet, ready to be printed; typed writes only.

Text that a department typed is written as text, never as a formula or a link. Nothing depends on the clock, so the
same batch gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from selfeval_xl._version import __version__

from . import links
from .formulas import Live, plain
from .looks import Column, Style, Summary
from .paper import PlainFormulas, set_page
from .tables import Cell, Mark, Table
from .text import clean, lines, number_width, row_height

CALCULATED = 191029
"""The engine that computed the values, as Excel 2019 and later name themselves. With it, and without `fullCalcOnLoad`, they
trust the values until something is changed, and do not ask to save a file that nobody touched."""
CREATED = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)  # the date that zip entries carry too; today's would change the bytes
OPTIONS = {  # always given as a copy: xlsxwriter adds to it, and the next workbook would have other bytes
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
    # Column widths count digits of this font: of all that Excel, WPS and LibreOffice have, it has the same 7 pixels in each.
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
    "default_row_height": 17,
}
INDENT = 1.3  # units of column width that one step of indent takes
BOLDER = 1.1  # bold digits are wider by this
LOWEST = 19.0  # points of a row of one line
BUTTON = 1.5  # units that a filter button covers
BORDERS = ("left", "right", "top", "bottom")


@dataclass
class Book:
    """A workbook being drawn, with the formats that it has so far."""

    workbook: Any
    looks: Summary
    formats: dict[tuple[str, str, Mark], Format] = field(default_factory=dict)

    def format(self, style: str, tone: str = "", mark: Mark = Mark()) -> Format:  # noqa: B008 (a tuple never changes)
        """The format of a named style in a tone, on a row with a mark."""
        key = (style, tone, mark)
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(properties(self.looks, *key))
        return self.formats[key]

    def change(self, look: dict[str, Any]) -> Format:
        """The format of a condition: only what it changes."""
        key = (str(look), "", Mark())
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(look)
        return self.formats[key]

    def close(self) -> None:
        """Finish the file."""
        looks = self.looks
        self.workbook.set_properties(
            {"title": looks.title, "subject": looks.subject, "comments": f"selfeval_xl {__version__}", "created": CREATED}
        )
        self.workbook.set_calc_mode("auto", CALCULATED)
        self.workbook.calc_on_load = False
        self.workbook.close()


def opened(stream: BinaryIO, looks: Summary) -> Book:
    """A new workbook that is written into a stream when it is closed."""
    return Book(xlsxwriter.Workbook(stream, deepcopy(OPTIONS)), looks)


def properties(looks: Summary, name: str, tone: str, mark: Mark) -> dict[str, Any]:
    """A named style as xlsxwriter takes it."""
    style = looks.styles[name]
    ink = f"{tone}_ink" if tone else style.color or "ink"
    fill = f"{tone}_fill" if tone else style.fill or ("group" if mark.strong else "")
    found: dict[str, Any] = {
        "font_name": looks.font,
        "font_size": style.size or looks.size,
        "font_color": looks.palette[ink],
        "bold": style.bold or (mark.strong and (style.stepped or style.align == "right")),
        "italic": style.italic,
        "underline": int(style.underline),
        "text_wrap": style.wrap,
        "valign": "vcenter",
    }
    if style.align:
        found["align"] = style.align
    if style.number:
        found["num_format"] = style.number
    if style.unlocked:
        found["locked"] = False
    if style.shrink:
        found["shrink"] = True
    if fill:
        found["bg_color"] = looks.palette[fill]
    if indent := _indent(style, mark):
        found["indent"] = indent
    if style.border:
        found |= dict.fromkeys(BORDERS, 1) | {f"{side}_color": looks.palette["line"] for side in BORDERS}
        if mark.first:
            found["top_color"] = looks.palette["rule"]
    return found


def _indent(style: Style, mark: Mark) -> int:
    return style.indent + (mark.indent if style.stepped else 0)


def draw(book: Book, table: Table) -> None:
    """One table on a sheet of its own."""
    sheet: Worksheet = book.workbook.add_worksheet(table.sheet.name, worksheet_class=PlainFormulas)
    strong = any(mark.strong for mark in table.marks)
    widths = [_width(book.looks, *both, strong=strong) for both in zip(table.sheet.columns, table.cells, strict=True)]
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    _head(book, sheet, table, widths)
    links.draw(sheet, table.links, _linkable(book.looks, table), table.top)
    _body(book, sheet, table, widths)
    _live(book, sheet, table)
    set_page(book.looks, sheet, table)


def one_line(looks: Summary, column: Column, text: str) -> bool:
    """Whether a text stands on one line: LibreOffice does not wrap the text of a link, and a cut text is worse than no link."""
    style = looks.styles[column.style]
    return lines(clean(text), column.width - style.indent * INDENT, style.size or looks.size) == 1


def _linkable(looks: Summary, table: Table) -> tuple[list[Cell], ...]:
    """The cells of the columns with links, long texts left out."""
    return tuple(
        [None if isinstance(cell, str) and not one_line(looks, column, cell) else cell for cell in cells]
        if at in table.links
        else cells
        for at, (column, cells) in enumerate(zip(table.sheet.columns, table.cells, strict=True))
    )


def _width(looks: Summary, column: Column, cells: list[Cell], *, strong: bool) -> float:
    """A column's width: as the looks have it, wider where a number would not fit."""
    style = looks.styles[column.style]
    numbers = [cell for cell in map(plain, cells) if isinstance(cell, float | int)]
    if not numbers or not style.number:
        return column.width
    size = (style.size or looks.size) * (BOLDER if strong else 1)
    wanted = max(number_width(printed(value, style), size) for value in (min(numbers), max(numbers)))
    return max(column.width, min(wanted, column.width * looks.most_growth) if style.shrink else wanted)


def printed(value: float, style: Style) -> str:
    """A number as its style shows it."""
    if style.number == "General":
        return f"{value:.12g}"
    places = 2 if ".00" in style.number else 0
    if style.number.endswith("%"):
        return f"{value:.{places}%}"
    return f"{value:,.{places}f}" if "," in style.number else f"{value:.{places}f}"


# -- title, notes, header ------------------------------------------------------------------------------------------


def _head(book: Book, sheet: Worksheet, table: Table, widths: list[float]) -> None:
    """Title, the lines under it, and the header with its groups."""
    style = book.looks.styles
    last = table.printed
    sheet.set_row(0, style["title"].size * 1.9)
    sheet.write_string(0, 0, clean(table.sheet.title), book.format("title"))
    for at, line in enumerate(table.notes, 1):
        sheet.set_row(at, row_height([line], [sum(widths[: last + 1])], style["note"].size))
        _merge(sheet, (at, 0, at, last), clean(line), book.format("note"))
    _header(book, sheet, table, widths)


def _header(book: Book, sheet: Worksheet, table: Table, widths: list[float]) -> None:
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
    if table.depth > 1:
        upper = max(20.0, whole - lower)
        sheet.set_row(top, upper)
    sheet.set_row(low, max(lower, 22.0))


def _merge(sheet: Worksheet, area: tuple[int, int, int, int], text: str, look: Format) -> None:
    """Text over an area: merged where it is more than one cell."""
    if area[:2] != area[2:]:
        sheet.merge_range(*area, "", look)
    sheet.write_string(area[0], area[1], text, look)


# -- rows ----------------------------------------------------------------------------------------------------------


def _body(book: Book, sheet: Worksheet, table: Table, widths: list[float]) -> None:
    """The rows, each high enough for its longest wrapped text."""
    looks, columns = book.looks, table.sheet.columns
    styles = [looks.styles[column.style] for column in columns]
    wrapped = [at for at, style in enumerate(styles) if style.wrap]
    smaller = [looks.size / (style.size or looks.size) for style in styles]  # smaller text finds more room
    for row, (mark, cells) in enumerate(zip(table.marks, table.rows(), strict=True), table.top):
        texts = {at: text for at in wrapped if isinstance(text := plain(cells[at]), str)}
        room = [(widths[at] - _indent(styles[at], mark) * INDENT) * smaller[at] for at in texts]
        sheet.set_row(row, max(row_height(list(texts.values()), room, looks.size), LOWEST))
        flat = mark._replace(indent=0)
        for at, (cell, column, style) in enumerate(zip(cells, columns, styles, strict=True)):
            _write(book, sheet, (row, at), cell, (column.style, mark if style.stepped else flat))
    if not table.marks:
        sheet.write_string(table.top, 0, table.sheet.empty, book.format("empty"))


def _write(book: Book, sheet: Worksheet, at: tuple[int, int], cell: Cell, look: tuple[str, Mark]) -> None:
    """One value as what it is: text as text, a number as a number, nothing as a blank cell, a formula with its value."""
    name, mark = look
    shown = plain(cell)
    tone = book.looks.tones.get(shown, "") if isinstance(shown, str) and (name == "tag" or book.looks.styles[name].number) else ""
    if isinstance(cell, Live):
        sheet.write_formula(*at, f"={cell.formula}", book.format(name, "", mark), "" if shown is None else shown)
    elif isinstance(cell, str):
        sheet.write_string(*at, clean(cell), book.format(name, tone, mark))
    elif cell is None:
        sheet.write_blank(*at, None, book.format(name, "", mark))
    else:
        sheet.write_number(*at, cell, book.format(name, "", mark))


def _live(book: Book, sheet: Worksheet, table: Table) -> None:
    """What stays alive besides formulas: the colour of a word that may change, names, and cells that are for changing."""
    looks = book.looks
    last = table.top + len(table.marks) - 1
    for at, column in enumerate(table.sheet.columns):
        if column.templates() and column.style == "tag" and table.marks:
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
