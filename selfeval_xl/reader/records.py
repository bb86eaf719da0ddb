"""A form that was found on its sheets, as rows of profile, budget, indicators and texts.

Each row is a mapping of column to value, with the place and state of every value beside it. What a cell holds but
cannot be read as is a finding with its cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from selfeval_xl.findings import finding
from selfeval_xl.frames import BLANK, VALUE, Records, a1, place
from selfeval_xl.specs import Block, TableRow

from . import drift, values
from .anchors import Form, Spot, Table
from .grid import Grid
from .rows import Row, clean_name, label_text, put, put_indicator, put_level_points
from .vocabulary import is_part

_LEVELS = ("level1", "level2", "level3")
_BESIDE = frozenset({"seq", "operator", "unit"})  # printed in rows that nobody filled


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
    for found in drift.told(file, form):
        records.note(found)
    if form.absent:
        titles = "、".join(block.title for block in form.absent)
        records.note(finding("layout.tables", (file, None, None), stated=titles))


# -- profile -------------------------------------------------------------------------------------------------------


def _add_profile(records: Records, file: str, form: Form) -> str:
    """The form's profile row and its narrative fields; gives back the unit of its amounts."""
    grid = form.spots[0].grid if form.spots else form.tables[0].grid
    row = Row(records, file, grid, "profile")
    named = {spot.field.role: spot for spot in form.spots}
    for spot in form.spots:
        row.label = spot.field.label
        cell = spot.grid.cell(*spot.value)
        section = spot.field.role.removeprefix("text:")
        if section != spot.field.role:
            _add_text(records, file, spot.grid, spot.value, section)
            continue
        put(row, spot.field.role, cell, spot.value)
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
    columns = {role: column for role, column in table.columns.items() if column != at}
    side = ""
    for line in table.lines():
        text = label_text(table.grid, line, at)
        spec = known.get(values.label(text))
        side = spec.side if spec else side
        cells = table.grid.filled(line, columns)
        if not cells:
            continue
        row = Row(records, file, table.grid, "budget", values.printed_label(text))
        row.places = {role: place(line, column, BLANK) for role, column in columns.items() if role not in cells}
        for role, cell in cells.items():
            put(row, role, cell, (line, columns[role]), unit, percent=role in table.percent)
        own = {
            "file": file, "sheet": table.grid.name, "cell": a1(line, at), "table": table.title, "side": side or None,
            "item": spec.code if spec else None, "item_label": row.label or None,
        }  # fmt: skip
        records.add("budget", {**own, **row.values}, row.places)


def _add_indicators(records: Records, file: str, table: Table) -> None:
    at = table.columns["level3"]
    inherited: dict[str, Any] = dict(table.block.constants)
    upper = {role: table.columns[role] for role in _LEVELS[:2] if role in table.columns}
    columns = {role: column for role, column in table.columns.items() if role not in _LEVELS}
    grid = table.grid.formatted()
    whole: str | None = None
    for line in table.lines():
        levels = {role: values.printed_label(grid.text(line, column)) for role, column in upper.items()}
        inherited |= {role: text or inherited.get(role) for role, text in levels.items()}
        name, cells = label_text(grid, line, at), grid.filled(line, columns)
        if not name and not cells:
            continue
        row = Row(records, file, grid, "indicators", clean_name(name))
        row.places = {role: place(line, upper[role], VALUE if text else BLANK) for role, text in levels.items()}
        put_indicator(row, {role: (line, column) for role, column in table.columns.items()}, cells, table.percent)
        if not row.label and not cells.keys() - _BESIDE:
            continue
        put_level_points(row, table.columns, line)
        cell = a1(line, at)
        part = is_part(row.label)
        whole = whole if part else cell
        row.places["level3"] = place(line, at, VALUE if row.label else BLANK)
        own = {
            "file": file, "sheet": table.grid.name, "cell": cell, "table": table.title, "level3": row.label or None,
            "part_of": whole if part and whole != cell else None, **inherited,
        }  # fmt: skip
        records.add("indicators", {**own, **row.values}, row.places)


def _add_texts(records: Records, file: str, table: Table) -> None:
    known, at = _known_rows(table.block), table.columns["label"]
    code = None
    for line in table.lines():
        text = label_text(table.grid, line, at)
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


@lru_cache(maxsize=1_000)
def _known_rows(block: Block) -> Mapping[str, TableRow]:
    """Rows by their labels and aliases; of two rows with one label the first counts."""
    return {values.label(text): row for row in reversed(block.rows) for text in (*row.aliases, row.label)}
