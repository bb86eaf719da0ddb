"""What people do to a sheet without changing what it says, done to grids in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from selfeval_xl.frames import BLANK
from selfeval_xl.reader.cells import Grid
from selfeval_xl.reader.headers import Column
from selfeval_xl.reader.sheets import take_apart
from selfeval_xl.reader.vocabulary import PART, general

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


def split_across(grid: Grid, chance: Random) -> None:
    """Some cells that were merged sideways are single cells again: the text stays in the leftmost."""
    grid.merges = [span for span in grid.merges if span[0] != span[2] or span[1] == span[3] or chance.random() < 0.5]
    grid._owners = None  # noqa: SLF001 (the ranges changed)


def split(grid: Grid, _: Random) -> None:
    """No cell is merged any more."""
    grid.merges, grid._owners = [], None  # noqa: SLF001 (the ranges changed)


def joined(grid: Grid, chance: Random) -> None:
    """Some labels are merged with the blank cells right of them."""
    for row, line in enumerate(grid.rows):
        for column, value in enumerate(line):
            if not isinstance(value, str) or not value.strip() or any(map(str.isdigit, value)) or chance.random() < 0.6:
                continue
            if grid.span(row, column) != (row, column, row, column):
                continue
            right = column
            while right + 1 < len(line) and grid.cell(row, right + 1).state == BLANK and _alone(grid, row, right + 1):
                right += 1
            if right > column:
                grid.merges.append((row, column, row, right))
                grid._owners = None  # noqa: SLF001 (the ranges changed)


def _alone(grid: Grid, row: int, column: int) -> bool:
    return grid.span(row, column) == (row, column, row, column)


def columns_moved(grid: Grid, chance: Random) -> None:
    """Two neighbouring columns of a table that hold one figure each change places, header and all."""
    for region in take_apart(grid, general()).regions:
        columns, last = region.band.columns, region.last if region.total is None else region.total
        roles = [column.role for column in columns if column.role in _MOVABLE]
        if len(roles) != len(set(roles)) or any(column.role == PART for column in columns):
            continue  # two sides, or parts that belong to the amount left of them
        pairs = [
            (left.first, right.first)
            for left, right in pairwise(columns)
            if {left.role, right.role} <= _MOVABLE and _can_swap(grid, range(region.band.top, last + 1), left, right)
        ]
        for left, right in chance.sample(pairs, min(1, len(pairs))):
            for line in range(region.band.top, last + 1):
                _swap(grid, line, left, right)


_MOVABLE = {
    "original_budget", "final_budget", "actual", "weight", "reported_execution_rate", "reported_score", "target", "achieved",
    "deviation_reason",
}  # fmt: skip


def _can_swap(grid: Grid, lines: range, left: Column, right: Column) -> bool:
    """Whether both columns are one cell wide, and no merged cell of the table reaches over one of them only."""
    spans = {grid.span(line, column.first) for line in lines for column in (left, right)}
    one_wide = left.first == left.last and right.first == right.last == left.first + 1
    return one_wide and all(span[1] == span[3] and span[0] == span[2] for span in spans)


def _swap(grid: Grid, line: int, left: int, right: int) -> None:
    values = grid.rows[line]
    values.extend([""] * (right + 1 - len(values)))
    values[left], values[right] = values[right], values[left]
    other = {(line, left): (line, right), (line, right): (line, left)}
    grid.errors = {other.get(at, at): text for at, text in grid.errors.items()}
    grid.uncached = {other.get(at, at) for at in grid.uncached}
    grid.formats = _moved(grid.formats, lambda row, column: other.get((row, column), (row, column)))


def in_yuan(grid: Grid, amounts: Iterable[tuple[int, int]]) -> None:
    """A sheet in 万元 becomes one in 元: the unit's labels, and the numbers at the cells of the amounts."""
    _retype(grid, lambda text: _TEN_THOUSAND.sub(r"\1元\2", text))
    for row, column in set(amounts):
        value = grid.rows[row][column]
        if isinstance(value, str):
            plain = value.replace(",", "").strip()
            grid.rows[row][column] = f"{Decimal(plain) * 10_000:,f}" if _NUMERAL.fullmatch(plain) else value
        else:
            grid.rows[row][column] = float(Decimal(repr(value)) * 10_000)


_TEN_THOUSAND = re.compile("(单位\\s*[:：]\\s*|[(（])万元([)）]|\\s*$)")
_NUMERAL = re.compile(r"-?\d+(\.\d+)?")


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
