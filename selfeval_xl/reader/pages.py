"""A workbook's sheets as they stand, for a person to see beside what was read of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from selfeval_xl.frames import ERROR, UNCACHED
from selfeval_xl.pages import Page

from . import intake, values
from .grid import Grid, grids

NO_RESULT = "（公式没有结果）"


def pages(path: Path, name: str, passwords: Sequence[str] = ()) -> Iterator[Page]:
    """Every sheet that holds anything; none where the file is refused, for which the findings have the reason."""
    if path.name.startswith("~$"):
        return
    try:
        sheets = grids(intake.admit(intake.read_bytes(path), passwords))
    except intake.RefusedError:
        return
    yield from (_page(name, grid) for grid in sheets if not all(map(grid.blank, range(len(grid.rows)))))


def _page(name: str, grid: Grid) -> Page:
    numbers = {
        (row, column): float(value)
        for row, line in enumerate(grid.rows)
        for column, value in enumerate(line)
        if isinstance(value, float | int) and not isinstance(value, bool) and (row, column) not in grid.errors
    }
    return Page(
        name,
        grid.name,
        tuple(tuple(_shown(grid, row, column) for column in range(len(line))) for row, line in enumerate(grid.rows)),
        numbers,
        frozenset(grid.percents),
        tuple(grid.merges),
        grid.hidden,
        frozenset(grid.hidden_rows),
        frozenset(grid.hidden_columns),
    )


def _shown(grid: Grid, row: int, column: int) -> str:
    cell = grid.cell(row, column)
    if cell.state == ERROR:
        return str(cell.value)
    return NO_RESULT if cell.state == UNCACHED else values.shown(cell) or ""
