"""A sheet that is filled cell by cell, of the kinds of file that no library reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .cells import Grid
from .intake import check

_NUMERAL = re.compile(r"[+-]?(?:0|[1-9]\d{0,14})(?:\.\d+)?")


@dataclass(slots=True)
class Draft:
    """A grid that is filled cell by cell, within the limits, whatever a file claims about its size."""

    grid: Grid
    room: int = 0

    def put(self, row: int, column: int, value: Any) -> None:
        """Write one value. Raises RefusedError where the sheet reaches too far."""
        check("末行行号", row + 1)
        check("末列列号", column + 1)
        rows = self.grid.rows
        if row >= len(rows):
            rows.extend([] for _ in range(row + 1 - len(rows)))
        line = rows[row]
        if (missing := column + 1 - len(line)) > 0:
            self.room += missing
            check("单元格", self.room)
            line.extend([""] * missing)
        line[column] = value


def numeral(text: str) -> float | str:
    """A text as Excel takes it when it opens a text file: plain numerals are numbers, codes such as 02 stay text."""
    return float(text) if _NUMERAL.fullmatch(text) else text
