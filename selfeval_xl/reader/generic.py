"""A sheet that no drawn layout names, read by the field's words: which form it is, its profile, its tables and texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from selfeval_xl.findings import finding
from selfeval_xl.frames import VALUE, Records, a1
from selfeval_xl.specs import Layout

from . import asides, flat, heads, values
from .amounts import add_budget
from .grid import Grid
from .heads import Place
from .indicators import add_indicators, add_total
from .marks import UNIT, texts_with
from .pairs import add_funds
from .pieces import pieces
from .rows import Output, Row, put
from .sheets import Region, Sheet, take_apart, text_places
from .texts import texts
from .vocabulary import IGNORED, Vocabulary, general, of_layout

_T = TypeVar("_T")
GENERIC = "generic"
_HEAD_ROWS = 6


@dataclass(frozen=True, slots=True)
class Context:
    """What a workbook says once for all its sheets, on its cover or in a title, and a sheet once for all its forms."""

    department: str | None = None
    year: int | None = None
    unit: str | None = None
    asked: bool = False
    """Whether a form above has already asked for the unit of the sheet."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A form as it will be read: what stands there, its first cell, its id, its words, and what its texts are read from."""

    sheet: Sheet
    first: Place
    id: str
    known: Vocabulary
    whole: Sheet | None


def add_sheets(records: Records, file: str, grids: Sequence[Grid], layouts: Sequence[Layout]) -> list[str]:
    """Append what every sheet says; gives the ids of the forms that were found."""
    out = Output(records, file)
    apart = [take_apart(grid, general()) for grid in grids]
    of_book = next((sheet.year[0] for sheet in apart if sheet.year), None)
    offers = [list(_forms(sheet, layouts, of_book)) for sheet in apart]
    kept = asides.are_forms([forms[0].sheet for forms in offers])
    on_sheets = [forms for forms, is_form in zip(offers, kept, strict=True) if is_form]
    others = [forms[0].sheet for forms, is_form in zip(offers, kept, strict=True) if not is_form]
    context = _context(others, on_sheets)
    for forms in on_sheets:
        own = context
        above: list[Context] = []
        for form in forms:
            above.append(_add_form(out, form, own, several=len(forms) > 1))
            own = _agreed(above, context)
    return [form.id for forms in on_sheets for form in forms]


def _forms(sheet: Sheet, layouts: Sequence[Layout], of_book: int | None) -> Iterator[_Form]:
    """The forms of a sheet, each of the edition that it is."""
    for piece in pieces(sheet):
        layout = _edition(piece.sheet, layouts, piece.shared_title, of_book)
        known = of_layout(layout) if layout is not None and layout.headers else general()
        read = piece.sheet if known is general() else take_apart(piece.sheet.grid, known)
        for form, row in flat.split(read, known):
            first = piece.first if row is None else (row, piece.first[1])
            yield _Form(form, first, layout.id if layout else GENERIC, known, read if row is None else None)


def _edition(sheet: Sheet, layouts: Sequence[Layout], shared: Sequence[str], of_book: int | None) -> Layout | None:
    """The edition of an official form: one of its titles in the first rows, and every mark printed.

    Of several that fit, one whose years cover the sheet's year (or the workbook's, where the sheet has none) wins, then the
    one with most marks. A year that no edition covers tells nothing: the marks stand.
    """
    grid, field = sheet.grid, sheet.fields.get("fiscal_year")
    printed_year = values.year(field.cell(grid)) if field else None
    year = printed_year or (sheet.year[0] if sheet.year else of_book)
    lines = list(grid.lines())
    first = [text for row in lines[:_HEAD_ROWS] for _, text in text_places(grid, row)]
    head = "".join(values.fold(text) for text in [*first, *shared, grid.name])
    titled = list({id(layout): layout for title, layout in _titles(tuple(layouts)) if title in head}.values())
    printed = {values.label(text) for row in lines for _, _, text in grid.printed(row)} if titled else set()
    fitting = [layout for layout in titled if _marks(layout) <= printed]
    return max(
        fitting,
        key=lambda layout: (year is None or layout.first_year <= year <= layout.last_year, len(layout.marks)),
        default=None,
    )


@lru_cache(maxsize=20)
def _titles(layouts: tuple[Layout, ...]) -> list[tuple[str, Layout]]:
    """The titles of all editions, in order, as texts are compared."""
    return [(values.fold(title), layout) for layout in layouts for title in layout.titles]


@lru_cache(maxsize=200)
def _marks(layout: Layout) -> frozenset[str]:
    return frozenset(map(values.label, layout.marks))


# -- what is said once ---------------------------------------------------------------------------------------------


def _context(others: Sequence[Sheet], on_sheets: Sequence[Sequence[_Form]]) -> Context:
    covers = [asides.cover(sheet) for sheet in others if not sheet.grid.hidden]
    sheets = [forms[0].sheet for forms in on_sheets]
    departments = [name for name, _ in covers if name] + [sheet.of_whom[0] for sheet in sheets if sheet.of_whom]
    years = [sheet.year[0] for sheet in sheets if sheet.year] + [year for _, year in covers if year]
    units = {form.sheet.unit[0] for forms in on_sheets for form in forms if form.sheet.unit}
    return Context(next(iter(departments), None), next(iter(years), None), units.pop() if len(units) == 1 else None)


def _agreed(above: Sequence[Context], context: Context) -> Context:
    """What the forms above say with one voice belongs to those below as well."""
    return Context(
        _one_voice([one.department for one in above], context.department),
        _one_voice([one.year for one in above], context.year),
        _one_voice([one.unit for one in above], context.unit),
        asked=any(one.unit is None for one in above),
    )


