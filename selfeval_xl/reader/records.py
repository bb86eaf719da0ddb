"""A form that was found on its sheets, as rows of profile, budget, indicators and texts.

Each row is a mapping of column to value, with the place and state of every value beside it. What a cell holds but
cannot be read as is a finding with its cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from selfeval_xl.findings import finding
from selfeval_xl.frames import BLANK, DASH, ERROR, UNCACHED, UNREADABLE, VALUE, Records, a1, columns, place
from selfeval_xl.numbers import fen, yuan
from selfeval_xl.specs import Block, TableRow

from . import values
from .anchors import Form, Spot, Table
from .grid import Cell, Grid

_TARGET = ("target_text", "operator", "target_value", "target_high", "unit")
_ACHIEVED = ("achieved_text", "achieved_value", "achieved_unit")


@cache
def _kinds() -> Mapping[tuple[str, str], str]:
    return {(column.frame, column.column): column.kind for column in columns()}


@cache
def _titles() -> Mapping[tuple[str, str], str]:
    return {(column.frame, column.column): column.label for column in columns()}


@dataclass(slots=True)
class _Row:
    """One row in the making: where it stands, its values and their places."""

    records: Records
    file: str
    grid: Grid
    frame: str
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def put(self, column: str, value: Any, at: tuple[int, int], state: int) -> None:
        """A value (None for missing) with its place; a blank is kept as a place only."""
        self.values[column] = value
        self.places[column] = place(*at, state)

    def complain(self, code: str, at: tuple[int, int], column: str, **places: Any) -> None:
        """A finding at a cell of this row."""
        where = (self.file, self.grid.name, a1(*at))
        titles = _titles().get((self.frame, column), column)
        self.records.note(finding(code, where, label=self.label or "（无名称）", field=titles, **places))

    @property
    def printed(self) -> bool:
        """Whether any value was printed."""
        return any(code & 15 > BLANK for code in self.places.values())


def add_form(records: Records, file: str, form: Form) -> None:
    """Append everything that a form says."""
    unit = _add_profile(records, file, form)
    for table in form.tables:
        if table.missing:
            where = (file, table.grid.name, a1(max(0, table.first_row - 1), table.columns[table.block.label_role]))
            records.note(finding("layout.fields", where, table=table.title, stated="、".join(table.missing)))
        if table.block.frame == "budget":
            _add_budget(records, file, table, unit)
        elif table.block.frame == "indicators":
            _add_indicators(records, file, table)
        else:
            _add_texts(records, file, table)
    for table in form.repeated:
        where = (file, table.grid.name, a1(max(0, table.first_row - 1), table.columns[table.block.label_role]))
        records.note(finding("layout.repeated", where, table=table.title))
    if form.absent:
        titles = "、".join(block.title for block in form.absent)
        records.note(finding("layout.tables", (file, None, None), stated=titles))


# -- profile -------------------------------------------------------------------------------------------------------


def _add_profile(records: Records, file: str, form: Form) -> str:
    """The form's profile row and its narrative fields; gives back the unit of its amounts."""
    grid = form.spots[0].grid if form.spots else form.tables[0].grid
    row = _Row(records, file, grid, "profile")
    named = {spot.field.role: spot for spot in form.spots}
    for spot in form.spots:
        row.label = spot.field.label
        cell = spot.grid.cell(*spot.value)
        section = spot.field.role.removeprefix("text:")
        if section != spot.field.role:
            _add_text(records, file, spot.grid, spot.value, section)
            continue
        _put(row, spot.field.role, cell, spot.value)
    anchor = named.get("department")
    at = _anchor(anchor, form)
    unit = row.values.get("amount_unit")
    if unit not in {"元", "万元", "亿元"}:
        where = (file, grid.name, a1(*named["amount_unit"].value) if "amount_unit" in named else None)
        records.note(finding("unit.missing", where, expected=form.layout.amount_unit))
        unit = row.values["amount_unit"] = form.layout.amount_unit
    records.add("profile", {"file": file, "sheet": grid.name, "cell": a1(*at), "form": form.layout.id, **row.values}, row.places)
    return str(unit)


def _anchor(spot: Spot | None, form: Form) -> tuple[int, int]:
    if spot is not None:
        return spot.value
    return form.spots[0].label if form.spots else (max(0, form.tables[0].first_row - 1), 0)


# -- tables --------------------------------------------------------------------------------------------------------


def _add_budget(records: Records, file: str, table: Table, unit: str) -> None:
    known, at = _known_rows(table.block), table.columns["item_label"]
    side = ""
    for line in table.lines():
        text = _label_text(table.grid, line, at)
        spec = known.get(values.label(text))
        side = spec.side if spec else side
        row = _Row(records, file, table.grid, "budget", values.printed_label(text))
        for role, column in table.columns.items():
            if role != "item_label":
                _put(row, role, table.grid.cell(line, column), (line, column), unit, percent=role in table.percent)
        if not row.printed:
            continue
        own = {
            "file": file, "sheet": table.grid.name, "cell": a1(line, at), "table": table.title, "side": side or None,
            "item": spec.code if spec else None, "item_label": row.label or None,
        }  # fmt: skip
        records.add("budget", {**own, **row.values}, row.places)


