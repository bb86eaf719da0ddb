"""The rows of a table drawn: what each cell holds, how it looks, where it leads.

Text that a department typed is written as text, never as a formula or a link.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

from . import links
from .book import Book, indent, toned
from .formulas import plain
from .links import Link
from .looks import Column, Style, Summary
from .row_sheet import RowSheet
from .tables import Cell, Mark, Table
from .text import HIGHEST, clean, lines, most_lines, row_height

INDENT = 1.3  # units of column width that one step of indent takes
LOWEST = 19.0  # points of a row of one line
MOST_INNER = 65_000
"""Links to places in the workbook itself that are drawn on one sheet."""
At = tuple[int, int]
Inner = Mapping[int, Sequence[str | None]]
"""Where cells lead in the workbook itself: for each column that has such links, one for each row."""
Leads = tuple[str | None, Link | None]
"""Where one cell leads in the workbook itself, and in the files."""


@dataclass(frozen=True)
class _Looks:
    """How a row with a mark looks: the number of the format of each cell, and the room that wrapped texts find."""

    numbers: list[int]
    rooms: list[tuple[int, float]]

    def height(self, cells: Sequence[Cell], size: float) -> float:
        """Points that a row needs."""
        found = [(text, room) for at, room in self.rooms if isinstance(text := plain(cells[at]), str)]
        return max(row_height([text for text, _ in found], [room for _, room in found], size), LOWEST)

    def too_long(self, cells: Sequence[Cell], size: float) -> Iterator[tuple[int, str]]:
        """The texts of a row that need more lines than a row can have, each with its column."""
        for at, room in self.rooms:
            if isinstance(text := plain(cells[at]), str) and lines(text, room, size) > most_lines(size):
                yield at, text

    def changed(self, numbers: Mapping[int, int]) -> list[int]:
        """The formats of a row some of whose cells have others."""
        return [numbers.get(at, number) for at, number in enumerate(self.numbers)] if numbers else self.numbers


def draw_rows(book: Book, sheet: RowSheet, table: Table, widths: list[float], inner: Inner) -> tuple[array[float], dict[str, At]]:
    """The rows, each high enough for its longest wrapped text; words that stand for a number in their colour.

    Gives their heights in points, and each text that is too long for a row with the first cell that holds it. Such a cell
    shows its beginning.
    """
    looks, columns = book.looks, table.sheet.columns
    styles = [looks.styles[column.style] for column in columns]
    coloured = [at for at, column in enumerate(columns) if toned(looks, column.style)]
    linked = sorted({*table.links, *inner})
    room = min(MOST_INNER, links.MOST - 1 - links.count(table.links))  # the way back to the cover is one too
    found: dict[Mark, _Looks] = {}
    heights, long = array("d"), dict[str, At]()
    for row, (mark, cells, leads) in enumerate(_rows(table, linked, inner), table.top):
        if mark not in found:
            found[mark] = _looks(book, columns, widths, mark)
        numbers = dict[int, int]()
        for column in coloured:
            if isinstance(cell := cells[column], str) and cell in looks.tones:
                numbers[column] = book.number(columns[column].style, looks.tones[cell], _marked(styles[column], mark))
        for column, link in _links(looks, columns, cells, dict(zip(linked, leads, strict=True)), inside=room >= len(inner)):
            sheet.add_link(row, column, link, cells[column])
            if isinstance(link, str):
                numbers[column] = book.number(f"{columns[column].style}_link", "", mark._replace(indent=0))
                room -= 1
        heights.append(found[mark].height(cells, looks.size))
        if heights[-1] == HIGHEST:
            for column, text in found[mark].too_long(cells, looks.size):
                long.setdefault(text, (row, column))
                numbers[column] = book.number(columns[column].style, "", _marked(styles[column], mark)._replace(long=True))
        sheet.add_row(row, heights[-1], cells, found[mark].changed(numbers))
    return heights, long


def _rows(table: Table, linked: list[int], inner: Inner) -> Iterator[tuple[Mark, tuple[Cell, ...], tuple[Leads, ...]]]:
    """Each row: its mark, its cells, and where those of the linked columns lead."""
    first = 0
    for some in table.draft.parts():
        rows, nowhere = slice(first, first + len(some.rows)), [None] * len(some.rows)
        first += len(some.rows)
        leads = [
            zip(
                inner[at][rows] if at in inner else nowhere,
                table.links[at].of(rows) if at in table.links else nowhere,
                strict=True,
            )
            for at in linked
        ]
        across = zip(*leads, strict=True) if leads else repeat(())
        yield from zip(table.marked(some), zip(*table.columns(some), strict=True), across, strict=False)


def _links(
    looks: Summary, columns: Sequence[Column], cells: Sequence[Cell], leads: Mapping[int, Leads], *, inside: bool
) -> Iterator[tuple[int, Link | str]]:
    """The links of one row, those in the workbook itself only where told: none where nothing is shown, or a long text."""
    for column, (here, there) in leads.items():
        cell = cells[column]
        to = here if inside and here is not None and isinstance(cell, str) else there
        if to is not None and cell is not None and (not isinstance(cell, str) or one_line(looks, columns[column], cell)):
            yield column, to


def _looks(book: Book, columns: Sequence[Column], widths: list[float], mark: Mark) -> _Looks:
    size = book.looks.size
    styles = [book.looks.styles[column.style] for column in columns]
    numbers = [book.number(column.style, "", _marked(style, mark)) for column, style in zip(columns, styles, strict=True)]
    rooms = [
        (at, (width - indent(style, mark) * INDENT) * (size / (style.size or size)))  # smaller text finds more room
        for at, (style, width) in enumerate(zip(styles, widths, strict=True))
        if style.wrap
    ]
    return _Looks(numbers, rooms)


def _marked(style: Style, mark: Mark) -> Mark:
    return mark if style.stepped else mark._replace(indent=0)


def one_line(looks: Summary, column: Column, text: str) -> bool:
    """Whether a text stands on one line: LibreOffice does not wrap the text of a link, and a cut text is worse than no link."""
    style = looks.styles[column.style]
    return lines(clean(text), column.width - style.indent * INDENT, style.size or looks.size) == 1
