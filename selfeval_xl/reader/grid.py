"""Bytes into grids of cells: which reader reads which kind of file.

| kind | read by | why |
| --- | --- | --- |
| .xlsx, .xlsm | python-calamine, after a look through the sheet parts | quickest; the look finds what it does not tell |
| .xls, .et | xlrd | the only one that tells error values, merged ranges and number formats of BIFF |
| .ods | our own, over the standard library's XML parser | calamine tells no merges, errors or percent formats of it |
| SpreadsheetML 2003, HTML, CSV | our own, over xml.etree, html.parser and csv | no library reads merged cells of all three |
"""

from __future__ import annotations

import re

from . import delimited, legacy, ooxml, opendocument, spreadsheetml, webpage
from .cells import Cell, Grid, Span, has_number
from .intake import Intake, RefusedError

__all__ = ["Cell", "Grid", "Span", "grids", "has_number"]

_READERS = {
    "xlsx": ooxml.read,
    "xls": legacy.read,
    "ods": opendocument.read,
    "spreadsheetml": spreadsheetml.read,
    "html": webpage.read,
    "csv": delimited.read,
}


def grids(intake: Intake) -> list[Grid]:
    """Every sheet of a workbook, in order. Raises RefusedError where it cannot be parsed or passes a limit."""
    try:
        found = _READERS[intake.kind](intake)
        if intake.kind != "xlsx":
            _unescape(found)
        return [grid.settle() for grid in found]
    except (RefusedError, MemoryError):
        raise
    except Exception as error:  # parsers raise what they like on broken input
        if re.search("password|encrypt", f"{type(error).__name__} {error}", re.IGNORECASE):
            raise RefusedError("file.encrypted") from error
        raise RefusedError("file.unreadable", why="文件不完整或已损坏") from error


def _unescape(found: list[Grid]) -> None:
    """Of an escape that only .xlsx has, what a program left elsewhere: a carriage return. In .xlsx _x000D_ was typed."""
    for grid in found:
        for row in grid.rows:
            for column, value in enumerate(row):
                if isinstance(value, str) and "_x000D_" in value:
                    row[column] = value.replace("_x000D_", "\r")
