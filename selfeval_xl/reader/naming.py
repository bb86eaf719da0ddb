"""What the rows of a table of amounts are: their names, codes and items, and whether they hold money at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from selfeval_xl.frames import BLANK, VALUE

from . import values
from .columns import Column, amounts_of
from .grid import Grid
from .rows import Row, put
from .sheets import Place, Region, counts_columns
from .vocabulary import UNIT, bare, is_ignored, item, words

_FARTHEST = 5  # columns left of a table's first in which a name may stand
_IN_BRACKETS = re.compile(r"\(([^()]+)\)$")
_MONEY_IN_BRACKETS = re.compile(r"[(（](万元|亿元|元)[)）]")
_LEVEL_DIGITS = 2  # of a 款 or 项


def name_of(region: Region, group: list[Column], line: int) -> tuple[Place, str] | None:
    """The name of a row and its cell: under the header of names, else the nearest text left of the first amount."""
    grid = region.grid
    for column in _name_columns(grid, group, line):
        top, left, *_ = grid.span(line, column)
        text = grid.text(line, column)
        if top == line and text.strip() and not text.strip().isdigit():
            skipped = is_ignored(text) or values.is_dash(text)
            return None if skipped else ((top, left), text)
    return None


def _name_columns(grid: Grid, group: list[Column], line: int) -> Iterator[int]:
    """Where a row's name may stand, the likeliest first."""
    named = [column.first for role in ("item_label", "code") for column in reversed(group) if column.role == role]
    yield from named
    if not any(column.role == "item_label" for column in group):
        first = value_place(grid, amounts_of(group)[0], line)[1]
        aside = {at for column in group if column.role is not None for at in range(column.first, column.last + 1)}
        yield from (at for at in range(first - 1, max(-1, group[0].first - _FARTHEST), -1) if at not in aside)


def heading_of(region: Region, group: list[Column], line: int) -> tuple[Place, str] | None:
    """What stands for the name of a row of amounts without one: the heading beside it, else the table's title."""
    grid, first = region.grid, value_place(region.grid, amounts_of(group)[0], line)
    if values.number(grid.cell(*first))[0] is None or is_skipped(grid, line):
        return None
    for column in range(first[1] - 1, -1, -1):
        top, left, *_ = grid.span(line, column)
        if grid.text(top, left).strip():
            return (top, left), grid.text(top, left)
    return first, region.title


def is_skipped(grid: Grid, line: int) -> bool:
    """Whether a row only counts the columns: 栏次, or 1, 2, 3 and nothing else."""
    return any(is_ignored(text) for _, _, text in grid.printed(line)) or counts_columns(grid, line)


def value_place(grid: Grid, column: Column, line: int) -> Place:
    """Where the value of a row stands under a header that may cover several columns: the first number, else the first."""
    if column.first == column.last:
        return line, column.first
    spots = dict.fromkeys((grid.span(line, at)[0], grid.span(line, at)[1]) for at in range(column.first, column.last + 1))
    own = [spot for spot in spots if spot[0] == line and column.first <= spot[1]]
    for spot in own:
        cell = grid.cell(*spot)
        if cell.state not in {BLANK, VALUE} or values.number(cell)[0] is not None or values.is_dash(str(cell.value)):
            return spot
    return own[-1] if own and len(own) > 1 and grid.cell(*own[0]).state != BLANK else (line, column.first)


def printed_place(grid: Grid, column: Column, line: int) -> Place:
    """The same; where nothing stands there, the first cell under the header that holds anything."""
    if column.first == column.last:
        return line, column.first
    spots = [value_place(grid, column, line), *((line, at) for at in range(column.first, column.last + 1))]
    return next((spot for spot in spots if grid.cell(*spot).state != BLANK), spots[0])


# -- codes ---------------------------------------------------------------------------------------------------------


