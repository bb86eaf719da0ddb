"""A sheet as a person sees it, as plain data: what the preview draws, whatever kind of file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Span = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged range, counted from 0, inclusive."""


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of one file, rows and columns counted from 0.

    `height` and `width` reach to the last cell that shows anything; what follows covers only as much as is to be seen.
    `texts` is what each cell shows, row by row, "" where it is blank or covered by a merged cell; `numbers` has the value
    of those that hold one, `percents` those of them that are shown as a percentage.
    """

    file: str
    sheet: str
    height: int
    width: int
    texts: tuple[tuple[str, ...], ...]
    numbers: Mapping[tuple[int, int], float]
    percents: frozenset[tuple[int, int]] = frozenset()
    merges: tuple[Span, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def text(self, row: int, column: int) -> str:
        """What a cell shows, "" beyond the sheet's end."""
        line = self.texts[row] if row < len(self.texts) else ()
        return line[column] if column < len(line) else ""
