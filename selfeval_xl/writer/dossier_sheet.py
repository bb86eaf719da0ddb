"""The pages of the departments drawn: an index, then a page of A4 for each, on as many sheets as they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .book import Book, tone
from .dossier import Dossier
from .formulas import Live, plain
from .looks import Sheet, Summary
from .navigation import Figure, Ways, link
from .paper import A4
from .row_sheet import NO_CELL, RowSheet
from .row_sheet import Cell as Value
from .text import BOLDER, clean, fitted, lines

LONGEST = 40
"""Half-widths of a name that the index has room for, with its year."""


def placed(part: Sequence[Dossier], name: str, looks: Summary) -> dict[int, tuple[str, int]]:
    """The sheet and the row, counted from 0, where the page of each department begins."""
    found: dict[int, tuple[str, int]] = {}
    row = _index_height(part, looks)
    for page in part:
        found[page.group] = (name, row)
        row += len(page.lines)
    return found


def sheet_names(sheet: Sheet, ways: Ways) -> list[str]:
    """部门页, 部门页2 and so on, as many as all pages need; one at least."""
    count = -(-ways.departments // ways.looks.dossier.most_pages)
    return [sheet.name, *(f"{sheet.name}{at}" for at in range(2, count + 1))]


def _index_height(part: Sequence[Dossier], looks: Summary) -> int:
    """Rows of the index: title, question, a header on each of its pages, one for each page; none where there is one only."""
    return 2 + _index_pages(part, looks) + len(part) if len(part) > 1 else 0


def _index_pages(part: Sequence[Dossier], looks: Summary) -> int:
    return -(-len(part) // looks.dossier.index_rows)


def draw_dossiers(book: Book, sheet: Sheet, parts: Iterable[Sequence[Dossier]], ways: Ways) -> dict[int, tuple[str, int]]:
    """Every sheet of pages, one after another; gives the place where each page begins."""
    everywhere: dict[int, tuple[str, int]] = {}
    for name, part in zip(sheet_names(sheet, ways), parts, strict=True):
        made = book.workbook.get_worksheet_by_name(name)
        _page_setup(book, made)
        places = placed(part, name, book.looks)
        everywhere |= places
        if not part:
            made.write_string(0, 0, sheet.empty, book.format("empty"))
            continue
        breaks = _index(book, made, sheet, part, places) if len(part) > 1 else []
        row = _index_height(part, book.looks)
        for page in part:
            if row:
                breaks.append(row)
            _draw(book, made, page, row)
            row += len(page.lines)
        made.set_h_pagebreaks(breaks)
        made.print_area(0, 0, row - 1, len(book.looks.dossier.widths) - 1)
        made.ignore_errors({"number_stored_as_text": f"A1:XFD{row}"})
    return everywhere


def _page_setup(book: Book, sheet: Any) -> None:
    looks, page = book.looks.dossier, book.looks.page
    for at, width in enumerate(looks.widths):
        sheet.set_column(at, at, width)
    sheet.set_portrait()
    sheet.set_paper(A4)
    sheet.set_margins(page.left, page.right, page.top, page.bottom)
    sheet.set_footer(page.footer)
    sheet.set_print_scale(looks.scale)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)


def _index(book: Book, made: RowSheet, sheet: Sheet, part: Sequence[Dossier], places: dict[int, tuple[str, int]]) -> list[int]:
    """The index of a sheet; gives the rows before which a page begins."""
    looks = book.looks.dossier
    styles = ("points", "tag", "count", "count")
    years = {page.head[1].value for page in part}
    made.set_row(0, looks.title_height)
    made.write_string(0, 0, sheet.title, book.format("title"))
    made.set_row(1, looks.row)
    made.write_string(1, 0, sheet.question, book.format("note"))
    count, breaks, row = _index_pages(part, book.looks), list[int](), 2
    each = -(-len(part) // count)  # no page of the index has but a few names
    for at, page in enumerate(part):
        if at % each == 0:
            breaks += [row] if at else []
            head = [text or None for text in looks.index.header]
            made.add_row(row, looks.row, head, [book.number("header")] * len(head))
            made.merge_row(row, 0, 1)
            row += 1
        called, year, *figures = page.head
        text = fitted(clean(str(called.value)), LONGEST)
        if len(years) > 1 and year.value is not None:
            text = looks.words["of_year"].format(name=text, year=year.value)
        cells = [_cell(book, figure, style) for figure, style in zip((*figures, Figure(count + at + 1)), styles, strict=True)]
        name = book.number("name_link")
        made.add_link(row, 0, link(*places[page.group]), text)
        made.add_row(row, looks.row, *zip((text, name), (None, name), *cells, strict=True))
        made.merge_row(row, 0, 1)
        row += 1
    return breaks


def _draw(book: Book, made: RowSheet, page: Dossier, top: int) -> None:
    last = len(book.looks.dossier.widths) - 1
    for row, line in enumerate(page.lines, top):
        cells = [_cell(book, figure, style) for figure, style in zip(line.cells, line.styles, strict=True)]
        if line.kind in {"wide", "text"}:  # over all columns, or all but the last
            wide = last if line.kind == "wide" else last + 1
            text, look = str(line.cells[0].value), book.number(line.styles[0])
            cells = [(text, look), *[(None, look)] * (wide - 1), *cells[1:]]
            made.merge_row(row, 0, wide - 1)
        if line.kind == "title" and _too_wide(book.looks, str(line.cells[0].value)):
            cells = [_cell(book, line.cells[0], "long_title")]
            made.merge_row(row, 0, last - 1)
        if line.link and line.kind in {"title", "section"}:
            words = book.looks.lines["to_ranking" if line.kind == "title" else "to_sheet"]
            cells = [*cells[:last], *[(None, NO_CELL)] * (last - len(cells)), (words, book.number("link"))]
            made.add_link(row, last, line.link, words)
        made.add_row(row, line.height, *zip(*cells, strict=True))


def _too_wide(looks: Summary, title: str) -> bool:
    """Whether a title would run into the link on its right."""
    return lines(clean(title), sum(looks.dossier.widths[:-1]) / BOLDER, looks.styles["title"].size) > 1


def _cell(book: Book, figure: Figure, style: str) -> tuple[Value, int]:
    """A figure as a reference to where it stands, with its value; text as text. With it the number of its format."""
    value, formula = plain(figure.value), figure.formula.removeprefix("=")
    if isinstance(value, str) and not (formula and style == "tag"):
        return value, book.number(style, tone(book.looks, value, style))
    if not formula:
        return value, book.number(style)
    shown = "" if value is None else value
    return Live(shown, formula), book.number(style)  # without a tone, which would stay when the word changes
