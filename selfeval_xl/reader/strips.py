"""A few rows of a sheet, as far as their texts and merged cells go: what a header is read from.

The forms of a batch have the same headers at the same places. What is found out about a strip alone, by a function that
sees nothing else, can therefore be remembered and used again for the next workbook.
"""

from __future__ import annotations

from typing import NamedTuple

from .grid import Grid, Span


class Strip(NamedTuple):
    """The number of the first row, the texts and merged cells of the rows, and the texts that reach in from above."""

    top: int
    texts: tuple[tuple[str, ...], ...]
    merged: tuple[tuple[tuple[int, Span], ...], ...]
    from_above: tuple[tuple[int, int, str], ...]

    def grid(self) -> Grid:
        """A grid on which only these rows stand, at their addresses."""
        grid = Grid("", [*([] for _ in range(self.top)), *map(list, self.texts)])
        for row, column, text in self.from_above:
            grid.rows[row] += [""] * (column + 1 - len(grid.rows[row]))
            grid.rows[row][column] = text
        grid.take_merged({self.top + at: dict(spans) for at, spans in enumerate(self.merged)})
        return grid


def strip(grid: Grid, top: int, bottom: int) -> Strip:
    """The rows of a sheet from `top` to `bottom`, as far as there are any."""
    lines = range(top, bottom + 1)
    texts = tuple([tuple([value if isinstance(value, str) else "" for value in line]) for line in grid.rows[top : bottom + 1]])
    merged = tuple([tuple([(at, ending(grid, span)) for at, span in grid.merged(row).items()]) for row in lines])
    reaching = {span[:2]: None for row in merged for _, span in row if span[0] < top}
    return Strip(top, texts, merged, tuple([(*at, grid.text(*at)) for at in reaching]))


def ending(grid: Grid, span: Span) -> Span:
    """A merged cell as far as the sheet is filled: under the last header of a blank table it reaches below."""
    last = len(grid.rows) - 1
    return span if span[2] <= last else (*span[:2], last, span[3])
