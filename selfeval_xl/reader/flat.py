"""A flat list of projects: 单位名称, 项目名称, 预算数, 年度目标 are columns beside the indicators; a blank says what is above it.

Each project is a form of its own, with its money, its goal and its indicators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from selfeval_xl.frames import BLANK, VALUE, a1

from . import heads, values
from .columns import Column
from .fields import Field
from .heads import Place
from .rows import Output, put
from .sheets import Region, Sheet
from .vocabulary import AMOUNTS, Vocabulary, item, meaning

_ABOUT = ("project", "department", "implementing_unit", "unit_code")
_MEASURES = {*AMOUNTS, "reported_execution_rate", "code"}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns beside the indicators: what each row is about, its money by role, its texts by section."""

    about: dict[str, Column]
    money: dict[str, Column]
    texts: dict[str, Column]


def split(sheet: Sheet, known: Vocabulary) -> list[tuple[Sheet, int | None]]:
    """A form for each project of the lists of a sheet, with its first row; the sheet as it is where it holds none."""
    found: list[tuple[Sheet, int | None]] = []
    lists = [one for one in sheet.regions if _is_list(sheet, columns(one, known))]
    for listed in lists:
        forms = list(_projects(sheet, listed, columns(listed, known)))
        bounds = [*(line for line, _ in forms[1:]), listed.last + 1]
        for (line, about), below in zip(forms, bounds, strict=True):
            only = replace(listed, first=line, last=below - 1, total=None)
            beside = [region for region in sheet.regions if not found and region not in lists]
            regions = tuple(sorted([*beside, only], key=lambda region: region.band.top))
            narrowed = replace(sheet, regions=regions, fields={**sheet.fields, **about})
            found.append((narrowed, line if found else None))
    return found or [(sheet, None)]


def _projects(sheet: Sheet, listed: Region, beside: Columns) -> Iterator[tuple[int, dict[str, Field]]]:
    """The first row of each project of a list and what it is about; its first row of all is the list's."""
    about: dict[str, Field] = {}
    first: int | None = None
    for line in range(listed.first, listed.last + 1):
        said = {role: one for role, column in beside.about.items() if (one := _said(sheet, column, line)) is not None}
        if any(role not in about or _shown(sheet, about[role]) != _shown(sheet, one) for role, one in said.items()):
            about = {**about, **said}
            yield listed.first if first is None else line, about
            first = line
    if first is None:
        yield listed.first, about


def columns(region: Region, known: Vocabulary) -> Columns:
    """The columns of a table of indicators that say nothing of an indicator."""
    found = Columns({}, {}, {})
    for column in region.band.columns if region.band.frame == "indicators" else ():
        if column.role is not None and column.role in {"level1", "level2", "level3", "target", "achieved", "weight"}:
            continue
        said = meaning(column.printed, known)
        role = known.headers["budget"].get(column.printed)
        if said and said[0] in _ABOUT:
            found.about.setdefault(said[0], column)
        elif column.role is None and role in _MEASURES:
            found.money.setdefault(str(role), column)
        elif column.role is None and column.printed in known.texts:
            found.texts.setdefault(known.texts[column.printed], column)
    return found


def _is_list(sheet: Sheet, beside: Columns) -> bool:
    """Whether projects, or departments where the head names none, stand in a column."""
    return "project" in beside.about or ("department" in beside.about and not {"project", "department"} & sheet.fields.keys())


def _said(sheet: Sheet, column: Column, line: int) -> Field | None:
    top, left, *_ = sheet.grid.span(line, column.first)
    if top != line or sheet.grid.cell(top, left).state == BLANK:
        return None
    return Field(column.cells[-1], (top, left))


def _shown(sheet: Sheet, field: Field) -> str | None:
    return values.shown(field.cell(sheet.grid))


def add(out: Output, sheet: Sheet, unit: str, known: Vocabulary) -> None:
    """The money and the texts of one project."""
    for region in sheet.regions:
        beside = columns(region, known)
        if not beside.about or ("project" not in sheet.fields and "department" not in sheet.fields):
            continue
        for line in range(region.first, region.last + 1):
            _add_money(out, sheet, region, beside, (line, unit))
            for section, column in beside.texts.items():
                top, left, *_ = sheet.grid.span(line, column.first)
                text = values.shown(sheet.grid.cell(top, left)) if top == line else None
                if text and not values.is_dash(text):
                    own = {"file": out.file, "sheet": sheet.grid.name, "cell": a1(top, left)}
                    out.records.add("texts", {**own, "section": section, "text": text})


def _add_money(out: Output, sheet: Sheet, region: Region, beside: Columns, where: tuple[int, str]) -> None:
    line, unit = where
    grid, plans = sheet.grid, not any(column.role == "achieved" for column in region.band.columns)
    name = sheet.fields.get("project") or sheet.fields["department"]
    row = out.row(grid, "budget", values.printed_label(_shown(sheet, name) or ""))
    for role, column in beside.money.items():
        top, left, *_ = grid.span(line, column.first)
        if top == line:
            own_unit = heads.unit([((0, 0), grid.text(*column.cells[-1]))], in_brackets=True)
            meant = "original_budget" if plans and role == "final_budget" else role
            put(row, meant, grid.cell(top, left), (top, left), own_unit[0] if own_unit else unit)
    if any(place & 15 >= VALUE for place in row.places.values()):
        cell: Place = name.spot
        own = {"file": out.file, "sheet": grid.name, "cell": a1(*cell), "table": region.title, "item": item(row.label)}
        out.records.add("budget", {**own, "item_label": row.label, **row.values}, row.places)
