"""A sheet that no drawn layout names, read by the field's words: which form it is, its profile, its tables and texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from selfeval_xl.findings import finding
from selfeval_xl.frames import VALUE, Records, a1
from selfeval_xl.specs import Layout

from . import values
from .amounts import add_budget, add_funds
from .grid import Cell, Grid
from .indicators import add_indicators, add_total
from .rows import Output, Row, put
from .sheets import Place, Sheet, take_apart, text_places
from .vocabulary import IGNORED, any_of, bare, general, of_layout

GENERIC = "generic"
_NO_NAME = re.compile("^附件|^附表|表$|盖章|目录|[:：]")
_YEAR = re.compile(r"(20\d\d)年?度?")


@dataclass(frozen=True, slots=True)
class Context:
    """What a workbook says once for all its sheets: on its cover, or in the title of its first form."""

    department: str | None = None
    year: int | None = None
    unit: str | None = None


def add_sheets(records: Records, file: str, grids: Sequence[Grid], layouts: Sequence[Layout]) -> list[str]:
    """Append what every sheet says; gives the ids of the forms that were found."""
    out = Output(records, file)
    sheets = [take_apart(grid, general()) for grid in grids]
    context = _context(sheets)
    forms = []
    for sheet in sheets:
        layout = _edition(sheet, layouts, context.year)
        read = take_apart(sheet.grid, of_layout(layout)) if layout is not None and layout.headers else sheet
        if read.regions or _is_form(read):
            forms.append(layout.id if layout else GENERIC)
            _add_sheet(out, read, context, forms[-1])
    return forms


def _edition(sheet: Sheet, layouts: Sequence[Layout], of_book: int | None) -> Layout | None:
    """The edition of an official form: one of its titles in the first rows, and every mark printed.

    Of several that fit, one whose years cover the sheet's year (or the workbook's, where the sheet has none) wins, then the
    one with most marks. A year that no edition covers tells nothing: the marks stand.
    """
    grid = sheet.grid
    printed_year = values.year(grid.cell(*sheet.fields["fiscal_year"][1])) if "fiscal_year" in sheet.fields else None
    year = printed_year or (sheet.year[0] if sheet.year else of_book)
    printed = {values.label(text) for row in range(len(grid.rows)) for _, text in text_places(grid, row)}
    head = "".join(values.fold(text) for row in range(min(6, len(grid.rows))) for _, text in text_places(grid, row))
    fitting = [
        layout
        for layout in layouts
        if layout.titles
        and any(values.fold(title) in head + values.fold(grid.name) for title in layout.titles)
        and {values.label(mark) for mark in layout.marks} <= printed
    ]
    return max(
        fitting,
        key=lambda layout: (year is None or layout.first_year <= year <= layout.last_year, len(layout.marks)),
        default=None,
    )


def _is_form(sheet: Sheet) -> bool:
    """A sheet without a table is a form if it names a project, or a department with amounts."""
    return "project" in sheet.fields or ("department" in sheet.fields and sheet.unit is not None)


def _context(sheets: Sequence[Sheet]) -> Context:
    covers = [_cover(sheet.grid) for sheet in sheets if not sheet.regions and not sheet.fields]
    departments = [name for name, _ in covers if name] + [sheet.of_whom[0] for sheet in sheets if sheet.of_whom]
    years = [sheet.year[0] for sheet in sheets if sheet.year] + [year for _, year in covers if year]
    units = {sheet.unit[0] for sheet in sheets if sheet.unit}
    return Context(next(iter(departments), None), next(iter(years), None), units.pop() if len(units) == 1 else None)


def _cover(grid: Grid) -> tuple[str | None, int | None]:
    """Department and year of a cover: a few lines, one of them with the year."""
    lines = [values.fold(text) for row in range(len(grid.rows)) for _, text in text_places(grid, row)]
    years = [int(found[1]) for line in lines if (found := _YEAR.search(line))]
    if not years or len(lines) > 8:  # noqa: PLR2004 (a cover is short)
        return None, None
    return next((line for line in lines if not _YEAR.search(line) and not _NO_NAME.search(line)), None), years[0]


def _add_sheet(out: Output, sheet: Sheet, context: Context, form: str) -> None:
    grid = sheet.grid
    unit = sheet.unit[0] if sheet.unit else None
    profile = out.row(grid, "profile")
    for role, (at, value, inline) in sheet.fields.items():
        profile.label = grid.text(*at)
        cell = Cell(inline, VALUE) if inline is not None else grid.cell(*value)
        if role == "amount_unit":
            unit = inline or values.shown(cell) or unit
        put(profile, role, cell, value)
    _complete(profile, sheet, context, unit)
    unit = profile.values["amount_unit"]
    grades = []
    for region in sheet.regions:
        if region.band.frame == "budget":
            grades += add_budget(out, region, unit)
        else:
            add_indicators(out, region)
            add_total(profile, region)
    if not any(region.band.frame == "budget" for region in sheet.regions):
        add_funds(out, sheet, unit)
    if grades and profile.values.get("reported_grade") is None and len(set(grades)) == 1:
        profile.values["reported_grade"] = grades[0]
    _add_texts(out, sheet)
    anchor = sheet.fields["department"][1] if "department" in sheet.fields else _anchor(sheet)
    own = {"file": out.file, "sheet": grid.name, "cell": a1(*anchor), "form": form}
    out.records.add("profile", {**own, **profile.values}, profile.places)
    if form == GENERIC:
        _tell_columns(out, sheet)


def _complete(profile: Row, sheet: Sheet, context: Context, unit: str | None) -> None:
    """Year, department and unit from titles and the cover, where no field of the sheet has them."""
    if profile.values.get("fiscal_year") is None:
        if sheet.year:
            profile.put("fiscal_year", *sheet.year, VALUE)
        else:
            profile.values["fiscal_year"] = context.year
    unit_spot = sheet.fields.get("implementing_unit")
    if profile.values.get("department") is None and profile.values.get("implementing_unit") and unit_spot:
        profile.put("department", profile.values["implementing_unit"], unit_spot[1], VALUE)  # the only one that is named
    if profile.values.get("department") is None:
        if sheet.of_whom and context.department is None:
            profile.put("department", *sheet.of_whom, VALUE)
        else:
            profile.values["department"] = context.department
    if sheet.unit and unit == sheet.unit[0]:
        profile.put("amount_unit", *sheet.unit, VALUE)
    elif unit is None:
        profile.values["amount_unit"] = context.unit or "万元"
        if context.unit is None and any(region.band.frame == "budget" for region in sheet.regions):
            where = (profile.file, sheet.grid.name, None)
            profile.records.note(finding("unit.missing", where, expected="万元"))
    if profile.values.get("amount_unit") not in {"元", "千元", "万元", "亿元"}:
        profile.values["amount_unit"] = context.unit or "万元"


def _anchor(sheet: Sheet) -> Place:
    rows = range(len(sheet.grid.rows))
    return next((at for row in rows for at, _ in text_places(sheet.grid, row)), (0, 0))


def _tell_columns(out: Output, sheet: Sheet) -> None:
    """Which columns were recognised by their words, which were not, and how many of all."""
    for region in sheet.regions:
        known = [column.printed for column in region.band.columns if column.role not in {None, IGNORED}]
        unknown = [column.printed for column in region.band.columns if column.role is None]
        where = (out.file, sheet.grid.name, a1(region.band.top, region.band.columns[0].first))
        share = f"{len(known)}/{len(known) + len(unknown)}"
        stated, told = "、".join(known), "、".join(unknown) or "无"
        out.records.note(finding("layout.generic", where, table=region.title, stated=stated, unknown=told, share=share))


def _add_texts(out: Output, sheet: Sheet) -> None:
    """Narrative blocks: beside their heading, or below it where the heading spans them."""
    grid = sheet.grid
    inside = {row for region in sheet.regions for row in range(region.band.top, region.last + 1)}
    headed = {row for region in sheet.regions for row in range(region.band.top, region.band.bottom + 1)}
    known = general()
    for line in range(len(grid.rows)):
        if line in inside:
            continue
        for at, text in text_places(grid, line):
            section = known.texts.get(values.label(bare(text)))
            if section is None or at[0] != line:
                continue
            beside, below = (line, grid.span(*at)[3] + 1), (grid.span(*at)[2] + 1, at[1])
            for spot in (spot for spot in (beside, below) if spot[0] not in headed):
                words_there = values.shown(grid.cell(*spot)) if spot[0] < len(grid.rows) else None
                if words_there and not any_of([words_there], known.texts) and not any_of([words_there], known.fields):
                    own = {"file": out.file, "sheet": grid.name, "cell": a1(*spot)}
                    out.records.add("texts", {**own, "section": section, "text": words_there})
                    break
