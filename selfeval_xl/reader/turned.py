"""Tables of amounts whose columns are the items: one row under pairs of amounts, or a row for each amount."""

from __future__ import annotations

from typing import Any

from selfeval_xl.frames import a1

from . import values
from .columns import Column, amounts_of
from .naming import item_of, name_of, unit_of, value_place
from .rows import Output, Row, put
from .sheets import Place, Region
from .vocabulary import AMOUNTS, PART, general, heading, item, of_year, words, year_of

_OF_ROWS = {*AMOUNTS, "reported_execution_rate", "reported_change", "reported_change_rate"}


def lies_on_its_side(group: list[Column]) -> bool:
    """Names stand in the header, over pairs of amounts: 公务接待费 over 预算数 and 决算数."""
    return not any(column.role in {"item_label", "code"} for column in group) and len(amounts_of(group)[0].path) > 1


def add_sideways(out: Output, region: Region, group: list[Column], line: int, unit: str) -> None:
    """The only row of a table that lies on its side, as a row of money for each pair of amounts."""
    if items := _under_amounts(group):
        for path, columns in items.items():
            made = _row_of(out, region, path, columns[0].cells[-1])
            _add_pair(out, made, [(column, str(column.amount)) for column in columns], line, unit)
        return
    named: dict[tuple[Place, ...], list[Column]] = {}
    heading: tuple[Place, ...] = ()
    for column in amounts_of(group):
        above = column.cells[:-1]
        if not set(above) <= set(heading) or column.role in {one.role for one in named.get(heading, ())}:
            heading = above  # else it was merged over the pair once, and stands over its first only
        named.setdefault(heading, []).append(column)
    for cells, pair in named.items():
        made = _row_of(out, region, pair[0].path[:-1] or pair[0].path, (cells or pair[0].cells)[-1])
        _add_pair(out, made, [(column, str(column.role)) for column in pair], line, unit)


def _add_pair(out: Output, made: tuple[Row, dict[str, Any]], pair: list[tuple[Column, str]], line: int, unit: str) -> None:
    """An item's amounts, of which all stand in one row."""
    row, own = made
    for column, role in pair:
        spot = (line, column.first)
        put(row, role, row.grid.cell(*spot), spot, unit)
    if row.printed:
        out.records.add("budget", {**own, **row.values}, row.places)


def _under_amounts(group: list[Column]) -> dict[tuple[str, ...], list[Column]]:
    """The columns of each item where 预算数 and 决算数 each stand over all of the items; empty for another table."""
    known = general()
    items: dict[tuple[str, ...], list[Column]] = {}
    for column in group:
        if column.role in {PART, *AMOUNTS} and column.amount is not None:
            path = tuple(text for text in column.path if text in words("neutral") or known.word("budget", text) not in AMOUNTS)
            items.setdefault(path, []).append(column)
    heads = {column.path[0] for columns in items.values() for column in columns}
    whole = () not in items and len(items) > 1 and all(known.word("budget", text) in AMOUNTS for text in heads)
    return items if whole and len(heads) > 1 else {}


def roles_of_rows(region: Region, group: list[Column]) -> dict[int, str]:
    """The amount that each row of a turned table holds: rows 预算数 and 决算数 under items; empty for another table."""
    known = general().headers["budget"]
    if not any(column.role == "item_label" for column in group):
        return {}
    roles: dict[int, tuple[str, int | None]] = {}
    for line in range(region.first, region.last + 1):
        name = None if region.grid.blank(line) else name_of(region, group, line)
        if name is None:
            continue
        role = known.get(heading(name[1]), "")
        if role not in _OF_ROWS or heading(name[1]) in words("neutral"):
            return {}
        roles[line] = role, year_of(name[1])
    own = max([year for role, year in roles.values() if year and role == "actual"], default=None)
    of_rows = {line: found for line, (role, year) in roles.items() if (found := of_year(role, year, own))}
    twice = len(set(of_rows.values())) < len(of_rows)
    return {} if twice or len(set(of_rows.values()) & set(AMOUNTS)) < 2 else of_rows  # noqa: PLR2004 (one row is none)


def add_turned(out: Output, region: Region, group: list[Column], roles: dict[int, str], unit: str) -> None:
    """Each column of a turned table as a row of money."""
    for column in group:
        if column.role not in {None, PART, *AMOUNTS}:
            continue
        row, own = _row_of(out, region, column.path, column.cells[-1])
        for line, role in roles.items():
            spot = value_place(region.grid, column, line)
            put(row, role, region.grid.cell(*spot), spot, unit_of(region.grid, column, unit))
        if row.printed:
            out.records.add("budget", {**own, **row.values}, row.places)


def _row_of(out: Output, region: Region, path: tuple[str, ...], at: Place) -> tuple[Row, dict[str, Any]]:
    """A row in the making for a column that is headed by its item; 小计 is what stands over it."""
    neutral = path[-1] in words("neutral")
    above = path[-2] if neutral and len(path) > 1 else ""
    text = above + path[-1] if above or not neutral or item(path[-1]) else region.title
    row = out.row(region.grid, "budget", values.printed_label(text))
    own = {"file": out.file, "sheet": region.grid.name, "cell": a1(*at), "table": region.title}
    return row, {**own, "item": item_of(region, text, above), "item_label": row.label}
