"""What people do to a sheet without changing what it says, done to grids in memory."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from selfeval_xl.reader.cells import Grid

Transform = Callable[[Grid, Random], None]
_FULL = str.maketrans("():%,", "（）：％，")
_HALF = {code: character for character, code in zip("():%,", map(ord, "（）：％，"), strict=True)}


def insert_rows(grid: Grid, at: int, count: int = 1) -> None:
    """Blank rows above row `at`; merged cells that it cuts grow."""
    width = max(map(len, grid.rows), default=0)
    grid.rows[at:at] = [[""] * width for _ in range(count)]
    _move(grid, lambda row, column: (row + count * (row >= at), column))


def insert_column(grid: Grid, at: int) -> None:
    """A blank column left of column `at`."""
    for line in grid.rows:
        if len(line) > at:
            line.insert(at, "")
    _move(grid, lambda row, column: (row, column + (column >= at)))


def _move(grid: Grid, to: Callable[[int, int], tuple[int, int]]) -> None:
    grid.seen(0, 0)  # its formats are told before they move
    grid.merges = [(*to(top, left), *to(bottom, right)) for top, left, bottom, right in grid.merges]
    grid.errors = {to(*at): text for at, text in grid.errors.items()}
    grid.uncached = {to(*at) for at in grid.uncached}
    grid.formats = _moved(grid.formats, to)
    grid._owners = None  # noqa: SLF001 (the ranges changed)


def _moved(places: Any, to: Callable[[int, int], tuple[int, int]]) -> Any:
    return {to(*at): places[at] for at in places} if isinstance(places, dict) else {to(*at) for at in places}


def blank_rows(grid: Grid, chance: Random) -> None:
    """Two blank rows somewhere."""
    for at in sorted(chance.sample(range(len(grid.rows) + 1), min(2, len(grid.rows))), reverse=True):
        insert_rows(grid, at)


def title_lines(grid: Grid, _: Random) -> None:
    """附件2 and a blank line on top."""
    insert_rows(grid, 0, 2)
    if grid.rows[0]:
        grid.rows[0][0] = "附件2"


def blank_column(grid: Grid, chance: Random) -> None:
    """A blank column somewhere."""
    insert_column(grid, chance.randrange(max(map(len, grid.rows), default=0) + 1))


def split_down(grid: Grid, chance: Random) -> None:
    """Some cells that were merged downwards are single cells again."""
    grid.merges = [span for span in grid.merges if span[1] != span[3] or chance.random() < 0.5]
    grid._owners = None  # noqa: SLF001 (the ranges changed)


def renamed(grid: Grid, _: Random) -> None:
    """The sheet is called Sheet1."""
    grid.name = "Sheet1"


def full_width(grid: Grid, _: Random) -> None:
    """Brackets, colons and percent signs full width."""
    _retype(grid, lambda text: text.translate(_FULL))


def half_width(grid: Grid, _: Random) -> None:
    """The same half width."""
    _retype(grid, lambda text: text.translate(_HALF))


def spaced(grid: Grid, _: Random) -> None:
    """数量指标 typed as 数 量指标 with a line break and a full-width blank."""
    _retype(grid, lambda text: f" {text[:1]}\n{text[1:]}\u3000" if 1 < len(text) < 8 and text.isalpha() else text)


def _retype(grid: Grid, typed: Callable[[str], str]) -> None:
    grid.rows = [[typed(value) if isinstance(value, str) else value for value in line] for line in grid.rows]
