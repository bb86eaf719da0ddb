"""Texts that need a higher row than Excel has: whole in their cell, and printed in full under the table."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from selfeval_xl.frames import a1

from .book import Book
from .row_sheet import RowSheet
from .tables import Table
from .text import clean, pieces, row_height

LINES = 12
"""Lines of a row under the table: few enough for pages to be filled."""
Place = tuple[int, int]


def draw_long(book: Book, sheet: RowSheet, table: Table, widths: list[float], long: Mapping[str, Place]) -> array[float]:
    """Every text in full under the table, over its whole width, on as many rows as it needs; gives the heights of the rows.

    Each is named by the first cell that holds it. As many as the looks allow and Excel has rows for.
    """
    looks, heights, row = book.looks, array("d"), table.top + table.count
    style, last = looks.styles["small"], table.printed
    room, size = sum(widths[1 : last + 1]) - 2, style.size or looks.size
    name, body = book.number("center"), book.number("small")
    for text, (at, column) in list(long.items())[: looks.most_long]:
        for part, piece in enumerate(pieces(clean(text), room, size, LINES)):
            if row >= looks.row_limit:
                return heights
            where = a1(at, column) if part == 0 else looks.lines["long_on"]
            sheet.merge_row(row, 1, last)
            heights.append(row_height([piece], [room], size))
            sheet.add_row(row, heights[-1], [where, piece, *[None] * (last - 1)], [name, *[body] * last])
            row += 1
    return heights


def notice(book: Book, sheet: RowSheet, table: Table, widths: list[float], long: Mapping[str, Place]) -> None:
    """Beside the title, on every printed page: how many texts stand in full under the table, and where."""
    line = book.looks.lines["long" if len(long) <= book.looks.most_long else "long_some"]
    words = line.format(count=len(long), shown=book.looks.most_long, row=table.top + table.count + 1)
    room, at = book.looks.notice_from, 0
    while room > 0 and at < table.printed:
        room -= widths[at]
        at += 1
    sheet.write_string(0, at, words, book.format("note"))
