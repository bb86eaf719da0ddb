"""A workbook drawn from a text grid in the test itself, so that a test shows the form it reads.

One line is a row, cells stand between |. `<` belongs to the merged cell on its left, `^` to the one above it.
Numbers are numbers, 98.35% is a number shown as a percentage, 'text is text in spite of its looks, =A1+1 a formula
saved without its result, #DIV/0! an error value, an empty cell is blank.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def draw(path: Path, **sheets: str) -> Path:
    """Write a workbook of the given sheets, by name."""
    book = Workbook()
    book.remove(book.active)
    for name, text in sheets.items():
        fill(book.create_sheet(name), text)
    book.save(path)
    return path


def fill(sheet: Worksheet, text: str) -> None:
    """Draw one text grid on a sheet, from A1."""
    grid = [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]
    for row, line in enumerate(grid, 1):
        for column, word in enumerate(line, 1):
            if word and word not in {"<", "^"}:
                _write(sheet, row, column, word)
    for row, line in enumerate(grid):
        for column, word in enumerate(line):
            if word not in {"<", "^"}:
                _merge(sheet, grid, row, column)


def _write(sheet: Worksheet, row: int, column: int, word: str) -> None:
    cell = sheet.cell(row, column)
    cell.value = _value(word)
    if found := re.fullmatch(r"-?\d+(?:\.(\d+))?%", word):
        cell.number_format = f"0.{'0' * len(found[1])}%" if found[1] else "0%"
    if word.startswith("'"):
        cell.data_type = "s"


def _value(word: str) -> Any:
    if re.fullmatch(r"-?\d+(\.\d+)?", word):
        return float(word)
    if re.fullmatch(r"-?\d+(\.\d+)?%", word):
        return round(float(word[:-1]) / 100, 6)
    return word.removeprefix("'")


def _merge(sheet: Worksheet, grid: list[list[str]], row: int, column: int) -> None:
    right = column
    while right + 1 < len(grid[row]) and grid[row][right + 1] == "<":
        right += 1
    bottom = row
    while bottom + 1 < len(grid) and column < len(grid[bottom + 1]) and grid[bottom + 1][column] == "^":
        bottom += 1
    if right > column or bottom > row:
        sheet.merge_cells(start_row=row + 1, end_row=bottom + 1, start_column=column + 1, end_column=right + 1)