def _one_voice(said: Sequence[_T | None], otherwise: _T | None) -> _T | None:
    """What all say that say anything; `otherwise` where none does, nothing where they differ."""
    voices = {one for one in said if one is not None}
    return voices.pop() if len(voices) == 1 else None if voices else otherwise


# -- a form --------------------------------------------------------------------------------------------------------


def _add_form(out: Output, form: _Form, context: Context, *, several: bool) -> Context:
    """The rows of a form; gives what it says of itself."""
    sheet, grid = form.sheet, form.sheet.grid
    unit = sheet.unit[0] if sheet.unit else None
    profile = out.row(grid, "profile")
    for role, field in sheet.fields.items():
        profile.label = grid.text(*field.at)
        cell = field.cell(grid)
        if role == "amount_unit":
            unit = values.shown(cell) or unit
        put(profile, role, cell, field.spot)
    _complete(profile, sheet, context, unit)
    unit = profile.values["amount_unit"]
    grades = []
    for region in sheet.regions:
        if region.band.frame == "budget":
            grades += add_budget(out, region, _unit_of(sheet, region) or unit)
        else:
            add_indicators(out, region)
            add_total(profile, region)
    flat.add(out, sheet, unit, form.known)
    if form.whole is not None and not any(region.band.frame == "budget" for region in sheet.regions):
        add_funds(out, sheet, unit)
    if grades and profile.values.get("reported_grade") is None and len(set(grades)) == 1:
        profile.values["reported_grade"] = grades[0]
    _add_texts(out, form)
    first = a1(*form.first) if several else None
    own = {"file": out.file, "sheet": grid.name, "cell": a1(*_anchor(form)), "first_cell": first, "form": form.id}
    out.records.add("profile", {**own, **profile.values}, profile.places)
    if form.id == GENERIC:
        _tell_columns(out, form)
    said = sheet.unit[0] if sheet.unit else None
    return Context(profile.values.get("department"), profile.values.get("fiscal_year"), said)


def _unit_of(sheet: Sheet, region: Region) -> str | None:
    """The unit that a table says of itself, above its header or in it; None where only the sheet says one."""
    above = max((other.last for other in sheet.regions if other.last < region.band.top), default=-1)
    own = texts_with(sheet.grid, UNIT, general(), range(above + 1, region.band.bottom + 1))
    said = heads.unit(reversed(own)) or heads.unit((text for text in own if text[0][0] >= region.band.top), in_brackets=True)
    return said[0] if said else None


def _anchor(form: _Form) -> Place:
    """The cell of the department's name, where it stands in the form; else the first cell of the form that holds a text."""
    field = form.sheet.fields.get("department")
    if field is not None and field.spot >= form.first:
        return field.spot
    named = form.sheet.fields.get("project")
    if named is not None and named.spot >= form.first > (0, 0) and named.spot[0] == form.first[0]:
        return named.spot
    lines = range(form.first[0], len(form.sheet.grid.rows))
    return next((at for at, _ in heads.texts_of(form.sheet.grid, lines) if at >= form.first), form.first)


def _complete(profile: Row, sheet: Sheet, context: Context, unit: str | None) -> None:
    """Year, department and unit from titles and the cover, where no field of the sheet has them."""
    if profile.values.get("fiscal_year") is None:
        if sheet.year:
            profile.put("fiscal_year", *sheet.year, VALUE)
        else:
            profile.values["fiscal_year"] = context.year
    unit_spot = sheet.fields.get("implementing_unit")
    if profile.values.get("department") is None and profile.values.get("implementing_unit") and unit_spot:
        profile.put("department", profile.values["implementing_unit"], unit_spot.spot, VALUE)  # the only one that is named
    if profile.values.get("department") is None:
        if sheet.of_whom and not (context.department and heads.is_short_for(sheet.of_whom[0], context.department)):
            profile.put("department", *sheet.of_whom, VALUE)
        else:
            profile.values["department"] = context.department
    if sheet.unit and unit == sheet.unit[0]:
        profile.put("amount_unit", *sheet.unit, VALUE)
    elif unit is None:
        profile.values["amount_unit"] = context.unit or "万元"
        if not context.asked and context.unit is None and any(region.band.frame == "budget" for region in sheet.regions):
            where = (profile.file, sheet.grid.name, None)
            profile.records.note(finding("unit.missing", where, expected="万元"))
    if profile.values.get("amount_unit") not in {"元", "千元", "万元", "亿元"}:
        profile.values["amount_unit"] = context.unit or "万元"


def _tell_columns(out: Output, form: _Form) -> None:
    """Which columns were recognised by their words, which were not, and how many of all; once for a list of projects."""
    sheet = form.sheet
    for region in (one for one in sheet.regions if one.band.bottom >= form.first[0]):
        read = [column for column in region.band.columns if column.role not in {None, IGNORED}]
        known = [column.printed + "（推断）" * column.guessed for column in read]
        unknown = [column.printed for column in region.band.columns if column.role is None]
        where = (out.file, sheet.grid.name, a1(region.band.top, region.band.columns[0].first))
        share = f"{len(known)}/{len(known) + len(unknown)}"
        stated, told = "、".join(known), "、".join(unknown) or "无"
        out.records.note(finding("layout.generic", where, table=region.title, stated=stated, unknown=told, share=share))


def _add_texts(out: Output, form: _Form) -> None:
    """Narrative blocks outside the tables, those of a list of projects with its first."""
    sheet = form.whole
    if sheet is None:
        return
    inside = {row for region in sheet.regions for row in range(region.band.top, region.last + 1)}
    headed = {row for region in sheet.regions for row in range(region.band.top, region.band.bottom + 1)}
    for section, spot, text in texts(sheet.grid, general(), inside, headed):
        own = {"file": out.file, "sheet": sheet.grid.name, "cell": a1(*spot)}
        out.records.add("texts", {**own, "section": section, "text": text})
