"""Bytes into grids of cells; the only reader of Excel files.

Values come from python-calamine (.xlsx, .xlsm, .ods) and xlrd (.xls). calamine gives a blank for an error value and for
a formula that was saved without its result, and knows no number formats; so the sheet parts of an .xlsx are looked
through first for those cells, for percent formats, and for how far the sheet reaches: a cell in the last corner would
bring the process down.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import python_calamine
import xlrd

from selfeval_xl.frames import BLANK, ERROR, UNCACHED, VALUE

from .intake import Intake, RefusedError, check, part

Span = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged range, counted from 0, inclusive."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it stands: value (None where blank), state, and whether its number is shown as a percentage."""

    value: Any
    state: int
    percent: bool = False


@dataclass(slots=True)
class Grid:
    """One sheet: values by row and column from A1, and what values do not tell."""

    name: str
    rows: list[list[Any]]
    merges: list[Span] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncached: set[tuple[int, int]] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)
    _owners: dict[tuple[int, int], Span] | None = None

    def blank(self, row: int) -> bool:
        """Whether nothing at all stands in a row."""
        if any(value is not None and value != "" for value in self.rows[row]):
            return False
        return not any(at[0] == row for at in (*self.errors, *self.uncached))

    def cell(self, row: int, column: int) -> Cell:
        """The cell itself; the cells that a merge covers are blank."""
        at = (row, column)
        if at in self.errors:
            return Cell(self.errors[at], ERROR)
        if at in self.uncached:
            return Cell(None, UNCACHED)
        line = self.rows[row] if row < len(self.rows) else ()
        value = line[column] if column < len(line) else None
        if value is None or value == "" or (isinstance(value, str) and not value.strip()):
            return Cell(None, BLANK)
        return Cell(value, VALUE, at in self.percents)

    def text(self, row: int, column: int) -> str:
        """The text of a cell, or of the merged cell that covers it; empty where there is no text."""
        top, left, *_ = self.span(row, column)
        line = self.rows[top] if top < len(self.rows) else ()
        value = line[left] if left < len(line) else None
        return value if isinstance(value, str) else ""

    def span(self, row: int, column: int) -> Span:
        """The merged range that covers a cell, or the cell alone."""
        if self._owners is None:
            self._owners = dict(self._covered())
        return self._owners.get((row, column), (row, column, row, column))

    def _covered(self) -> Iterator[tuple[tuple[int, int], Span]]:
        """Every covered cell within the used area: a merge of whole columns must not cost a million entries."""
        last_row, last_column = len(self.rows), max(map(len, self.rows), default=0)
        for span in self.merges:
            top, left, bottom, right = span
            for row in range(top, min(bottom, last_row) + 1):
                for column in range(left, min(right, last_column) + 1):
                    yield (row, column), span


def grids(intake: Intake) -> list[Grid]:
    """Every sheet of a workbook, in order. Raises RefusedError where it cannot be parsed or passes a limit."""
    try:
        return _from_xls(intake.data) if intake.kind == "xls" else _from_calamine(intake)
    except RefusedError:
        raise
    except Exception as error:  # parsers raise what they like on broken input
        if isinstance(error, python_calamine.PasswordError) or re.search("password|encrypt", str(error), re.IGNORECASE):
            raise RefusedError("file.encrypted") from error
        raise RefusedError("file.unreadable", why="文件不完整或已损坏") from error


# -- .xlsx, .xlsm, .ods --------------------------------------------------------------------------------------------

