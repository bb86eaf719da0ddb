"""Where everything of the summary stands, so that a formula of one sheet can point at a cell of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from selfeval_xl.frames import a1

from .formulas import ROW, Live, Reference, filled, references
from .looks import Column, Sheet

Plain = str | float | None
Names = Mapping[str, Mapping[str, str]]
"""The defined name of each parameter, by policy."""


@dataclass(frozen=True)
class Draft:
    """A sheet before its cells are written: the lines under its title, its rows, and how many rows stand above them.

    A row's key is its label in `rows`; its form is `owner`, or the key itself where each row is a form. `cut` is the form of
    the first row that Excel has no room for: neither its rows nor a whole column are all there.
    """

    sheet: Sheet
    lines: tuple[str, ...]
    rows: pd.DataFrame
    top: int
    cut: object = None

    @cached_property
    def letters(self) -> dict[str, str]:
        """The letters of each column by what stands in it."""
        return {column.value: a1(0, at)[:-1] for at, column in reversed(list(enumerate(self.sheet.columns)))}

    @cached_property
    def keys(self) -> dict[object, int]:
        """The number of the row with each key."""
        return {key: row for row, key in enumerate(self.rows.index.tolist(), self.top + 1)}

    @cached_property
    def owners(self) -> list[object]:
        """The form that each row belongs to."""
        return pd.Series(self.rows.get("owner", self.rows.index)).tolist()

    @cached_property
    def spans(self) -> dict[object, tuple[int, int] | None]:
        """First and last row of each form; none where they do not stand together."""
        at = pd.Series(np.arange(self.top + 1, self.top + 1 + len(self.rows))).groupby(np.array(self.owners, object))
        found = pd.DataFrame({"first": at.min(), "last": at.max(), "count": at.count()})
        return {
            owner: (first, last) if last - first + 1 == count and owner != self.cut else None
            for owner, first, last, count in found.itertuples(name=None)
        }

    def address(self, name: str, row: int) -> str:
        """A cell as another sheet refers to it."""
        return f"'{self.sheet.name}'!${self.letters[name]}${row}"

    def area(self, name: str, first: int, last: int) -> str:
        """Cells of a column as another sheet refers to them."""
        return f"{self.address(name, first)}:${self.letters[name]}${last}"


def lively(column: Column, cells: Sequence[Plain], home: Draft, drafts: Mapping[str, Draft], names: Names) -> list[Plain | Live]:
    """The cells of a column with their formulas; one whose formula would point at nothing stays a value."""
    if not column.templates() or not len(home.rows):
        return _kept_once(cells)
    codes = home.rows[column.by].tolist() if column.by in home.rows else [None] * len(cells)
    ruled = home.rows["policy"].tolist() if "policy" in home.rows else [None] * len(cells)
    ready: dict[tuple[str, object], str | None] = {}
    made: list[Plain | Live] = []
    for at, (cell, code, policy) in enumerate(zip(cells, codes, ruled, strict=True)):
        template = column.formulas.get(str(code), column.formula)
        formula = None
        if template and (cell is not None or str(code) in column.formulas):
            key = (template, policy)
            if key not in ready:
                ready[key] = _here(template, home, names.get(str(policy), {}))
            formula = ready[key]
            if formula is None:
                formula = _elsewhere(template, (at, home), drafts, names.get(str(policy), {}))
        made.append(Live(cell, formula, home.top + 1 + at if ROW in formula else 0) if formula else cell)
    return made


def _kept_once(cells: Sequence[Plain]) -> list[Plain | Live]:
    """The cells of a column, each text kept in memory once: the name of a department stands in a hundred rows."""
    known: dict[str, str] = {}
    return [known.setdefault(cell, cell) if isinstance(cell, str) else cell for cell in cells]


def _here(template: str, home: Draft, names: Mapping[str, str]) -> str | None:
    """A template that only looks along its own row, for every row of one policy; missing where it looks elsewhere."""
    cells = {}
    for piece in references(template):
        if isinstance(piece, Reference):
            if piece.sheet or piece.span:
                return None
            cells[piece] = home.letters[piece.name] + ROW
        elif piece.name not in names:
            return None
    return filled(template, cells, names)


def _elsewhere(template: str, where: tuple[int, Draft], drafts: Mapping[str, Draft], names: Mapping[str, str]) -> str | None:
    """A template for one row; missing where there is nothing to point at."""
    at, home = where
    cells: dict[Reference, str] = {}
    for piece in references(template):
        if not isinstance(piece, Reference):
            if piece.name not in names:
                return None
            continue
        found = _cell(piece, at, home, drafts)
        if found is None:
            return None
        cells[piece] = found
    return filled(template, cells, names)


def _cell(piece: Reference, at: int, home: Draft, drafts: Mapping[str, Draft]) -> str | None:
    """The address that a reference means in one row."""
    if not piece.sheet and not piece.span:
        return home.letters[piece.name] + ROW
    there = drafts.get(piece.sheet or home.sheet.name)
    if there is None:  # the workbook of one department has not every sheet
        return None
    if piece.span == "::":
        whole = len(there.rows) > 0 and there.cut is None
        return there.area(piece.name, there.top + 1, there.top + len(there.rows)) if whole else None
    if piece.span == ":":
        span = there.spans.get(home.owners[at])
        return there.area(piece.name, *span) if span else None
    row = there.keys.get(home.rows[piece.key].iloc[at] if piece.key else home.owners[at])
    return there.address(piece.name, row) if row else None
