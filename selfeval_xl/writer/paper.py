"""How the sheets of the summary are printed and looked through, and where their pages end."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from xlsxwriter.worksheet import Worksheet

from .looks import Page, Summary
from .tables import Table

A4 = 9
WIDE, HIGH = 841.89, 595.28
"""Points of a page of A4 across."""
_PIXEL = 0.75  # points
_UNIT, _PADDING = 7, 5  # pixels of one unit of column width, and of the space beside it


@dataclass(frozen=True)
class Drawn:
    """What was drawn on a sheet, by which its pages are made up.

    Widths of the columns that are printed, the height of title and header, the heights of the rows under them in points, and
    which of those rows begin a block that should stay together.
    """

    widths: Sequence[float]
    head: float
    heights: array[float]
    starts: Sequence[int]


def set_page(looks: Summary, sheet: Worksheet, table: Table, drawn: Drawn) -> None:
    """Printing on A4 across, one page wide, title and header on every page; panes, filter."""
    page, last_row = looks.page, table.top + max(table.count, 1) - 1
    room = room_of(page, drawn)
    whole = sum(drawn.heights)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(page.left, page.right, page.top, page.bottom)
    sheet.set_footer(page.footer)
    sheet.fit_to_pages(1, 1 if room < whole <= room / page.least_shrink else 0)
    sheet.set_h_pagebreaks([table.top + at for at in breaks(page, drawn, room)] if whole > room / page.least_shrink else [])
    sheet.center_horizontally()
    sheet.print_area(0, 0, table.top + max(len(drawn.heights), 1) - 1, table.printed)
    sheet.repeat_rows(0, table.top - 1)
    sheet.freeze_panes(table.top, table.sheet.frozen)
    sheet.hide_gridlines(2)
    if table.count:
        sheet.autofilter(table.top - 1, 0, last_row, len(table.sheet.columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last_row + 1}"})


def room_of(page: Page, drawn: Drawn) -> float:
    """Points of rows that a page holds under title and header, on the safe side; at the scale at which all columns fit."""
    wide = sum(int(width * _UNIT + _PADDING) for width in drawn.widths) * _PIXEL
    scale = min(1.0, int((WIDE - (page.left + page.right) * 72) / wide * 100) / 100)
    return (HIGH - (page.top + page.bottom) * 72) * page.filled / scale - drawn.head


def breaks(page: Page, drawn: Drawn, room: float) -> list[int]:
    """The rows before which a page begins, counted from the first under the header.

    A block stays whole where at most `most_empty` of a page stays empty for it. A larger one goes on on the next page, at least
    `least_rows` of it on either; header and department stand on both.
    """
    ends = np.fromiter(accumulate(drawn.heights), float, len(drawn.heights))
    starts = np.asarray([*drawn.starts, len(ends)])
    top, before, found = 0, 0.0, list[int]()
    while top + 1 < len(ends) and len(found) < page.most_breaks:
        last = int(np.searchsorted(ends, before + room, "right"))
        if last == len(ends):
            break
        at = int(np.searchsorted(starts, last, "right"))
        block, end = int(starts[at - 1]), int(starts[at])
        if block <= top or ends[block - 1] - before < room * (1 - page.most_empty):  # too much would stay empty
            last = min(last, end - page.least_rows)
            block = block if block > top and last - block < page.least_rows else last
        top = max(block, top + 1)
        before = float(ends[top - 1])
        found.append(top)
    return found
