"""The ways through the summary: from a name to the page of its department, from a finding to the row that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from selfeval_xl.frames import Evaluations, a1

from .departments import groups
from .formulas import Live
from .looks import Summary
from .seen import seen_at
from .tables import Cell, Table


class Figure(NamedTuple):
    """A value that stands elsewhere in the summary, and the formula that fetches it from there."""

    value: Cell
    formula: str = ""


@dataclass(frozen=True)
class Ways:
    """Where everything stands.

    `tables` are by what their rows are, `rows` has the row counted from 0 of each label. `group` is the department of each
    form, `seen` the row that each finding is about.
    """

    looks: Summary
    tables: Mapping[str, Table]
    rows: Mapping[str, Mapping[int, int]]
    seen: pd.DataFrame
    group: pd.Series

    def sheet(self, rows: str) -> str:
        """The name of the sheet that lists these rows; blank where the workbook has none."""
        return next((sheet.name for sheet in self.looks.sheets if sheet.rows == rows), "")

    def top(self, rows: str) -> str | None:
        """A link to the top of a sheet."""
        name = self.sheet(rows)
        return link(name, 0) if name else None

    def row(self, rows: str, label: int | None) -> str | None:
        """A link to the row of a label; None where there is none."""
        found = None if label is None or pd.isna(label) else self.rows.get(rows, {}).get(int(label))
        return None if found is None else link(self.sheet(rows), found)

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
        table = self.tables[rows]
        at = self.column(rows, column)
        value, place = table.shown[at][row - table.top], f"'{table.sheet.name}'!{a1(row, at)}"
        if value is not None:
            return Figure(value, f"={place}")
        alive = blank and isinstance(table.cells[at][row - table.top], Live)
        return Figure(None, f'=IF({place}="","",{place})' if alive else "")

    def by_group(self, rows: str, wanted: Iterable[int] | None = None) -> dict[int, list[int]]:
        """The rows of a sheet, counted from 0, by the department that they belong to; only those of the labels `wanted`."""
        table = self.tables.get(rows)
        if table is None:
            return {}
        kept = None if wanted is None else set(wanted)
        numbers = self.group.reindex(list(table.owners)).fillna(-1).astype(int).tolist()
        made: dict[int, list[int]] = {}
        for row, (label, number) in enumerate(zip(table.index, numbers, strict=True), table.top):
            if number >= 0 and (kept is None or label in kept):
                made.setdefault(number, []).append(row)
        return made

    def column(self, rows: str, column: str) -> int:
        """The number of a column of a sheet, from 0."""
        return [each.value for each in self.tables[rows].sheet.columns].index(column)

    def area(self, rows: str, column: str) -> str:
        """The cells of a column as formulas name them: '排名'!$F$7:$F$86."""
        table, at = self.tables[rows], self.column(rows, column)
        first, last = a1(table.top, at), a1(table.top + max(len(table.marks), 1) - 1, at)
        letters = first.rstrip("0123456789")
        return f"'{table.sheet.name}'!${letters}${first[len(letters) :]}:${letters}${last[len(letters) :]}"


def link(sheet: str, row: int) -> str:
    """A link within the workbook to the first cell of a row."""
    return f"internal:'{sheet}'!A{row + 1}"


def ways(evaluations: Evaluations, found: pd.DataFrame, made: Iterable[Table], looks: Summary) -> Ways:
    """The ways through these tables."""
    by_rows: dict[str, Any] = {table.sheet.rows: table for table in made}
    rows = {name: {label: at for at, label in enumerate(table.index, table.top)} for name, table in by_rows.items()}
    return Ways(looks, by_rows, rows, seen_at(evaluations), groups(found))
