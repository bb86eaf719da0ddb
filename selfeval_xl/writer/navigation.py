"""The ways through the summary: from a name to the page of its department, from a finding to the row that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from selfeval_xl.frames import Evaluations, a1

from .departments import groups
from .formulas import Live, plain
from .looks import Summary
from .seen import seen_at
from .tables import Cell, Table


class Figure(NamedTuple):
    """A value that stands elsewhere in the summary, and the formula that fetches it from there."""

    value: Cell
    formula: str = ""


@dataclass(frozen=True)
class Held:
    """Some rows of a table, counted from 0, and the cells of its columns there, which are made once."""

    table: Table
    rows: Sequence[int]
    columns: dict[int, list[Cell]] = field(default_factory=dict)

    @cached_property
    def where(self) -> dict[int, int]:
        """Where among them each row is."""
        return {row: at for at, row in enumerate(self.rows)}

    def cell(self, row: int, column: int) -> Cell:
        """What stands in a column of one of the rows."""
        if column not in self.columns:
            some = self.table.draft.some(np.array(self.rows, dtype=np.int64) - self.table.top)
            self.columns[column] = self.table.column(column, some)
        return self.columns[column][self.where[row]]


@dataclass(frozen=True)
class Ways:
    """Where everything stands.

    `tables` are by what their rows are, `held` has those of their rows whose cells are looked up again and again. `group` is
    the department of each form, `seen` the row that each finding is about.
    """

    looks: Summary
    tables: Mapping[str, Table]
    seen: pd.DataFrame
    group: pd.Series
    held: Mapping[str, Held] = field(default_factory=dict)

    @property
    def departments(self) -> int:
        """How many departments and years there are."""
        return int(self.group[self.group >= 0].nunique())

    def sheet(self, rows: str) -> str:
        """The name of the sheet that lists these rows; blank where the workbook has none."""
        return next((sheet.name for sheet in self.looks.sheets if sheet.rows == rows), "")

    def top(self, rows: str) -> str | None:
        """A link to the top of a sheet."""
        name = self.sheet(rows)
        return link(name, 0) if name else None

    def row(self, rows: str, label: int | None) -> str | None:
        """A link to the row of a label; None where there is none."""
        table = self.tables.get(rows)
        if label is None or pd.isna(label) or table is None or int(label) not in table.index:
            return None
        return link(self.sheet(rows), table.top + int(table.index.get_loc(int(label))))  # type: ignore[arg-type]  # no label stands twice

    def at(self, rows: str, row: int) -> str:
        """A link to a row of a sheet, counted from 0."""
        return link(self.sheet(rows), row)

    def figure(self, rows: str, row: int | None, column: str, *, blank: bool = False) -> Figure:
        """What stands in a column of a row, with a reference to it; nothing where there is no such row.

        A blank is without reference, unless `blank` asks for one where a changed parameter may fill it. A chart must not: it
        draws an empty text as zero.
        """
        if row is None:
            return Figure(None)
        draft = self.tables[rows].draft
        cell = (self.held.get(rows) or Held(self.tables[rows], [row])).cell(row, draft.places[column])
        value = plain(cell)
        if value is None and not (blank and isinstance(cell, Live)):
            return Figure(None)
        place = f"'{draft.sheet.name}'!{draft.letters[column]}{row + 1}"
        return Figure(value, f"={place}" if value is not None else f'=IF({place}="","",{place})')

    def holding(self, rows: Mapping[str, Iterable[int]]) -> Ways:
        """The same, with the cells of these rows of each table at hand."""
        return replace(self, held={name: Held(self.tables[name], list(some)) for name, some in rows.items()})

    def groups_of(self, table: Table) -> list[int]:
        """The department of each row of a table, -1 for none."""
        found: list[int] = self.group.reindex(table.draft.owners).fillna(-1).astype(int).tolist()
        return found

    def by_group(self, rows: str, wanted: pd.Series | None = None) -> dict[int, list[int]]:
        """The rows of a sheet, counted from 0, by the department that they belong to; only those whose labels are `wanted`."""
        table = self.tables.get(rows)
        if table is None:
            return {}
        numbers = np.array(self.groups_of(table), dtype=np.int64)
        kept = numbers >= 0 if wanted is None else (numbers >= 0) & wanted.reindex(table.index).to_numpy()
        made: dict[int, list[int]] = {}
        for row, number in zip((np.flatnonzero(kept) + table.top).tolist(), numbers[kept].tolist(), strict=True):
            made.setdefault(number, []).append(row)
        return made

    def column(self, rows: str, column: str) -> int:
        """The number of a column of a sheet, from 0."""
        return self.tables[rows].draft.places[column]

    def area(self, rows: str, column: str) -> str:
        """The cells of a column as formulas name them: '排名'!$F$7:$F$86."""
        table, at = self.tables[rows], self.column(rows, column)
        first, last = a1(table.top, at), a1(table.top + max(table.count, 1) - 1, at)
        letters = first.rstrip("0123456789")
        return f"'{table.sheet.name}'!${letters}${first[len(letters) :]}:${letters}${last[len(letters) :]}"


def link(sheet: str, row: int) -> str:
    """A link within the workbook to the first cell of a row."""
    return f"internal:'{sheet}'!A{row + 1}"


def ways(evaluations: Evaluations, found: pd.DataFrame, made: Iterable[Table], looks: Summary) -> Ways:
    """The ways through these tables."""
    by_rows: dict[str, Any] = {table.sheet.rows: table for table in made}
    return Ways(looks, by_rows, seen_at(evaluations), groups(found))
