"""What a table has beside its cells: links to and fro, bars and arrows beside its numbers, a name for its cells."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from selfeval_xl.frames import a1

from .book import Book
from .looks import Column
from .navigation import Ways, link
from .tables import Table
from .text import display_width

WHOLE = {"bar_solid": True, "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1, "bar_border_color": "#8C9BAD"}


def finish(book: Book, table: Table, ways: Ways) -> None:
    """Everything that a drawn table has beside its cells."""
    sheet = book.workbook.get_worksheet_by_name(table.sheet.name)
    _back(book, sheet, table, ways)
    if table.count:
        for at, column in enumerate(table.sheet.columns):
            _show(book, sheet, table, (at, column))
        area = (table.top, 0, table.top + table.count - 1, len(table.sheet.columns) - 1)
        book.workbook.define_name(f"数据_{table.sheet.name}", f"='{table.sheet.name}'!{_absolute(area)}")


def _back(book: Book, sheet: Any, table: Table, ways: Ways) -> None:
    """The way back to the cover, beside the title."""
    target = ways.top("cover") or ways.top("dossiers")
    if target is None:
        return
    looks = book.looks
    title = display_width(table.sheet.title) * looks.styles["title"].size * 2 / 3 / 7 + 2
    ends = list(accumulate(column.width for column in table.sheet.columns))
    at = next((at for at, end in enumerate(ends, 1) if end >= title), len(ends))
    words = looks.lines["back" if ways.top("cover") else "back_page"]
    sheet.write_url(0, at, target, book.format("link"), words)


def inner(table: Table, ways: Ways, pages: Mapping[int, tuple[str, int]]) -> dict[int, list[str | None]]:
    """Where the cells of its columns lead in the workbook, row by row."""
    found: dict[int, list[str | None]] = {}
    for at, column in enumerate(table.sheet.columns):
        if column.link == "dossiers":
            places = [pages.get(number) for number in ways.groups_of(table)]
            found[at] = [None if place is None else link(*place) for place in places]
        elif column.link == "rows":
            seen = ways.seen.reindex(table.index)
            kinds = zip(seen["kind"], seen["label"], strict=True)
            found[at] = [ways.row(kind, label) if isinstance(kind, str) else None for kind, label in kinds]
    return found


def _show(book: Book, sheet: Any, table: Table, which: tuple[int, Column]) -> None:
    """Bars up to 100%, or arrows up, level and down; the number stands beside them."""
    at, column = which
    area = (table.top, at, table.top + table.count - 1, at)
    if column.show == "bar":
        sheet.conditional_format(*area, {"type": "data_bar", "bar_color": book.looks.palette["bar"], **WHOLE})
    elif column.show == "arrows":
        levels = [{"criteria": ">", "type": "number", "value": 0}, {"criteria": ">=", "type": "number", "value": 0}]
        sheet.conditional_format(*area, {"type": "icon_set", "icon_style": "3_arrows_gray", "icons": levels})


def _absolute(area: tuple[int, int, int, int]) -> str:
    first, last = a1(area[0], area[1]), a1(area[2], area[3])
    parts = [f"${cell.rstrip('0123456789')}${cell[len(cell.rstrip('0123456789')) :]}" for cell in (first, last)]
    return ":".join(parts)
