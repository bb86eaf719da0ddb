"""Indicator rows and their total, of a sheet that no drawn layout names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from selfeval_xl import frames
from selfeval_xl.frames import BLANK, DASH, VALUE, a1, place

from . import values
from .columns import Column, doubles
from .grid import Grid
from .quantities import is_placeholder
from .rows import Output, Row, clean_name, put, put_indicator, put_level_points, report_state
from .sheets import Place, Region, text_places
from .vocabulary import IGNORED, bare, is_ignored, is_part, points_in, words

_LEVELS = ("level1", "level2", "level3")
_SINGLE = {"target", "achieved", "weight", "reported_score"}
_POINTS_OF_LEVEL = re.compile(r"\(\d+(?:\.\d+)?分?\)$")


def add_indicators(out: Output, region: Region) -> None:
    """The indicator rows of a table, those of its left half first where two stand side by side.

    Rows of the form that were left as printed (指标2：, ……) are none.
    """
    for columns in _halves(region.band.columns):
        _add_half(out, region, columns)


def _halves(columns: Iterable[Column]) -> Iterator[list[Column]]:
    """The columns of a table; where levels begin again after a target, another half begins.

    A half without an own 一级指标 (中期目标 beside 年度目标) shares that of the half before.
    """
    half: list[Column] = []
    for column in columns:
        roles = [one.role for one in half]
        if column.role in _LEVELS and column.role in roles and "target" in roles:
            yield half
            half = [one for one in half if one.role in _LEVELS[: _LEVELS.index(column.role)]]
        half.append(column)
    yield half


def _of_level3(half: Sequence[Column]) -> Iterator[Column]:
    """The columns of a half without the weights of upper levels, where each level has its own beside it."""
    first = next((column.first for column in half if column.role == "level3"), 0)
    own = any(column.role == "weight" and column.first > first for column in half)
    yield from (column for column in half if column.role != "weight" or column.first > first or not own)


def _with_levels(region: Region, half: Sequence[Column]) -> Iterator[Column]:
    """The columns of a half; one whose header is not known but that holds only names of a level is that level: 数量指标."""
    roles = {column.role for column in half}
    first = next((column.first for column in half if column.role == "level3"), 0)
    for column in half:
        wanted = [level for level in _LEVELS[:2] if level not in roles] if column.role is None and column.first < first else []
        level = next((level for level in wanted if _all_named(region, column, level)), None)
        roles.add(level)
        yield replace(column, role=level, guessed=True) if level else column


def _all_named(region: Region, column: Column, level: str) -> bool:
    """Whether every text under a header is the name of a first-level, or second-level, indicator."""
    texts = (values.fold(region.grid.text(line, column.first)) for line in range(region.first, region.last + 1))
    names = {_POINTS_OF_LEVEL.sub("", text).removesuffix("指标") for text in texts if text}
    return bool(names) and names <= words("levels", level)


def _by_role(out: Output, region: Region, half: Sequence[Column]) -> dict[str, list[Column]]:
    """The columns of a half by what they mean, the one that counts first: an adjusted target before that of the year's start."""
    roles: dict[str, list[Column]] = {}
    adjusted = [column.printed in words("adjusted_targets") for column in half]
    for column in [column for _, column in sorted(zip(adjusted, half, strict=True), key=lambda one: not one[0])]:
        roles.setdefault(str(column.role), []).append(column)
    for pair in doubles([column for column, late in zip(half, adjusted, strict=True) if not late], _SINGLE):
        out.ambiguous(region.title, region.grid, pair, "indicators")
    return {
        role: columns if role == "target" and columns[0].printed in words("adjusted_targets") else columns[:1]
        for role, columns in roles.items()
    }


