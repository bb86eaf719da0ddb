"""Workbooks of Excel 5 to 2003 and WPS (.xls, .et), read by xlrd."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import xlrd

from .cells import Grid
from .formats import Format, number_format
from .intake import Intake, RefusedError, check, decrypt

_WIDTH = 256  # columns that the format has


def read(intake: Intake) -> list[Grid]:
    """Every sheet, in order. Raises RefusedError, or whatever xlrd raises on broken content."""
    try:
        return list(_sheets(intake.data))
    except xlrd.XLRDError as error:
        if "encrypted" not in str(error).lower():
            raise
    return list(_sheets(decrypt(intake.data, intake.passwords)))


def _sheets(data: bytes) -> Iterator[Grid]:
    with _opened(data) as book:
        formats = {
            index: look
            for index, style in enumerate(book.xf_list)
            if (known := book.format_map.get(style.format_key)) and (look := number_format(known.format_str))
        }
        room = 0
        for at in range(book.nsheets):
            sheet = book.sheet_by_index(at)
            room += sum(map(sheet.row_len, range(sheet.nrows)))
            check("单元格", room)
            yield _sheet(book.datemode, sheet, formats)
            book.unload_sheet(at)


def _opened(data: bytes) -> Any:
    """The workbook, whatever small harm its container or its code page took; xlrd raises where there is more."""
    how = {"file_contents": data, "formatting_info": True, "ragged_rows": True, "on_demand": True, "logfile": io.StringIO()}
    try:
        return xlrd.open_workbook(**how)
    except UnicodeDecodeError:
        return xlrd.open_workbook(**how, encoding_override="gb18030")  # Excel 5 files of Chinese programs without a code page
    except xlrd.compdoc.CompDocError:
        return xlrd.open_workbook(**how, ignore_workbook_corruption=True)  # its check of the sector chain is too strict
    except (AssertionError, IndexError) as error:
        raise RefusedError("file.unreadable", why="旧版（.xls）文件的内部结构已损坏，另存为 .xlsx 多能修复") from error


def _sheet(datemode: int, sheet: Any, formats: Mapping[int, Format]) -> Grid:
    merges = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    grid = Grid(sheet.name, [], merges, hidden=sheet.visibility != 0)
    for row in range(sheet.nrows):
        values = sheet.row_values(row)
        kinds = sheet.row_types(row)
        for column, kind in enumerate(kinds):
            if kind == xlrd.XL_CELL_ERROR:
                grid.errors[row, column] = xlrd.error_text_from_code.get(values[column], "#ERR!")
                values[column] = ""
            elif kind == xlrd.XL_CELL_DATE:
                values[column] = _date(values[column], datemode)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                values[column] = bool(values[column])
            elif kind == xlrd.XL_CELL_NUMBER and (look := formats.get(sheet.cell_xf_index(row, column))):
                grid.formats[row, column] = look
        grid.rows.append(values)
    grid.hidden_rows = {row for row, look in sheet.rowinfo_map.items() if look.hidden}
    grid.hidden_columns = {column for column, look in sheet.colinfo_map.items() if look.hidden and column < _WIDTH}
    return grid


def _date(value: float, datemode: int) -> datetime | float:
    try:
        moment: datetime = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.XLDateError, ValueError, OverflowError):
        return value
    return moment
