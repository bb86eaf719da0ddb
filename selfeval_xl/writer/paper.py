"""How the sheets of the summary are printed and looked through."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from .looks import Summary
from .tables import Table

A4 = 9


def set_page(looks: Summary, sheet: Worksheet, table: Table) -> None:
    """Printing on A4 across, one page wide, title and header on every page; panes, filter."""
    page, last_row = looks.page, table.top + max(table.count, 1) - 1
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(page.left, page.right, page.top, page.bottom)
    sheet.set_footer(page.footer)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.print_area(0, 0, last_row, table.printed)
    sheet.repeat_rows(0, table.top - 1)
    sheet.freeze_panes(table.top, table.sheet.frozen)
    sheet.hide_gridlines(2)
    if table.count:
        sheet.autofilter(table.top - 1, 0, last_row, len(table.sheet.columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last_row + 1}"})