def _add_half(out: Output, region: Region, half: Sequence[Column]) -> None:
    grid, columns = region.grid, _by_role(out, region, list(_with_levels(region, list(_of_level3(half)))))
    named = next((columns[role][0].first for role in ("level3", "level2") if role in columns), None)
    if named is None:  # a second 一级指标 without anything that it divides
        return
    plain = {role: found for role, found in columns.items() if role not in {"None", IGNORED, *_LEVELS}}
    last: dict[str, str | None] = {}
    whole: str | None = None
    for line in range(region.first, region.last + 1):
        if grid.blank(line) or _is_skipped(grid, line):
            continue
        levels = {role: _level(grid, columns[role][0], line, last) if role in columns else None for role in _LEVELS[:2]}
        row = out.row(grid, "indicators", clean_name(grid.text(line, named)))
        at = {role: _first_filled(grid, found, line) for role, found in plain.items()}
        put_indicator(row, at, {role: one for role, spot in at.items() if (one := grid.seen(*spot)).state != BLANK})
        top, left, *_ = grid.span(line, named)
        if not _is_indicator(row, named=left >= named):
            continue
        if "weight" not in columns and (points := points_in(row.label)) is not None:  # 相关性（5分）
            row.put("weight", points, (line, named), VALUE)
        cell = a1(top, left) if top == line else a1(line, named)
        part = is_part(row.label)
        whole = whole if part else cell
        row.places["level3"] = place(line, named, VALUE if row.label else BLANK)
        put_level_points(row, {role: found[0].first for role, found in columns.items()}, line)
        own = {
            "file": out.file, "sheet": grid.name, "cell": cell, "table": region.title, "level3": row.label or None,
            "part_of": whole if part and whole != cell else None, **levels,
        }  # fmt: skip
        out.records.add("indicators", {**own, **row.values}, row.places)


def _is_skipped(grid: Grid, line: int) -> bool:
    """Whether a row only counts the columns or adds up those above: 栏次, 小计."""
    first = next((text for _, text in text_places(grid, line)), "")
    return is_ignored(first) or bare(first) in words("stops", "subtotals")


def _is_indicator(row: Row, *, named: bool) -> bool:
    """Whether a row says anything: a name of its own that is no prompt, or a value; without a name it needs a target."""
    states = {role: row.places.get(role, 0) & 15 for role in ("target_text", "achieved_text", "reported_score")}
    said = [role for role in states if states[role] > DASH and not is_placeholder(str(row.values.get(role)))]
    if not row.label:
        return bool(said) and states["target_text"] > DASH
    if is_placeholder(row.label, name=True):
        return bool(said)
    return any(state > DASH for state in states.values()) or (named and re.search(r"\w", row.label) is not None)


def _first_filled(grid: Grid, columns: Sequence[Column], line: int) -> Place:
    """The first cell under some headers that holds anything; the first one where none does."""
    spots = [(line, at) for column in columns for at in range(column.first, column.last + 1)]
    return next((spot for spot in spots if grid.cell(*spot).state != BLANK), spots[0])


def _level(grid: Grid, column: Column, line: int, last: dict[str, str | None]) -> str | None:
    """The level of a row: the merged cell over it, or what stood above where a blank means the same."""
    text = _without_points(grid.text(line, column.first))
    role = str(column.role)
    if text:
        if role == "level1" and text != last.get(role):
            last["level2"] = None
        last[role] = text
    return last.get(role)


@lru_cache(maxsize=20_000)
def _without_points(text: str) -> str:
    return _POINTS_OF_LEVEL.sub("", values.printed_label(text))


def add_total(profile: Row, region: Region) -> None:
    """自评总分 and the grade, from the row of the total."""
    if region.total is None:
        return
    grid, line = region.grid, region.total
    beside = frames.spot(profile.places.get("reported_total_score", -1))[0] == line  # what follows 总分 may be its points
    profile.label = next((text for _, text in text_places(grid, line)), "")
    for column in region.band.columns:
        spot = _first_filled(grid, [column], line)
        known = profile.values.get("reported_total_score") is not None
        if column.role == "reported_score" and (not known or (beside and values.number(grid.cell(*spot))[0] is not None)):
            beside = False
            put(profile, "reported_total_score", grid.cell(*spot), spot)
        elif column.role == "weight":
            report_state(profile, grid.cell(*spot), spot, "weight")
    for at, text in text_places(grid, line):
        if values.fold(text) in words("grades") and profile.values.get("reported_grade") is None:
            profile.put("reported_grade", text.strip(), at, VALUE)
