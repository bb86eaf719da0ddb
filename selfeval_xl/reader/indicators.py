"""Indicator rows and their total, of a sheet that no drawn layout names."""

from __future__ import annotations

import re

from selfeval_xl.frames import BLANK, DASH, VALUE, a1, place

from . import values
from .grid import Grid
from .headers import Column
from .rows import Output, Row, clean_name, put, put_indicator, put_level_points, report_state
from .sheets import Place, Region, text_places
from .vocabulary import IGNORED, words

_POINTS_OF_LEVEL = re.compile(r"\(\d+(?:\.\d+)?分?\)$")


def add_indicators(out: Output, region: Region) -> None:
    """The indicator rows of a table; rows of the form that were left as printed (指标2：, ……) are none."""
    grid = region.grid
    columns: dict[str, Column] = {}
    for column in region.band.columns:
        columns.setdefault(str(column.role), column)
    named = columns["level3" if "level3" in columns else "level2"].first
    plain = {role: column for role, column in columns.items() if role not in {"None", IGNORED, "level1", "level2", "level3"}}
    last: dict[str, str | None] = {}
    whole: str | None = None
    for line in range(region.first, region.last + 1):
        if grid.blank(line):
            continue
        levels = {role: _level(grid, columns.get(role), line, last) for role in ("level1", "level2")}
        row = out.row(grid, "indicators", clean_name(grid.text(line, named)))
        put_indicator(row, {role: _first_filled(grid, column, line) for role, column in plain.items()})
        if not _is_indicator(row):
            continue
        top, left, *_ = grid.span(line, named)
        cell = a1(top, left) if top == line else a1(line, named)
        is_part = values.fold(row.label).startswith(tuple(values.labels()["parts"]["words"]))
        whole = whole if is_part else cell
        row.places["level3"] = place(line, named, VALUE if row.label else BLANK)
        put_level_points(row, {role: column.first for role, column in columns.items()}, line)
        own = {
            "file": out.file, "sheet": grid.name, "cell": cell, "table": region.title, "level3": row.label or None,
            "part_of": whole if is_part and whole != cell else None, **levels,
        }  # fmt: skip
        out.records.add("indicators", {**own, **row.values}, row.places)


def _is_indicator(row: Row) -> bool:
    """Whether a row says anything: a name in words, or a value; without a name it needs a target."""
    states = {role: row.places.get(role, 0) & 15 for role in ("target_text", "achieved_text", "reported_score")}
    if not row.label:
        return states["target_text"] > DASH
    return any(state > DASH for state in states.values()) or re.search(r"\w", row.label) is not None


def _first_filled(grid: Grid, column: Column, line: int) -> Place:
    """The first cell under a header that holds anything; the first one where none does."""
    spots = [(line, at) for at in range(column.first, column.last + 1)]
    return next((spot for spot in spots if grid.cell(*spot).state != BLANK), spots[0])


def _level(grid: Grid, column: Column | None, line: int, last: dict[str, str | None]) -> str | None:
    """The level of a row: the merged cell over it, or what stood above where a blank means the same."""
    if column is None:
        return None
    text = _POINTS_OF_LEVEL.sub("", values.printed_label(grid.text(line, column.first)))
    role = str(column.role)
    if text:
        if role == "level1" and text != last.get(role):
            last["level2"] = None
        last[role] = text
    return last.get(role)


def add_total(profile: Row, region: Region) -> None:
    """自评总分 and the grade, from the row of the total."""
    if region.total is None:
        return
    grid, line = region.grid, region.total
    profile.label = next((text for _, text in text_places(grid, line)), "")
    for column in region.band.columns:
        spot = _first_filled(grid, column, line)
        if column.role == "reported_score" and profile.values.get("reported_total_score") is None:
            put(profile, "reported_total_score", grid.cell(*spot), spot)
        elif column.role == "weight":
            report_state(profile, grid.cell(*spot), spot, "weight")
    for at, text in text_places(grid, line):
        if values.fold(text) in words("grades") and profile.values.get("reported_grade") is None:
            profile.put("reported_grade", text.strip(), at, VALUE)
