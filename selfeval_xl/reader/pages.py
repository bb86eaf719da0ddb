"""A workbook's sheets as they stand, for a person to see beside what was read of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from selfeval_xl.frames import ERROR, UNCACHED
from selfeval_xl.pages import Page
from selfeval_xl.remote import File

from . import intake, values
from .grid import Grid, grids

NO_RESULT = "（公式没有结果）"
_VERY_LARGE = 1e15  # beyond it a float has no decimals


def pages(path: File, name: str, passwords: Sequence[str], most: tuple[int, int]) -> Iterator[Page]:
    """Every sheet that holds anything, as far as `most` rows and columns; none where the file is refused (see its finding)."""
    if path.name.startswith("~$"):
        return
    try:
        sheets = grids(intake.admit(intake.read_bytes(path), passwords))
    except intake.RefusedError:
        return
    for grid in sheets:
        height, width = _used(grid)
        if height:
            yield _page(name, grid, (height, width), most)


def _used(grid: Grid) -> tuple[int, int]:
    """Rows and columns from A1 to the last cell that shows anything."""
    special = [*grid.errors, *grid.uncached]
    height, width = max((row + 1 for row, _ in special), default=0), max((column + 1 for _, column in special), default=0)
    for row, line in enumerate(grid.rows, 1):
        last = next((at for at in range(len(line), 0, -1) if line[at - 1] not in {None, ""}), 0)
        if last:
            height, width = max(height, row), max(width, last)
    return height, width


def _page(name: str, grid: Grid, size: tuple[int, int], most: tuple[int, int]) -> Page:
    rows, columns = min(size[0], most[0]), min(size[1], most[1])
    numbers = {
        (row, column): float(value)
        for row, line in enumerate(grid.rows[:rows])
        for column, value in enumerate(line[:columns])
        if isinstance(value, float | int) and not isinstance(value, bool) and (row, column) not in grid.errors
    }
    return Page(
        name,
        grid.name,
        *size,
        tuple(tuple(_shown(grid, row, column) for column in range(columns)) for row in range(rows)),
        numbers,
        frozenset(at for at, form in grid.formats.items() if form.percent),
        tuple(grid.merges),
        grid.hidden,
        frozenset(grid.hidden_rows),
        frozenset(grid.hidden_columns),
    )


def _shown(grid: Grid, row: int, column: int) -> str:
    """What a cell shows; a number with six decimals at most, a percentage with four: formulas leave many more."""
    cell = grid.seen(row, column)
    if cell.state == ERROR:
        return str(cell.value)
    if cell.state == UNCACHED:
        return NO_RESULT
    as_stored = cell.format is None or cell.format.decimals is None
    if isinstance(cell.value, float) and abs(cell.value) < _VERY_LARGE and as_stored:
        percent = bool(cell.format and cell.format.percent)
        text = f"{cell.value:.4%}".removesuffix("%") if percent else f"{cell.value:.6f}"
        return text.rstrip("0").rstrip(".") + "%" * percent
    return values.shown(cell) or ""