def _add_indicators(records: Records, file: str, table: Table) -> None:
    at = table.columns["level3"]
    inherited: dict[str, Any] = dict(table.block.constants)
    whole: str | None = None
    for line in table.lines():
        row = _Row(records, file, table.grid, "indicators", _clean_name(_label_text(table.grid, line, at)))
        for role in ("level1", "level2"):
            if role in table.columns:
                text = values.printed_label(table.grid.text(line, table.columns[role]))
                inherited[role] = text or inherited.get(role)
                row.places[role] = place(line, table.columns[role], VALUE if text else BLANK)
        skeleton = set(row.places)
        _put_indicator(row, table, line)
        aside = skeleton | {"operator", "seq", "unit"}
        if not row.label and not any(code & 15 > BLANK for name, code in row.places.items() if name not in aside):
            continue
        cell = a1(line, at)
        is_part = values.fold(row.label).startswith(tuple(values.labels()["parts"]["words"]))
        whole = whole if is_part else cell
        row.places["level3"] = place(line, at, VALUE if row.label else BLANK)
        own = {
            "file": file, "sheet": table.grid.name, "cell": cell, "table": table.title, "level3": row.label or None,
            "part_of": whole if is_part and whole != cell else None, **inherited,
        }  # fmt: skip
        records.add("indicators", {**own, **row.values}, row.places)


def _put_indicator(row: _Row, table: Table, line: int) -> None:
    grid, at = row.grid, table.columns
    cells = {role: grid.cell(line, column) for role, column in at.items()}
    nothing = Cell(None, BLANK)
    target = values.quantity(cells.get("target", nothing), cells.get("operator"), cells.get("unit"))
    achieved = values.measured(cells.get("achieved", nothing))
    for role, quantity, roles in (("target", target, _TARGET), ("achieved", achieved, _ACHIEVED)):
        for name in roles:
            value = getattr(quantity, name.removeprefix("target_").removeprefix("achieved_"))
            column = at.get(name, at.get(role))
            if column is not None:
                cell = cells.get(name, cells.get(role, nothing))
                row.put(name, value, (line, column), _state(cell))
        if role in at:
            _report_state(row, cells[role], (line, at[role]), f"{role}_text")
    for role in at.keys() - {"level1", "level2", "level3", "target", "achieved", "operator", "unit"}:
        _put(row, role, cells[role], (line, at[role]), percent=role in table.percent)


def _add_texts(records: Records, file: str, table: Table) -> None:
    known, at = _known_rows(table.block), table.columns["label"]
    code = None
    for line in table.lines():
        text = _label_text(table.grid, line, at)
        spec = known.get(values.label(text))
        code = spec.code if spec else (None if text else code)
        for role, column in table.columns.items():
            if role != "label":
                section = (code or values.printed_label(text) or "other") + role.removeprefix("text")
                _add_text(records, file, table.grid, (line, column), section)


def _add_text(records: Records, file: str, grid: Grid, at: tuple[int, int], section: str) -> None:
    text = values.shown(grid.cell(*at))
    if text and not values.is_dash(text):
        records.add("texts", {"file": file, "sheet": grid.name, "cell": a1(*at), "section": section, "text": text})


# -- cells ---------------------------------------------------------------------------------------------------------


def _put(  # noqa: PLR0913 (a cell, where it stands and how its column prints)
    row: _Row, column: str, cell: Cell, at: tuple[int, int], unit: str = "", *, percent: bool = False
) -> None:
    """One value into its column, read by the column's kind; what cannot be read is a finding."""
    if cell.state == BLANK:
        row.places[column] = place(*at, BLANK)
        return
    _report_state(row, cell, at, column)
    kind = _kinds()[row.frame, column]
    text = values.shown(cell)
    if text is None or values.is_dash(text):
        row.put(column, None, at, _state(cell))
        return
    value: Any = text
    if kind == "amount":
        value = _amount(row, column, cell, at, unit)
    elif kind == "ratio":
        value = values.ratio(cell, percent_header=percent)
    elif column == "fiscal_year":
        value = values.year(cell)
    elif kind in {"points", "number"}:
        value, _ = values.number(cell)
    if value is None:
        row.complain("cell.not_number", at, column, stated=text)
    row.put(column, value, at, VALUE if value is not None else UNREADABLE)


def _amount(row: _Row, column: str, cell: Cell, at: tuple[int, int], unit: str) -> float | None:
    value, own = values.amount(cell, unit)
    if value is None:
        return None
    whole, exact = fen(value, own)
    if not exact:
        row.complain("amount.below_fen", at, column, stated=values.shown(cell), unit=own, expected=f"{yuan(whole):.2f}")
    return yuan(whole)


def _report_state(row: _Row, cell: Cell, at: tuple[int, int], column: str) -> None:
    if cell.state == ERROR:
        row.complain("cell.error", at, column, stated=cell.value)
    elif cell.state == UNCACHED:
        row.complain("cell.uncached", at, column)


def _state(cell: Cell) -> int:
    if cell.state == VALUE and isinstance(cell.value, str) and values.is_dash(cell.value):
        return DASH
    return cell.state


def _label_text(grid: Grid, line: int, column: int) -> str:
    """The label of a row: the text of its cell or of the merged cell over it; numbers count as text."""
    text = grid.text(line, column)
    return text or values.shown(grid.cell(line, column)) or ""


def _clean_name(text: str) -> str:
    """An indicator's name without blanks and without a leading 指标1：."""
    return values.re_leading_number.sub("", values.printed_label(text))


def _known_rows(block: Block) -> Mapping[str, TableRow]:
    """Rows by their labels and aliases; of two rows with one label the first counts."""
    return {values.label(text): row for row in reversed(block.rows) for text in (*row.aliases, row.label)}
