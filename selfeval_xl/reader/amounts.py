"""Amount rows of a sheet that no drawn layout names: names, amounts, their parts, and tables that lie on their side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from selfeval_xl.frames import BLANK, VALUE, a1

from . import values
from .grid import Grid
from .headers import Column
from .rows import Output, Row, put
from .sheets import Place, Region, Sheet, text_places
from .vocabulary import AMOUNTS, IGNORED, PART, bare, item, points_in, side, words

_FARTHEST = 5  # columns left of a table's first in which a name may stand


def add_budget(out: Output, region: Region, unit: str) -> list[str]:
    """The rows of a table of amounts, of both its sides; gives the grades that it states."""
    grades: list[str] = []
    groups = [_with_names(region, group) for group in _groups(region)]
    for line in range(region.first, region.last + 1):
        for group in groups if not region.grid.blank(line) else ():
            name = _name(region, group, line)
            if name is None:
                if _lies_on_its_side(group):
                    _add_sideways(out, region, group, line, unit)
                    return grades
                name = _heading(region, group, line)
            if name is None or bare(name[1]) in words("ignored", "rows"):
                continue
            row = _budget_row(out, region, group, (line, *name), unit)
            grades += [row.values["reported_grade"]] if row.values.get("reported_grade") else []
    return grades


def _groups(region: Region) -> Iterator[list[Column]]:
    """The sides of a table: a new one begins where names begin again after amounts."""
    group: list[Column] = []
    for column in region.band.columns:
        if column.role in {"item_label", "code"} and any(one.role in AMOUNTS for one in group):
            yield group
            group = []
        group.append(column)
    if any(column.role in AMOUNTS for column in group):
        yield group


def _with_names(region: Region, group: list[Column]) -> list[Column]:
    """The same side; a first column that is headed like an amount but holds names is the column of names."""
    first = _amounts(group)[0]
    if any(column.role == "item_label" for column in group):
        return group
    cells = [region.grid.cell(*_value_place(region.grid, first, line)) for line in range(region.first, region.last + 1)]
    printed = [cell for cell in cells if cell.state == VALUE and not values.is_dash(str(cell.value))]
    numbers = [cell for cell in printed if values.number(cell)[0] is not None]
    if len(printed) <= 2 * len(numbers) or len(_amounts(group)) == 1:
        return group
    return [replace(column, role="item_label", amount=None) if column is first else column for column in group]


def _amounts(group: list[Column]) -> list[Column]:
    return [column for column in group if column.role in AMOUNTS]


def _name(region: Region, group: list[Column], line: int) -> tuple[Place, str] | None:
    """The name of a row and its cell: under the header of names, else the nearest text left of the first amount."""
    grid = region.grid
    for column in _name_columns(grid, group, line):
        top, left, *_ = grid.span(line, column)
        text = grid.text(line, column)
        if top == line and text.strip() and not text.strip().isdigit():
            skipped = bare(text) in words("ignored", "rows") or values.is_dash(text)
            return None if skipped else ((top, left), text)
    return None


def _name_columns(grid: Grid, group: list[Column], line: int) -> Iterator[int]:
    """Where a row's name may stand, the likeliest first."""
    named = [column.first for role in ("item_label", "code") for column in reversed(group) if column.role == role]
    yield from named
    if not any(column.role == "item_label" for column in group):
        first = _value_place(grid, _amounts(group)[0], line)[1]
        yield from range(first - 1, max(-1, group[0].first - _FARTHEST), -1)


def _heading(region: Region, group: list[Column], line: int) -> tuple[Place, str] | None:
    """What stands for the name of a row of amounts without one: the heading beside it, else the table's title."""
    grid, first = region.grid, _value_place(region.grid, _amounts(group)[0], line)
    if values.number(grid.cell(*first))[0] is None or _is_skipped(grid, line):
        return None
    for column in range(first[1] - 1, -1, -1):
        top, left, *_ = grid.span(line, column)
        if grid.text(top, left).strip():
            return (top, left), grid.text(top, left)
    return first, region.title


def _is_skipped(grid: Grid, line: int) -> bool:
    """Whether a row only counts the columns: 栏次."""
    return any(bare(text) in words("ignored", "rows") for _, text in text_places(grid, line))


def _value_place(grid: Grid, column: Column, line: int) -> Place:
    """Where the value of a row stands under a header that may cover several columns: the first number, else the first."""
    spots = dict.fromkeys((grid.span(line, at)[0], grid.span(line, at)[1]) for at in range(column.first, column.last + 1))
    own = [spot for spot in spots if spot[0] == line and column.first <= spot[1]]
    for spot in own:
        cell = grid.cell(*spot)
        if cell.state not in {BLANK, VALUE} or values.number(cell)[0] is not None or values.is_dash(str(cell.value)):
            return spot
    return own[-1] if own and len(own) > 1 and grid.cell(*own[0]).state != BLANK else (line, column.first)


