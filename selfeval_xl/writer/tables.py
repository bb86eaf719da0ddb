"""What each sheet of the summary says, as plain data: rows of numbers, text and blanks, without any look.

Amounts are 万元 (exact to the 分), rates ratios, scores points; None is a blank cell. A figure that has a formula in
summary.toml is a `Live` cell: the value that the rules computed, and the formula that gives it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

import pandas as pd

from selfeval_xl import numbers, specs
from selfeval_xl._version import __version__
from selfeval_xl.frames import Evaluations
from selfeval_xl.policies import policies
from selfeval_xl.words import words

from . import parameters
from .absent import absent
from .departments import forms
from .formulas import Live, plain
from .links import NOWHERE, Links, Targets, of_sheet
from .looks import Column, Sheet, Summary, summary
from .parameters import defined, used
from .places import Draft, Names, lively
from .rows import MAKERS, Maker

Cell = str | float | Live | None
SHARED_WORDS = {"severity", "verdict", "status"}  # said on the console too


class Mark(NamedTuple):
    """How a row stands out: the depth of its name, whether it is a total, whether a new department begins.

    A cell of it may hold a text that is too `long` for a row.
    """

    indent: int = 0
    strong: bool = False
    first: bool = False
    long: bool = False


@dataclass(frozen=True)
class Table:
    """One sheet as plain data: lines under the title, a list of cells for each column, a mark for each row.

    `names` are defined names and the areas that they stand for, `inputs` the cells that are for changing and what may be
    typed there, as xlsxwriter takes it.
    """

    sheet: Sheet
    notes: tuple[str, ...]
    cells: tuple[list[Cell], ...]
    marks: list[Mark]
    links: Links = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[tuple[int, int], Mapping[str, Any]] = field(default_factory=dict)
    index: tuple[int, ...] = ()
    """The label of each row in the frame that it came from."""
    owners: tuple[int, ...] = ()
    """The form that each row belongs to, -1 for none; the rows' labels where they have none of their own."""

    @cached_property
    def depth(self) -> int:
        """Rows of the header."""
        return max(column.header.count("/") for column in self.sheet.columns) + 1

    @cached_property
    def top(self) -> int:
        """Rows above the first data row: title, notes, header."""
        return 1 + len(self.notes) + self.depth

    @property
    def printed(self) -> int:
        """The last column that is printed, counted from 0."""
        return sum(column.printed for column in self.sheet.columns) - 1

    def rows(self) -> list[tuple[Cell, ...]]:
        """The rows under the header."""
        return list(zip(*self.cells, strict=True))

    @cached_property
    def shown(self) -> tuple[list[str | float | None], ...]:
        """The columns as they are shown: of a live cell its value."""
        return tuple([plain(cell) for cell in column] for column in self.cells)

    def values(self) -> list[tuple[str | float | None, ...]]:
        """The rows as they are shown."""
        return list(zip(*self.shown, strict=True))


def tables(
    evaluations: Evaluations, looks: Summary | None = None, targets: Targets = NOWHERE, roster: Sequence[str] = ()
) -> list[Table]:
    """Every table of the summary, in order, its reported figures linked to those of `targets` that they came from.

    `roster` has the names of all who should have sent.
    """
    looks = looks or summary()
    named = {policy.id: policy.name for policy in {**policies(), **evaluations.policies}.values()}
    looks = dataclasses.replace(looks, words={**looks.words, "policy": named})
    found = forms(evaluations, looks)
    states = {"budget": evaluations.states("budget"), "indicators": evaluations.states("indicators")}
    makers: Mapping[str, Maker] = {**MAKERS, "absent": partial(absent, roster=roster)}
    drafts, links = {}, {}
    for sheet in looks.sheets:
        if sheet.columns:
            rows = makers[sheet.rows](evaluations, found, looks)
            links[sheet.name], told = of_sheet(evaluations, sheet, rows, targets, looks)
            drafts[sheet.name] = _draft(sheet, (*_notes(sheet), *told), rows, looks)
    names = defined(used(evaluations), looks)
    made = [_table(draft, drafts, states.get(draft.sheet.rows), (looks, names)) for draft in drafts.values()]
    return [dataclasses.replace(table, links=links[table.sheet.name]) for table in made]


