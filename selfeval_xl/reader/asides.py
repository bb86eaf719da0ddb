"""Sheets that are no forms: covers, lists of contents, explanations, hidden helpers; and what a cover says for all sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import heads, values
from .marks import FUND, SECTION, texts_with
from .sheets import Sheet
from .vocabulary import bare, general, is_fund, section_of, words

_MOST_LINES_OF_COVER = 12
_NO_NAME = re.compile("^附|表$|盖章|目录|[:：]")
_BRACKETS = re.compile(r"\([^()]*\)$")


def is_form(sheet: Sheet) -> bool:
    """A sheet with a table is a form; one without is if it names a project, or a department with amounts."""
    named = "project" in sheet.fields or ("department" in sheet.fields and sheet.unit is not None)
    return bool(sheet.regions) or named


def are_forms(sheets: Sequence[Sheet]) -> list[bool]:
    """For each sheet whether it is a form; covers, explanations and hidden helpers are none beside a table that is one."""
    forms = [is_form(sheet) for sheet in sheets]
    own = [form and not _is_helper(sheet) and not _is_aside(sheet) for form, sheet in zip(forms, sheets, strict=True)]
    return own if any(form and sheet.regions for form, sheet in zip(own, sheets, strict=True)) else forms


def _is_aside(sheet: Sheet) -> bool:
    """Whether a sheet explains the form or is its cover: by its name, by its first line, or because it says nothing more."""
    lines = [text for _, text in heads.texts_of(sheet.grid, sheet.grid.lines())]
    names = {bare(sheet.grid.name), *(bare(text) for text in lines[:1])}
    if any({name, _BRACKETS.sub("", name)} & words("sheets_apart") for name in names):
        return True
    says = any(section_of(text, general()) or is_fund(text) for _, text in texts_with(sheet.grid, SECTION | FUND, general()))
    return not sheet.regions and not says and sheet.unit is None and len(lines) <= _MOST_LINES_OF_COVER


def _is_helper(sheet: Sheet) -> bool:
    """Whether a hidden sheet is no form that was filled in: it has no table, or names no project and no department."""
    named = (sheet.fields.get(role) for role in ("project", "department"))
    filled = bool(sheet.regions) and any(one and values.shown(one.cell(sheet.grid)) for one in named)
    return sheet.grid.hidden and not filled


def cover(sheet: Sheet) -> tuple[str | None, int | None]:
    """Department and year of a cover: its fields, its title, or a few lines, one of them with the year."""
    grid = sheet.grid
    texts = list(heads.texts_of(grid, grid.lines()))
    year = heads.year(texts)
    field = sheet.fields.get("department")
    named = values.shown(field.cell(grid)) if field else None
    if named or sheet.of_whom:
        return named or (sheet.of_whom[0] if sheet.of_whom else None), year[0] if year else None
    if year is None or len(texts) > _MOST_LINES_OF_COVER:
        return None, None
    lines = [values.fold(text) for _, text in texts]
    return next((line for line in lines if not re.search(r"20\d\d", line) and not _NO_NAME.search(line)), None), year[0]
