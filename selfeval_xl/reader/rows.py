"""One row in the making: values read by their column's kind, each with its place, and findings for what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from selfeval_xl.findings import finding
from selfeval_xl.frames import BLANK, DASH, ERROR, UNCACHED, UNREADABLE, VALUE, Records, a1, columns, place, read_columns
from selfeval_xl.numbers import FEN, MOST, fen, yuan

from . import quantities, values
from .cells import NOTHING
from .columns import Column
from .grid import Cell, Grid

_GIVEN = {
    "target": {"target_text": "text", "operator": "operator", "target_value": "value", "target_high": "high", "unit": "unit"},
    "achieved": {"achieved_text": "text", "achieved_value": "value", "achieved_unit": "unit"},
}
"""The columns that a target and an achieved value give, each with its part of the quantity."""
_APART = frozenset({"level1", "level2", "level3", "target", "achieved", "operator", "unit"})
_CODES = frozenset({"code", "unit_code", "phone", "seq"})  # digits that are no amount: shown without separators
_FIGURES = frozenset({"amount", "ratio", "points", "number"})
_LEVEL_POINTS = re.compile(r"\((\d+(?:\.\d+)?)分\)$")


@cache
def _kinds() -> Mapping[tuple[str, str], str]:
    return {(column.frame, column.column): column.kind for column in columns()}


@cache
def _titles() -> Mapping[tuple[str, str], str]:
    return {(column.frame, column.column): column.label for column in columns()}


@dataclass(slots=True)
class Row:
    """One row in the making: where it stands, its values and their places."""

    records: Records
    file: str
    grid: Grid
    frame: str
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def put(self, column: str, value: Any, at: tuple[int, int], state: int, decimals: int | None = None) -> None:
        """A value (None for missing) with its place; a blank is kept as a place only, a rate with its `decimals` shown."""
        self.values[column] = value
        self.places[column] = place(at[0], at[1], state, decimals)

    def complain(self, code: str, at: tuple[int, int], column: str, **places: Any) -> None:
        """A finding at a cell of this row."""
        where = (self.file, self.grid.name, a1(*at))
        titles = _titles().get((self.frame, column)) or _titles().get(("indicators", column), column)
        self.records.note(finding(code, where, label=self.label or "（无名称）", field=titles, **places))

    @property
    def printed(self) -> bool:
        """Whether any value was printed."""
        return any(code & 15 > BLANK for code in self.places.values())


@dataclass(frozen=True, slots=True)
class Output:
    """Where the rows of a file go."""

    records: Records
    file: str

    def row(self, grid: Grid, frame: str, label: str = "") -> Row:
        """A row in the making."""
        return Row(self.records, self.file, grid, frame, label)

    def ambiguous(self, table: str, grid: Grid, columns: tuple[Column, Column], frame: str) -> None:
        """A finding for two columns that mean the same: which of them was read."""
        before, other = columns
        stated, printed = ("".join(grid.text(*column.cells[-1]).split()) for column in columns)
        field_name = _titles().get((frame, str(before.role)), _titles().get((frame, f"{before.role}_text"), ""))
        where = (self.file, grid.name, a1(*other.cells[-1]))
        self.records.note(finding("layout.ambiguous", where, table=table, stated=stated, other=printed, field=field_name))


def put(  # noqa: PLR0913 (a cell, where it stands and how its column prints)
    row: Row, column: str, cell: Cell, at: tuple[int, int], unit: str = "", *, percent: bool = False
) -> None:
    """One value into its column, read by the column's kind; what cannot be read is a finding."""
    if cell.state == BLANK:
        row.places[column] = place(*at, BLANK)
        return
    if cell.state != VALUE:
        report_state(row, cell, at, column)
    kind = _kinds()[row.frame, column]
    text = values.shown(cell) if kind not in _FIGURES or type(cell.value) is not float else ""  # a number is no dash
    if text is None or (text and values.is_nothing(text, of_money=kind == "amount")):
        row.put(column, None, at, DASH if text else state_of(cell))
        return
    value: Any
    decimals = None
    if kind == "amount":
        value = _amount(row, column, cell, at, unit)
    elif kind == "ratio":
        value, decimals = _bounded(values.ratio(cell, percent_header=percent)), values.rate_decimals(cell)
        if column == "reported_execution_rate" and value and not isinstance(cell.value, str) and not cell.percent:
            _plain_rate(row, at, str(values.shown(cell)), value)
    elif column == "fiscal_year":
        value = values.year(cell)
    elif kind in _FIGURES:
        value = _bounded(_points(cell))
    else:
        value = values.exact(cell) if column in _CODES else text
    if value is None:
        row.complain("cell.not_number", at, column, stated=values.shown(cell))
    row.put(column, value, at, UNREADABLE if value is None else VALUE, decimals)