# -- frames into cells ---------------------------------------------------------------------------------------------


def _draft(sheet: Sheet, lines: tuple[str, ...], rows: pd.DataFrame, looks: Summary) -> Draft:
    """A sheet's rows, cut to what Excel holds, and where they begin."""
    top, cut = Table(sheet, lines, (), []).top, None
    if len(rows) > looks.row_limit - top:
        shown = looks.row_limit - top - 1
        lines = (*lines, looks.lines["too_many"].format(count=len(rows), shown=shown))
        cut = rows.get("owner", rows.index.to_series()).iloc[shown]
        rows, top = rows.iloc[:shown], top + 1
    return Draft(sheet, lines, rows, top, cut)


def _table(draft: Draft, drafts: Mapping[str, Draft], states: pd.DataFrame | None, known: tuple[Summary, Names]) -> Table:
    looks, names = known
    sheet, rows = draft.sheet, draft.rows
    cells = tuple(lively(column, _cells(rows, column, states, looks), draft, drafts, names) for column in sheet.columns)
    marks = [rows[name].tolist() if name in rows else [default] * len(rows) for name, default in Mark._field_defaults.items()]
    index, owners = tuple(rows.index), tuple(rows.get("owner", rows.index))
    table = Table(sheet, draft.lines, cells, [Mark(*values) for values in zip(*marks, strict=True)], index=index, owners=owners)
    return dataclasses.replace(table, **_inputs(draft, looks)) if sheet.rows == "parameters" else table


def _inputs(draft: Draft, looks: Summary) -> dict[str, Any]:
    """What the sheet of parameters has besides its cells: defined names, and what may be typed where."""
    first = draft.top + 1
    areas = parameters.areas(draft.rows, looks)
    names = {name: draft.area(column, first + low, first + high) for name, column, low, high in areas}
    at = [column.value for column in draft.sheet.columns].index("value")
    inputs = {(draft.top + row, at): parameters.validation(looks.setting(name)) for row, name in enumerate(draft.rows["setting"])}
    return {"names": names, "inputs": inputs}


def _cells(rows: pd.DataFrame, column: Column, states: pd.DataFrame | None, looks: Summary) -> list[str | float | None]:
    """One column as plain values: None where missing, — where its base is zero, a word where the cell was no number."""
    if "." in column.value and column.value not in rows:  # a component that no form of the batch has
        return [None] * len(rows)
    values = rows[column.value]
    style = looks.styles[column.style]
    if style.scale > 1:
        values = numbers.to_fen(values) / (100 * style.scale)
    cells: list[str | float | None] = values.astype(object).where(values.notna(), None).tolist()
    if column.words:
        said = _words(column.words, looks)
        return [cell if cell is None else "、".join(said.get(code, code) for code in str(cell).split(",")) for cell in cells]
    if column.base:
        zero = rows[column.base].to_numpy(float) == 0
        cells = [looks.words["zero_base"]["zero"] if cell is None and at else cell for cell, at in zip(cells, zero, strict=True)]
    if style.number and states is not None and column.value in states:
        told = looks.words["state"]
        read = states.loc[rows.index, column.value]
        cells = [told.get(state) if cell is None else cell for cell, state in zip(cells, read, strict=True)]
    return cells


def _words(name: str, looks: Summary) -> Mapping[str, str]:
    """The words for a list of codes; forms are known by the names that they give themselves."""
    own: dict[str, str] = {}
    if name == "form":
        own = {layout.id: layout.name for layout in specs.layouts().values()}
    if name == "sheet":
        own = {sheet.rows: sheet.name for sheet in looks.sheets}
    shared = dict(words(name)) if name in SHARED_WORDS else {}
    return own | shared | dict(looks.words.get(name, {}))


def _notes(sheet: Sheet) -> tuple[str, ...]:
    """The lines under a sheet's title: the question that it answers, and what to know when reading it."""
    return tuple(filter(None, (sheet.question, sheet.note.format(version=__version__))))