_C = rb"<(?:\w+:)?c\b"
_FORMULA = rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
_NO_RESULT = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
_FAR = re.compile(rb'\br="([A-Z]{3}\d+)"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_ERROR = re.compile(_C + rb'(?=[^>]*\bt="e")[^>]*\br="([A-Z]+\d+)"[^>]*>.*?<(?:\w+:)?v[^>]*>([^<]*)<', re.DOTALL)
_UNCACHED = re.compile(_C + rb'(?![^>]*\bt="str")[^>]*\br="([A-Z]+\d+)"[^>]*>\s*' + _FORMULA + _NO_RESULT)
# The same where every cell begins with r and s, as nearly all programs write it: four times quicker.
_PLAIN_UNCACHED = re.compile(rb'<c r="([A-Z]+\d+)"(?: s="\d+")?>' + _FORMULA + _NO_RESULT)


def _from_calamine(intake: Intake) -> list[Grid]:
    archive = intake.archive
    looks = {}
    if intake.kind == "xlsx" and archive is not None:
        percent = _percent_styles(part(archive, "xl/styles.xml")) if "xl/styles.xml" in archive.namelist() else b""
        for name, path in _sheet_parts(archive).items():
            looks[name] = _look(part(archive, path), percent)
        if "xl/sharedStrings.xml" in archive.namelist():
            part(archive, "xl/sharedStrings.xml")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(intake.data))
    found = []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
        merges = [(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
        errors, uncached, percents = looks.get(name, ({}, set(), set()))
        found.append(Grid(name, rows, merges, errors, uncached, percents))
    return found


def _look(xml: bytes, percent: bytes) -> tuple[dict[tuple[int, int], str], set[tuple[int, int]], set[tuple[int, int]]]:
    """Error cells, formulas without a result and percent cells of a sheet part; refuses a sheet that reaches too far."""
    check("单元格", xml.count(b"<c ") + xml.count(b":c "))
    check("末行行号", max(map(int, _ROW.findall(xml)), default=0))
    check("末列列号", max((_at(address)[1] + 1 for address in _FAR.findall(xml)), default=0))
    plain = xml.count(b'<c r="') == xml.count(b"<c ") and b":c " not in xml
    errors = {_at(address): text.decode() for address, text in _ERROR.findall(xml)} if b't="e"' in xml else {}
    uncached = (_PLAIN_UNCACHED if plain else _UNCACHED).findall(xml) if b"<f" in xml or b":f" in xml else ()
    shown = re.findall(_percent_cells(percent, plain=plain), xml) if percent else ()
    return errors, set(map(_at, uncached)), set(map(_at, shown))


def _percent_cells(styles: bytes, *, plain: bool) -> bytes:
    if plain:
        return rb'<c r="([A-Z]+\d+)" s="(?:' + styles + rb')"(?: t="\w+")?>'
    return _C + rb'(?=[^>]*\bs="(?:' + styles + rb')")[^>]*?\br="([A-Z]+\d+)"'


def _at(address: bytes) -> tuple[int, int]:
    letters = address.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(address[len(letters) :]) - 1, column - 1


def _percent_styles(xml: bytes) -> bytes:
    """Ids of the cell styles that show a percentage, joined by | for a pattern."""
    formats = {b"9", b"10"}
    for tag in re.findall(rb"<(?:\w+:)?numFmt\b[^>]*>", xml):
        code = re.search(rb'formatCode="([^"]*)"', tag)
        number = re.search(rb'numFmtId="(\d+)"', tag)
        if code and number and b"%" in re.sub(rb"&quot;.*?&quot;|\\.", b"", code[1]):
            formats.add(number[1])
    section = re.search(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", xml, re.DOTALL)
    styles = re.findall(rb"<(?:\w+:)?xf\b[^>]*", section[0]) if section else []
    numbers = (re.search(rb'numFmtId="(\d+)"', style) for style in styles)
    return b"|".join(str(at).encode() for at, number in enumerate(numbers) if number and number[1] in formats)


def _sheet_parts(archive: Any) -> dict[str, str]:
    """The path of each sheet's part by the sheet's name."""
    base = "xl/"
    relations = ET.fromstring(part(archive, "xl/_rels/workbook.xml.rels"))  # noqa: S314 (part() refuses a DOCTYPE)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    known = {name.lower(): name for name in archive.namelist()}
    found = {}
    for element in ET.fromstring(part(archive, "xl/workbook.xml")).iter():  # noqa: S314 (the same)
        if element.tag.rpartition("}")[2] == "sheet":
            identity = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            target = targets.get(identity, "")
            path = target.lstrip("/") if target.startswith("/") else base + target
            if path.lower() in known and "/worksheets/" in path:
                found[element.get("name", "")] = known[path.lower()]
    return found


# -- .xls ----------------------------------------------------------------------------------------------------------


def _from_xls(data: bytes) -> list[Grid]:
    with xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO()) as book:
        return [_xls_sheet(book, sheet) for sheet in book.sheets()]


def _xls_sheet(book: Any, sheet: Any) -> Grid:
    check("单元格", sheet.nrows * sheet.ncols)
    merges = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    grid = Grid(sheet.name, [], merges)
    for row in range(sheet.nrows):
        line: list[Any] = []
        for column, cell in enumerate(sheet.row(row)):
            value = cell.value
            if cell.ctype == xlrd.XL_CELL_ERROR:
                grid.errors[row, column] = xlrd.error_text_from_code.get(value, "#ERR!")
                value = None
            elif cell.ctype == xlrd.XL_CELL_DATE:
                value = _xls_date(value, book.datemode)
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif cell.ctype == xlrd.XL_CELL_NUMBER:
                style = book.format_map.get(book.xf_list[cell.xf_index].format_key)
                if style is not None and "%" in style.format_str:
                    grid.percents.add((row, column))
            line.append(value)
        grid.rows.append(line)
    return grid


def _xls_date(value: float, datemode: int) -> datetime | float:
    try:
        moment: datetime = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.XLDateError, ValueError, OverflowError):
        return value
    return moment