def _bounded(value: Any) -> Any:
    """A value as it is, but nothing for a number beyond `MOST` and for one that is no number."""
    return None if isinstance(value, float) and not abs(value) <= MOST else value


def _points(cell: Cell) -> float | None:
    value, _ = values.number(cell)
    if value is not None and cell.percent:  # a weight shown as 40% is 40 points
        return float(values.clean(Decimal(repr(value)) * 100))
    return value


def put_indicator(
    row: Row, at: Mapping[str, tuple[int, int]], cells: Mapping[str, Cell], percent: frozenset[str] = frozenset()
) -> None:
    """An indicator's values from the cells `at` each role, `cells` those that hold anything, with every format.

    Target and achieved give several columns each.
    """
    columns = _columns_of(tuple(at))
    for column, role in columns.items():
        row.places[column] = place(*at[role], BLANK)
    target = quantities.quantity(cells.get("target", NOTHING), cells.get("operator"), cells.get("unit"))
    achieved = quantities.measured(cells.get("achieved", NOTHING))
    for role, quantity in (("target", target), ("achieved", achieved)):
        for name, part in _GIVEN[role].items():
            if name in columns:
                row.values[name] = _bounded(getattr(quantity, part))
                if columns[name] in cells:
                    row.places[name] = place(*at[columns[name]], state_of(cells[columns[name]]))
        if role in cells:
            report_state(row, cells[role], at[role], f"{role}_text")
    for role, cell in cells.items():
        if role not in _APART:
            put(row, role, cell, at[role], percent=role in percent)


@lru_cache(maxsize=1_000)
def _columns_of(roles: tuple[str, ...]) -> Mapping[str, str]:
    """The columns that the cells of an indicator fill, each with the role of its cell."""
    given = {name: name if name in roles else role for role, names in _GIVEN.items() for name in names}
    return {name: role for name, role in given.items() if role in roles} | {role: role for role in roles if role not in _APART}


def put_level_points(row: Row, columns: Mapping[str, int], line: int) -> None:
    """Points that are printed with the names of the levels above: 产出指标(50分). A blank means what stands above it."""
    above = 0
    for level in (level for level in ("level1", "level2") if level in columns):
        printed = line
        while printed > above and not row.grid.text(printed, columns[level]):
            printed -= 1
        above, left, *_ = row.grid.span(printed, columns[level])
        points = _level_points(row.grid.text(above, left))
        if points is not None:
            row.put(f"{level}_weight", points, (above, left), VALUE)


@lru_cache(maxsize=20_000)
def _level_points(text: str) -> float | None:
    found = _LEVEL_POINTS.search(values.fold(text))
    return float(found[1]) if found else None


def _amount(row: Row, column: str, cell: Cell, at: tuple[int, int], unit: str) -> float | None:
    value, own = values.amount(cell, unit)
    if value is None or not abs(float(value)) * FEN[own] <= MOST:  # not: what is no number is not smaller either
        return None
    whole, exact = fen(value, own)
    if not exact:
        row.complain("amount.below_fen", at, column, stated=values.exact(cell), unit=own, expected=f"{yuan(whole):.2f}")
    return yuan(whole)


def _plain_rate(row: Row, at: tuple[int, int], text: str, value: float) -> None:
    """A rate that is shown without a percent sign, told once a sheet."""
    code, sheet = "leftover.plain_rate", row.grid.name
    told = row.records.rows["findings"]
    columns = read_columns("findings")
    code_at, sheet_at = columns.index("code"), columns.index("sheet")
    if not any(found[code_at] == code and found[sheet_at] == sheet for found in told):
        row.complain(code, at, "reported_execution_rate", stated=text, expected=f"{values.plain(Decimal(repr(value)) * 100)}%")


def report_state(row: Row, cell: Cell, at: tuple[int, int], column: str) -> None:
    """A finding where a cell holds an error value, or a formula without its result."""
    if cell.state == ERROR:
        row.complain("cell.error", at, column, stated=cell.value)
    elif cell.state == UNCACHED:
        row.complain("cell.uncached", at, column)


def state_of(cell: Cell) -> int:
    """The state of a cell, a dash for nothing told from other text."""
    if cell.state == VALUE and isinstance(cell.value, str) and values.is_dash(cell.value):
        return DASH
    return cell.state


def label_text(grid: Grid, line: int, column: int) -> str:
    """The label of a row: the text of its cell or of the merged cell over it; numbers count as text."""
    return grid.text(line, column) or values.exact(grid.cell(line, column)) or ""


@lru_cache(maxsize=20_000)
def clean_name(text: str) -> str:
    """An indicator's name without blanks and without a leading 指标1：."""
    return values.re_leading_number.sub("", values.printed_label(text))