def code_columns(region: Region, group: list[Column]) -> list[int]:
    """The columns that hold the code of a side's rows: several where it is split into 类, 款 and 项."""
    grid, lines = region.grid, range(region.first, region.last + 1)
    columns = [column for column in group if column.role == "code"]
    wide = {at: column for column in columns for at in range(column.first, column.last + 1)}
    filled = {at: column for at, column in wide.items() if any(grid.cell(line, at).state != BLANK for line in lines)}
    levels = all(column.printed in words("code_levels") for column in filled.values())
    first = next(iter(filled.values()), None)  # codes of different things are not joined
    return [at for at, column in filled.items() if levels or column is first] or [column.first for column in columns[:1]]


def put_code(row: Row, columns: list[int], line: int, name: Place) -> None:
    """The code of a row, joined where a form splits it: 201 | 06 | 01 is 2010601."""
    grid = row.grid
    spots = [(line, at) for at in columns if grid.span(line, at)[:2] != name]
    pieces = {spot: values.fold(values.shown(grid.cell(*spot)) or "") for spot in spots}
    digits = [spot for spot, text in pieces.items() if text.isdigit()]
    if not digits or digits == spots[:1]:
        for spot in ([spot for spot in spots if pieces[spot]] or spots)[:1]:
            put(row, "code", grid.cell(*spot), spot)
        return
    joined = ""
    for spot in spots[: spots.index(digits[-1]) + 1]:
        piece = pieces[spot] or _above(grid, spot)
        if not piece.isdigit():
            row.complain("cell.not_number", spot, "code", stated=piece or "（空白）")
            return
        joined = piece if joined and piece.startswith(joined) else joined + (piece.zfill(_LEVEL_DIGITS) if joined else piece)
    row.put("code", joined, digits[0], VALUE)


def _above(grid: Grid, spot: Place) -> str:
    """The upper level of a code that is printed in the first of its rows only; empty where none stands above."""
    texts = (values.fold(values.shown(grid.cell(line, spot[1])) or "") for line in range(spot[0] - 1, -1, -1))
    return next((text for text in texts if text), "")


# -- items ---------------------------------------------------------------------------------------------------------


def item_of(region: Region, text: str, above: str = "") -> str | None:
    """The code of a row or column by its printed name; the total of a table about one item is that item."""
    code = "total" if text == region.title else item(text) or item(above)  # the only row, which has no name
    return code if code not in {None, "total", "expenditure_total"} else _total_of(region.title, code)


@lru_cache(maxsize=5_000)
def _total_of(printed: str, code: str | None) -> str | None:
    """The code of the total of a table: that of the item which its title names."""
    title = values.fold(printed)
    named = values.labels()["totals_of"]
    beyond = any(word in title for word in named["beyond"])
    about = [one for one, texts in named.items() if one != "beyond" and any(word in title for word in texts)]
    return about[0] if code and len(about) == 1 and not beyond else code


@lru_cache(maxsize=20_000)
def counts(text: str) -> bool:
    """Whether a row only counts things and holds no money: 国内公务接待批次（个）, 公务用车保有量（辆）."""
    folded = values.fold(text)
    if unit := _IN_BRACKETS.search(folded):
        return all(is_count(word) for word in re.split("[、/,]", unit[1]))
    return folded in words("grades") or bare(text).endswith(tuple(words("counts", "ends")))


def unit_of(grid: Grid, column: Column, unit: str) -> str:
    """The unit in a header's brackets, else the sheet's."""
    return next((found for at in column.cells if (found := _unit_in(grid.text(*at)))), unit)


@lru_cache(maxsize=20_000)
def _unit_in(text: str) -> str | None:
    found = _MONEY_IN_BRACKETS.search(text)
    return found[1] if found else None


def unit_of_row(grid: Grid, group: list[Column], line: int, unit: str) -> str | None:
    """The unit of a row's money: its own where a column says it, else the sheet's; None where it counts things."""
    own = [values.fold(grid.text(line, column.first)) for column in group if column.role == UNIT]
    if any(is_count(text) for text in own):
        return None
    return next((text for text in own if text in words("money")), unit)


def is_count(unit: str) -> bool:
    """Whether a unit counts things: 个, 人次, 平方米; a unit of money does not, nor do 类, 款 and 项 of a 科目."""
    return unit in _counted()


@cache
def _counted() -> frozenset[str]:
    return (words("counted") | words("counts", "units")) - words("counts", "money") - words("code_levels")
