"""SpreadsheetML of Excel 2003: one XML file, which many systems still hand out under the name .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from .cells import Grid
from .drafts import Draft
from .formats import Format, number_format, shows_date
from .intake import Intake
from .package import in_utf8, parsed

_SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_NAMED = {  # formats by name
    "Percent": "0.00%", "Fixed": "0.00", "Standard": "#,##0.00", "Currency": "#,##0.00", "Euro Currency": "#,##0.00",
    "General": "", "Yes/No": "", "True/False": "", "On/Off": "", "General Number": "", "Scientific": "",
}  # fmt: skip


class _Shown(NamedTuple):
    """What a style makes of a number: its format, or a day counted from a base."""

    format: Format | None = None
    base: datetime | None = None


_PLAIN = _Shown()


def read(intake: Intake) -> list[Grid]:
    """Every worksheet, in order. Raises RefusedError, or a parse error on broken XML."""
    text = re.sub(r"^\s*<\?xml.*?\?>", "", intake.text, count=1, flags=re.DOTALL)
    root = parsed(in_utf8(text.encode()))
    base = datetime(1904, 1, 1) if root.find(f".//{_EXCEL}Date1904") is not None else datetime(1899, 12, 30)  # noqa: DTZ001 (no zone)
    shows = {
        style.get(f"{_SHEET}ID", ""): _shows(look.get(f"{_SHEET}Format", ""), base)
        for style in root.iter(f"{_SHEET}Style")
        for look in style.iter(f"{_SHEET}NumberFormat")
    }
    return [_worksheet(sheet, shows) for sheet in root.iter(f"{_SHEET}Worksheet")]


def _shows(code: str, base: datetime) -> _Shown:
    date = code not in _NAMED and shows_date(code)
    return _Shown(number_format(_NAMED.get(code, code)), base if date else None)


def _worksheet(sheet: ET.Element, shows: Mapping[str, _Shown]) -> Grid:
    shown = [element.text for element in sheet.iter(f"{_EXCEL}Visible")]
    grid = Grid(sheet.get(f"{_SHEET}Name", ""), [], hidden=any(word in {"SheetHidden", "SheetVeryHidden"} for word in shown))
    draft = Draft(grid)
    for table in sheet.iter(f"{_SHEET}Table"):
        styles: dict[int, str] = {}
        for first, last, look in _placed(table, "Column"):
            styles.update(dict.fromkeys(range(first, min(last, first + 256) + 1), look.get(f"{_SHEET}StyleID", "")))
            if look.get(f"{_SHEET}Hidden") == "1":
                grid.hidden_columns.update(range(first, min(last, 16_383) + 1))
        for first, last, row in _placed(table, "Row"):
            if row.get(f"{_SHEET}Hidden") == "1":
                grid.hidden_rows.update(range(first, min(last, 1_048_575) + 1))
            for column, _, cell in _placed(row, "Cell"):
                style = cell.get(f"{_SHEET}StyleID") or row.get(f"{_SHEET}StyleID") or styles.get(column, "")
                _put(draft, (first, column), cell, shows.get(style, _PLAIN))
    return grid


def _placed(parent: ET.Element, name: str) -> Iterator[tuple[int, int, ET.Element]]:
    """Rows, columns or cells with the first and last place they take: the one given, or the next."""
    at = 0
    for element in parent.iter(_SHEET + name) if name == "Cell" else parent.findall(_SHEET + name):
        at = int(element.get(f"{_SHEET}Index", at + 1))
        last = at + int(element.get(f"{_SHEET}Span") or element.get(f"{_SHEET}MergeAcross") or 0)
        yield at - 1, last - 1, element
        at = last


def _put(draft: Draft, at: tuple[int, int], cell: ET.Element, shown: _Shown) -> None:
    row, column = at
    grid = draft.grid
    down, across = int(cell.get(f"{_SHEET}MergeDown", 0)), int(cell.get(f"{_SHEET}MergeAcross", 0))
    if down or across:
        grid.merges.append((row, column, row + down, column + across))
    data = next(iter(cell.findall(f"{_SHEET}Data")), None)
    if data is None:
        if f"{_SHEET}Formula" in cell.attrib:
            draft.put(row, column, "")
            grid.uncached.add(at)
        return
    kind, text = data.get(f"{_SHEET}Type", "String"), "".join(data.itertext())
    if kind == "Error":
        draft.put(row, column, "")
        grid.errors[at] = text
        return
    value = _value(kind, text)
    draft.put(row, column, shown.base + timedelta(days=value) if shown.base and isinstance(value, float) else value)
    if kind == "Number" and shown.format:
        grid.formats[at] = shown.format


def _value(kind: str, text: str) -> Any:
    if kind == "Number":
        return float(text) if text.strip() else ""
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "DateTime":
        try:
            return datetime.fromisoformat(text.strip())
        except ValueError:
            return text
    return text
