"""The standard workbook, blank or filled: drawn from the same layout file that the reader reads it back with."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from selfeval_xl.errors import SpecError
from selfeval_xl.frames import a1
from selfeval_xl.specs import Layout, layouts

from .filling import Filled, fill, shown
from .form import plan
from .form_cells import Area, Cell, Key, SheetPlan
from .form_looks import Looks, looks
from .output import whole_file

Values = Mapping[str, Any]


# -- the public calls ----------------------------------------------------------------------------------------------


def write_template(
    path: str | os.PathLike[str],
    *,
    year: int | None = None,
    layout: str | Layout = "standard",
    values: Values | None = None,
) -> Path:
    """The blank standard workbook (输入模板), or with `values` a filled one; returns its path.

    `year` is pre-filled as 评价年度. `layout` is a layout's id or a Layout. `values` says what to fill in by meaning,
    see `selfeval_xl.writer.filling`; amounts are in the unit that is filled in, rates are ratios, scores are points.
    The same input gives the same bytes. Raises OutputError where the file cannot be written, SpecError for an unknown
    layout, SelfEvalError for a table, row or role that the form does not have.
    """
    form = _layout(layout)
    plans = plan_form(form)
    filled = fill(plans, _with_year(values or {}, year))
    with whole_file(path) as stream:
        _draw_workbook(stream, form, plans, filled)
    return stream.path


def slots(layout: str | Layout = "standard") -> dict[Key, tuple[str, str]]:
    """Sheet and A1 address of every input cell, by what it means: table (or `fields`), row and role."""
    return {
        cell.key: (drawn.sheet.name, a1(cell.row, cell.column))
        for drawn in plan_form(_layout(layout))
        for cell in drawn.cells
        if cell.key
    }


def plan_form(layout: Layout) -> tuple[SheetPlan, ...]:
    """Every sheet of a layout worked out to cells, with the widths that the looks give it."""
    return plan(layout, looks().field_widths, looks().line_width)


def _layout(layout: str | Layout) -> Layout:
    if isinstance(layout, Layout):
        return layout
    if layout not in layouts():
        raise SpecError(f"没有名为“{layout}”的表样，可用的是：{'、'.join(layouts())}。")
    return layouts()[layout]


def _with_year(values: Values, year: int | None) -> Values:
    if year is None:
        return values
    return {**values, "fields": {"fiscal_year": year, **values.get("fields", {})}}


# -- drawing -------------------------------------------------------------------------------------------------------


def _draw_workbook(stream: BinaryIO, layout: Layout, plans: tuple[SheetPlan, ...], filled: Filled) -> None:
    look = looks()
    # Without a scheme, or Excel would put the theme's Latin font in place of ours.
    base = {"font_name": look.font, "font_size": look.font_size, "font_scheme": False}
    workbook = xlsxwriter.Workbook(stream, {"default_format_properties": base, "strings_to_urls": False})
    workbook.set_properties(
        {"title": layout.name, "comments": layout.document, "created": dt.datetime.fromisoformat(look.created)}
    )
    for name, value in {"layout": layout.id, "version": layout.version, "year": _year(plans, filled)}.items():
        if value is not None:
            workbook.set_custom_property(f"selfeval_xl.{name}", value)
    pen = _Pen(workbook, look)
    for drawn in plans:
        _draw_sheet(pen, drawn, filled)
    workbook.close()


def _year(plans: tuple[SheetPlan, ...], filled: Filled) -> int | None:
    places = [(drawn.sheet.name, cell.row, cell.column) for drawn in plans for cell in drawn.cells if cell.role == "fiscal_year"]
    return next((filled[place] for place in places if isinstance(filled.get(place), int)), None)


class _Pen:
    """A workbook under way with the cell formats it already has."""

    def __init__(self, workbook: Any, look: Looks) -> None:
        self.workbook, self.look = workbook, look
        self._formats: dict[tuple[Any, ...], Any] = {}

    def format(self, cell: Cell) -> Any:
        """The xlsxwriter format of a cell: its style, then what its format adds."""
        return self._made({**self._style(cell.style), **self._shape(cell)})

    def swatch(self, cell: Cell) -> Any:
        """The format of a line of the explanation, in the colour that it explains where it explains one."""
        style = next((name for word, name in self.look.swatches.items() if str(cell.text).startswith(word)), None)
        return self._made({**self._style(style or cell.style), **self._shape(cell), "locked": True})

    def _style(self, name: str) -> dict[str, Any]:
        properties = dataclasses.asdict(self.look.styles[name])
        return {key: value for key, value in properties.items() if value not in {"", 0} or key == "locked"}

    def _shape(self, cell: Cell) -> dict[str, Any]:
        shape = self.look.shape(cell.format, cell.role)
        wanted = {"num_format": shape.num_format, "align": shape.align, "text_wrap": shape.text_wrap, "shrink": shape.shrink}
        return {key: value for key, value in {**wanted, "indent": shape.indent + cell.indent}.items() if value}

    def _made(self, properties: dict[str, Any]) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]


def _draw_sheet(pen: _Pen, drawn: SheetPlan, filled: Filled) -> None:
    sheet, look = pen.workbook.add_worksheet(drawn.sheet.name), pen.look
    sheet.set_default_row(look.row_height)
    sheet.hide_gridlines(2)
    for column, width in drawn.widths.items():
        sheet.set_column(column, column, width)
    contents = list(shown(drawn, filled))
    for row, height in row_heights(drawn, contents, look).items():
        sheet.set_row(row, height)
    for cell, value in contents:
        _draw_cell(sheet, cell, value, pen.swatch(cell) if cell.style == "line" else pen.format(cell))
    for area in drawn.areas:
        sheet.data_validation(*area.first, *area.last, _validation(area, look))
    _set_up(sheet, drawn, look)


def _draw_cell(sheet: Any, cell: Cell, value: Any, ink: Any) -> None:
    """Write one cell by the type of its value, so that text that a department typed never becomes a formula."""
    row, column = cell.row, cell.column
    if cell.down * cell.across > 1:
        sheet.merge_range(row, column, row + cell.down - 1, column + cell.across - 1, "", ink)
    if cell.helper:
        sheet.write_formula(row, column, cell.helper.formula(), ink, value)
    elif value is None or value == "":
        sheet.write_blank(row, column, None, ink)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, ink)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, ink)
    else:
        sheet.write_string(row, column, str(value), ink)


def _validation(area: Area, look: Looks) -> dict[str, Any]:
    """What a cell tells who selects it, and what it lets in."""
    entry, shape = area.entry, look.shape(area.entry.format, area.entry.role)
    told = {"input_title": area.heading, "input_message": entry.prompt or area.heading, "error_title": look.reject_title}
    if entry.choices:
        error = {"error_message": shape.error or look.reject_choice, "error_type": shape.on_error}
        return {"validate": "list", "source": list(entry.choices), **told, **error}
    if not shape.check:
        return {"validate": "any", **told}
    # Whole limits, because Excel keeps a limit as the text of a formula.
    limits = {"validate": shape.check, "criteria": "between", "minimum": int(shape.minimum), "maximum": int(shape.maximum)}
    return {**limits, **told, "error_message": shape.error, "error_type": shape.on_error}


def _set_up(sheet: Any, drawn: SheetPlan, look: Looks) -> None:
    """Protection without password, frozen headers, and A4 pages that repeat them."""
    last = drawn.next_row - 1
    sheet.protect("", dict(look.protect))
    sheet.ignore_errors({"number_stored_as_text": f"A1:{a1(last, max(drawn.widths))}"})
    sheet.freeze_panes(*drawn.freeze)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0 if drawn.heads else 1)
    sheet.print_area(0, 0, last, drawn.printed - 1)
    sheet.set_margins(*look.margins)
    sheet.set_footer(look.footer)
    sheet.center_horizontally()
    if drawn.sheet.landscape:
        sheet.set_landscape()
    if drawn.heads:
        sheet.repeat_rows(*drawn.heads)


def row_heights(drawn: SheetPlan, contents: list[tuple[Cell, Any]], look: Looks) -> dict[int, float]:
    """Heights of the rows that need more than one line; the others grow by themselves as they are filled in."""
    heights: dict[int, float] = {}
    for cell, value in sorted(contents, key=lambda entry: entry[0].down):
        width = sum(drawn.widths.get(cell.column + at, 0) for at in range(cell.across)) - 2 * cell.indent - 1
        lines = sum(max(1, -(-display_width(line) // int(width))) for line in _text(value).split("\n"))
        if cell.format == "long" and cell.key and cell.key.row == "":
            lines = max(lines, look.long_lines)
        wraps = look.styles[cell.style].text_wrap or look.shape(cell.format, cell.role).text_wrap
        above = sum(heights.get(cell.row + at, look.row_height) for at in range(cell.down - 1))
        needed = look.row_height + (lines - 1) * look.line_height - above if wraps else 0.0
        last = cell.row + cell.down - 1
        if needed > heights.get(last, look.row_height):
            heights[last] = min(needed, 400.0)
        if cell.style == "title":
            heights[cell.row] = look.title_height
    return heights


def _text(value: Any) -> str:
    """What of a value may need several lines: numbers and dates never do."""
    return value if isinstance(value, str) else ""


def display_width(text: str) -> int:
    """Width in columns of half a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
