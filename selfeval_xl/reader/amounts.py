"""Rows of a table of amounts on a sheet that no drawn layout names: names, amounts and their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selfeval_xl.findings import finding
from selfeval_xl.frames import BLANK, VALUE, a1

from . import values
from .columns import Column, amounts_of, doubles, sides
from .grid import Grid, has_number
from .naming import (
    code_columns,
    counts,
    heading_of,
    is_skipped,
    item_of,
    name_of,
    printed_place,
    put_code,
    unit_of,
    unit_of_row,
    value_place,
)
from .rows import Output, Row, put
from .sheets import Place, Region
from .turned import add_sideways, add_turned, lies_on_its_side, roles_of_rows
from .vocabulary import AMOUNTS, IGNORED, PART, UNIT, bare, general, is_ignored, item, points_in, side, words

_NAMED = re.compile(r"[\u4e00-\u9fff)）][:：]\s*(?:[\d,.]+\s*(?:万元|元)?)?\s*$")
_NO_VALUES = {IGNORED, UNIT, "item_label", "code"}
_IN_WORDS = {"change_text", "ratio_text", "completion_text", "reason", "reported_grade"}  # roles whose cells need hold no number


@dataclass(frozen=True, slots=True)
class _Side:
    """A side of a table: its columns, those of codes, and those of figures with their own unit and whether it is per cent."""

    columns: list[Column]
    codes: list[int]
    figures: list[tuple[Column, str, bool]]


def add_budget(out: Output, region: Region, unit: str) -> list[str]:
    """The rows of a table of amounts, of both its sides; gives the grades that it states."""
    grades: list[str] = []
    counted: list[tuple[Place, str]] = []
    in_words: list[tuple[Place, str]] = []
    rest = [_Side(group, code_columns(region, group), _figures(region.grid, group)) for group in _upright(out, region, unit)]
    for line in _lines(region):
        for one in rest:
            group = one.columns
            name = name_of(region, group, line)
            if name is None:
                if lies_on_its_side(group):
                    add_sideways(out, region, group, line, unit)
                    return grades
                name = heading_of(region, group, line)
            if name is None or is_ignored(name[1]):
                continue
            if said := list(_in_words(region, group, line)):
                in_words += said
                continue
            own_unit = unit_of_row(region.grid, group, line, unit)
            if own_unit is None or counts(name[1]):
                counted.append(name)
                continue
            row = _budget_row(out, region, one, (line, *name), own_unit)
            grades += [row.values["reported_grade"]] if row.values.get("reported_grade") else []
    _tell(out, region, "layout.counts", counted)
    _tell(out, region, "layout.in_words", in_words)
    return grades


def _figures(grid: Grid, group: list[Column]) -> list[tuple[Column, str, bool]]:
    """The columns of figures, each with the unit that its header says and whether it says per cent."""
    found = [column for column in group if column.role is not None and column.role not in _NO_VALUES]
    return [(column, unit_of(grid, column, ""), "%" in grid.text(*column.cells[-1])) for column in found]


def _lines(region: Region) -> Iterator[int]:
    """The rows of a table that say something."""
    grid = region.grid
    return (line for line in range(region.first, region.last + 1) if not grid.blank(line) and not is_skipped(grid, line))


def _tell(out: Output, region: Region, code: str, spots: list[tuple[Place, str]]) -> None:
    """One finding on cells of a table that were not read, naming them."""
    if spots:
        named = "、".join(values.printed_label(text) for _, text in spots)
        out.records.note(finding(code, (out.file, region.grid.name, a1(*spots[0][0])), table=region.title, stated=named))


def _in_words(region: Region, group: list[Column], line: int) -> Iterator[tuple[Place, str]]:
    """The texts of a row that name an amount and give it in one cell: 其中：基本支出：611.09; nothing where a number stands."""
    texts = region.grid.printed(line)
    if has_number(region.grid.rows[line]) or len(texts) < 2:  # noqa: PLR2004
        return
    under = {column.first for column in amounts_of(group)}
    if any(at[0] == line and at[1] in under and _NAMED.search(text) for at, _, text in texts):
        yield from ((at, text) for at, _, text in texts if at[0] == line and _NAMED.search(text))


def _upright(out: Output, region: Region, unit: str) -> list[list[Column]]:
    """The sides of a table whose rows are the items; what is turned is read here, and what cannot be read is told."""
    groups = [_with_unnamed(region, _with_names(region, group)) for group in sides(region.band.columns)]
    for pair in (pair for group in groups for pair in doubles(amounts_of(group), AMOUNTS)):
        out.ambiguous(region.title, region.grid, pair, "budget")
    _tell(
        out, region, "layout.unmerged", [(one.cells[-1], "/".join(one.path)) for group in groups for one in group if one.unmerged]
    )
    roles = [roles_of_rows(region, group) for group in groups]
    for group, rows in zip(groups, roles, strict=True):
        if rows:
            add_turned(out, region, group, rows, unit)
    upright = [group for group, rows in zip(groups, roles, strict=True) if amounts_of(group) and not rows]
    if not upright and not any(roles):
        where = (out.file, region.grid.name, a1(region.band.top, region.band.columns[0].first))
        out.records.note(finding("layout.fields", where, table=region.title, stated="预算数、决算数"))
    return upright


def _with_names(region: Region, group: list[Column]) -> list[Column]:
    """The same side; a first column that is headed like an amount but holds names is the column of names."""
    if any(column.role == "item_label" for column in group) or not amounts_of(group):
        return group
    first = amounts_of(group)[0]
    cells = [region.grid.cell(*printed_place(region.grid, first, line)) for line in range(region.first, region.last + 1)]
    printed = [cell for cell in cells if cell.state == VALUE and not values.is_dash(str(cell.value))]
    numbers = [cell for cell in printed if values.number(cell)[0] is not None]
    if len(printed) <= 2 * len(numbers) or len(amounts_of(group)) == 1:
        return group
    return [replace(column, role="item_label", amount=None) if column is first else column for column in group]


def _with_unnamed(region: Region, group: list[Column]) -> list[Column]:
    """The same side; a column right of an amount whose header says nothing is a part of it where only money stands below."""
    left: str | None = None
    found = []
    for column in group:
        if column.role is None and left is not None and _holds_money(region, column):
            amount = general().amount(column.path) or left
            found.append(replace(column, role=PART, amount=amount, guessed=True))
            continue
        left = column.amount if column.role in AMOUNTS else left
        found.append(column)
    return found


def _holds_money(region: Region, column: Column) -> bool:
    listed, text = values.labels()["counts"], column.printed
    if any(sign in text for sign in listed["headers"]) or text in words("grades"):
        return False
    if text.endswith("数") and not text.endswith(tuple(listed["money_ends"])):  # 项目数, 户数
        return False
    cells = [region.grid.cell(*value_place(region.grid, column, line)) for line in range(region.first, region.last + 1)]
    filled = [cell for cell in cells if cell.state == VALUE and not values.is_dash(str(cell.value))]
    return bool(filled) and all(not cell.percent and values.number(cell)[0] is not None for cell in filled)


def _part_label(region: Region, column: Column) -> str:
    """The printed header of a part; of a 小计 with the heading that it is of."""
    texts = [values.printed_label(region.grid.text(*at)).removesuffix("情况") for at in column.cells[-2:]]
    own = column.printed in words("neutral") and general().word("budget", column.path[-2:][0]) not in AMOUNTS
    return "".join(texts) if own else texts[-1]


def _budget_row(out: Output, region: Region, of: _Side, named: tuple[int, Place, str], unit: str) -> Row:
    (line, at, text), path = named, of.columns[0].path
    grid = region.grid
    row = out.row(grid, "budget", values.printed_label(text))
    heading = side(path[0]) if len(path) > 1 else None
    own = {
        "file": out.file, "sheet": grid.name, "cell": a1(*at), "table": region.title, "side": heading,
        "item": item_of(region, text), "item_label": row.label,
    }  # fmt: skip
    put_code(row, of.codes, line, at)
    taken: set[str] = set()
    parts = []
    for column, own_unit, percent in of.figures:
        role = _role(column, text)
        spot = (printed_place if role in _IN_WORDS else value_place)(grid, column, line)
        if grid.span(*spot)[:2] == at and grid.text(*at) == text:
            continue
        if role == PART or (role in AMOUNTS and role in taken):
            parts.append((column, own_unit, spot))
        elif role not in taken:
            put(row, role, grid.cell(*spot), spot, own_unit or unit, percent=percent)
            taken.add(role)
    _weight_in_header(row, of.columns)
    found = [part for part in parts if grid.cell(*part[2]).state != BLANK]
    if row.printed or found:
        out.records.add("budget", {**own, **row.values}, row.places)
    for column, own_unit, spot in found:
        split = out.row(grid, "budget", row.label)
        amount = column.amount or "actual"
        put(split, amount, grid.cell(*spot), spot, own_unit or unit)
        if split.values.get(amount) is not None:
            printed = _part_label(region, column)
            out.records.add("budget", {**own, "part": item(printed), "part_label": printed, **split.values}, split.places)
    return row


def _role(column: Column, name: str) -> str:
    """The role of a column in a row: 金额 is the original budget where the row's name says so."""
    if column.role == "actual" and column.printed in words("neutral") and bare(name).endswith(("年初预算", "年初预算数")):
        return "original_budget"
    return str(column.role)


def _weight_in_header(row: Row, group: list[Column]) -> None:
    """The weight that a form prints in the header of the score: 得分（20分*执行率）."""
    score = next((column for column in group if column.role == "reported_score"), None)
    if score is None or "weight" in row.values or row.values.get("reported_score") is None:
        return
    points = points_in(row.grid.text(*score.cells[-1]))
    if points is not None:
        row.put("weight", points, score.cells[-1], VALUE)
