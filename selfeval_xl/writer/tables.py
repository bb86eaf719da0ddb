"""What each sheet of the summary says, as plain data: rows of numbers, text and blanks, without any look.

Amounts are 万元 (exact to the 分), rates ratios, scores points; None is a blank cell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import pandas as pd

from selfeval_xl import numbers, specs
from selfeval_xl._version import __version__
from selfeval_xl.frames import Evaluations
from selfeval_xl.policies import policies
from selfeval_xl.words import words

from .absent import absent
from .departments import forms
from .looks import Column, Sheet, Summary, summary
from .rows import MAKERS, Maker

Cell = str | float | None
SHARED_WORDS = {"severity", "verdict", "status"}  # said on the console too


class Mark(NamedTuple):
    """How a row stands out: the depth of its name, whether it is a total, whether a new department begins."""

    indent: int = 0
    strong: bool = False
    first: bool = False


@dataclass(frozen=True)
class Table:
    """One sheet as plain data: lines under the title, a list of cells for each column, a mark for each row."""

    sheet: Sheet
    notes: tuple[str, ...]
    cells: tuple[list[Cell], ...]
    marks: list[Mark]
    index: tuple[int, ...] = ()
    """The label of each row in the frame that it came from."""
    owners: tuple[int, ...] = ()
    """The form that each row belongs to, -1 for none; the rows' labels where they have none of their own."""

    @property
    def depth(self) -> int:
        """Rows of the header."""
        return max(column.header.count("/") for column in self.sheet.columns) + 1

    @property
    def top(self) -> int:
        """Rows above the first data row: title, notes, header."""
        return 1 + len(self.notes) + self.depth

    def rows(self) -> list[tuple[Cell, ...]]:
        """The rows under the header."""
        return list(zip(*self.cells, strict=True))


def tables(evaluations: Evaluations, looks: Summary | None = None, roster: Sequence[str] = ()) -> list[Table]:
    """Every table of the summary, in order; `roster` has the names of all who should have sent."""
    looks = looks or summary()
    named = {policy.id: policy.name for policy in {**policies(), **evaluations.policies}.values()}
    looks = dataclasses.replace(looks, words={**looks.words, "policy": named})
    found = forms(evaluations, looks)
    states = {"budget": evaluations.states("budget"), "indicators": evaluations.states("indicators")}
    makers: Mapping[str, Maker] = {**MAKERS, "absent": partial(absent, roster=roster)}
    made = []
    for sheet in looks.sheets:
        if sheet.columns:
            rows = makers[sheet.rows](evaluations, found, looks)
            made.append(_table(sheet, _notes(sheet), rows, states.get(sheet.rows), looks))
    return made


# -- frames into cells ---------------------------------------------------------------------------------------------


def _table(sheet: Sheet, lines: tuple[str, ...], rows: pd.DataFrame, states: pd.DataFrame | None, looks: Summary) -> Table:
    table = Table(sheet, lines, (), [])
    if len(rows) > looks.row_limit - table.top:
        shown = looks.row_limit - table.top - 1
        lines = (*lines, looks.lines["too_many"].format(count=len(rows), shown=shown))
        rows = rows.iloc[:shown]
    cells = tuple(_cells(rows, column, states, looks) for column in sheet.columns)
    owners = rows.get("owner", rows.index)
    marks = [rows[name].tolist() if name in rows else [default] * len(rows) for name, default in Mark._field_defaults.items()]
    return Table(sheet, lines, cells, [Mark(*values) for values in zip(*marks, strict=True)], tuple(rows.index), tuple(owners))


def _cells(rows: pd.DataFrame, column: Column, states: pd.DataFrame | None, looks: Summary) -> list[Cell]:
    """One column as plain values: None where missing, — where its base is zero, a word where the cell was no number."""
    if "." in column.value and column.value not in rows:  # a component that no form of the batch has
        return [None] * len(rows)
    values = rows[column.value]
    style = looks.styles[column.style]
    if style.scale > 1:
        values = numbers.to_fen(values) / (100 * style.scale)
    cells: list[Cell] = values.astype(object).where(values.notna(), None).tolist()
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