def _budget_row(out: Output, region: Region, group: list[Column], named: tuple[int, Place, str], unit: str) -> Row:
    line, at, text = named
    grid = region.grid
    row = out.row(grid, "budget", values.printed_label(text))
    heading = side(group[0].path[0]) if len(group[0].path) > 1 else None
    own = {
        "file": out.file, "sheet": grid.name, "cell": a1(*at), "table": region.title, "side": heading,
        "item": item(text), "item_label": row.label,
    }  # fmt: skip
    taken: set[str] = set()
    parts = []
    for column in group:
        role = _role(column, text)
        spot = _value_place(grid, column, line)
        if role is None or role in {IGNORED, "item_label"} or grid.span(*spot)[:2] == at:
            continue
        if role == PART or (role in AMOUNTS and role in taken):
            parts.append((column, spot))
        elif role not in taken:
            put(row, role, grid.cell(*spot), spot, _unit(grid, column, unit), percent="%" in grid.text(*column.cells[-1]))
            taken.add(role)
    _weight_in_header(row, group)
    found = [part for part in parts if grid.cell(*part[1]).state != BLANK]
    if row.printed or found:
        out.records.add("budget", {**own, **row.values}, row.places)
    for column, spot in found:
        split = out.row(grid, "budget", row.label)
        amount = column.amount or "actual"
        put(split, amount, grid.cell(*spot), spot, _unit(grid, column, unit))
        if split.values.get(amount) is not None:
            printed = values.printed_label(grid.text(*column.cells[-1])).removesuffix("情况")
            out.records.add("budget", {**own, "part": item(printed), "part_label": printed, **split.values}, split.places)
    return row


def _role(column: Column, name: str) -> str | None:
    """The role of a column in a row: 金额 is the original budget where the row's name says so."""
    if column.role == "actual" and column.printed in words("neutral") and bare(name).endswith(("年初预算", "年初预算数")):
        return "original_budget"
    return column.role


def _unit(grid: Grid, column: Column, unit: str) -> str:
    """The unit in a header's brackets, else the sheet's."""
    for at in column.cells:
        found = re.search(r"[(（](万元|亿元|元)[)）]", grid.text(*at))
        if found:
            return found[1]
    return unit


def _weight_in_header(row: Row, group: list[Column]) -> None:
    """The weight that a form prints in the header of the score: 得分（20分*执行率）."""
    score = next((column for column in group if column.role == "reported_score"), None)
    if score is None or "weight" in row.values or row.values.get("reported_score") is None:
        return
    points = points_in(row.grid.text(*score.cells[-1]))
    if points is not None:
        row.put("weight", points, score.cells[-1], VALUE)


def _lies_on_its_side(group: list[Column]) -> bool:
    """Names stand in the header, over pairs of amounts: 公务接待费 over 预算数 and 决算数."""
    return not any(column.role == "item_label" for column in group) and len(_amounts(group)[0].path) > 1


def _add_sideways(out: Output, region: Region, group: list[Column], line: int, unit: str) -> None:
    named: dict[tuple[Place, ...], list[Column]] = {}
    heading: tuple[Place, ...] = ()
    for column in _amounts(group):
        above = column.cells[:-1]
        if not set(above) <= set(heading) or column.role in {one.role for one in named.get(heading, ())}:
            heading = above  # else it was merged over the pair once, and stands over its first only
        named.setdefault(heading, []).append(column)
    for cells, pair in named.items():
        path = pair[0].path[:-1]
        text = "".join(path) if path[-1] in words("neutral") else path[-1]
        row = out.row(region.grid, "budget", values.printed_label(text))
        for column in pair:
            spot = (line, column.first)
            put(row, str(column.role), region.grid.cell(*spot), spot, unit)
        if row.printed:
            own = {"file": out.file, "sheet": region.grid.name, "cell": a1(*cells[-1]), "table": region.title}
            out.records.add("budget", {**own, "item": item(text), "item_label": row.label, **row.values}, row.places)


def add_funds(out: Output, sheet: Sheet, unit: str) -> None:
    """Amounts beside their names, without a header: forms that only set targets."""
    grid = sheet.grid
    for line in grid.lines():
        for at, text in text_places(grid, line):
            if at[0] != line or bare(text) not in words("funds"):
                continue
            spot = (line, grid.span(*at)[3] + 1)
            while spot[1] < len(grid.rows[line]) - 1 and grid.cell(*spot).state == BLANK:
                spot = (line, grid.span(*spot)[3] + 1)
            if values.amount(grid.cell(*spot), unit)[0] is None:
                continue
            row = out.row(grid, "budget", values.printed_label(text))
            put(row, "original_budget", grid.cell(*spot), spot, unit)
            own = {"file": out.file, "sheet": grid.name, "cell": a1(*at), "item": item(text), "item_label": row.label}
            out.records.add("budget", {**own, "table": values.fold(grid.name), **row.values}, row.places)
