"""How the preview looks as a workbook: every cell at its own address, a first sheet with legend, sheets and findings.

Typed writes only; the sheets have names of our own, so that no link is made of what a workbook says.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from selfeval_xl._version import SIGNATURE
from selfeval_xl.frames import a1
from selfeval_xl.pages import Span
from selfeval_xl.words import words

from .book import CREATED, OPTIONS
from .paper import A4
from .preview_looks import looks
from .text import clean, escaped, row_height
from .views import Note, Preview, View

At = tuple[int, int]
_LINE = {"border": 1, "border_color": "#B9C3CF"}
_FRONT = (7.0, 38.0, 28.0, 11.0, 11.0, 60.0)  # widths of the first sheet's columns
_COMMENT = {"x_scale": 2.2, "y_scale": 1.2, "font_size": 9, "author": "selfeval_xl"}
_LONGEST_HEADER = 120


def draw(found: Preview) -> bytes:
    """The preview as the bytes of a workbook; the same preview gives the same bytes."""
    made = BytesIO()
    book = _Book(xlsxwriter.Workbook(made, deepcopy(OPTIONS)))
    front = book.workbook.add_worksheet(looks().lines["front"])
    _front(book, front, found)
    for number, view in enumerate(found.views, 1):
        _sheet(book, view, _tab(number))
    book.workbook.set_properties(
        {"title": looks().title, "category": words("output")["preview"], "comments": SIGNATURE, "created": CREATED}
    )
    book.workbook.close()
    return made.getvalue()


def _tab(number: int) -> str:
    return looks().lines["tab"].format(number=number)


@dataclass
class _Book:
    """A workbook being drawn, with the formats that it has so far."""

    workbook: Any
    formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def format(self, **looks_like: Any) -> Format:
        """A format of these properties, made once."""
        key = tuple(sorted(looks_like.items()))
        if key not in self.formats:
            base = {"font_name": looks().font, "font_size": looks().size, "valign": "vcenter"}
            self.formats[key] = self.workbook.add_format({**base, **looks_like})
        return self.formats[key]


# -- the first sheet -----------------------------------------------------------------------------------------------


def _front(book: _Book, sheet: Worksheet, found: Preview) -> None:
    """Title, legend with counts, the sheets with links, the findings with links."""
    look, said = looks(), looks().lines
    for at, width in enumerate(_FRONT):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, look.title, book.format(bold=True, font_size=15, font_color="#1F4E79"))
    sheet.set_row(0, 26)
    row = 1
    for line in found.head:
        sheet.merge_range(row, 0, row, len(_FRONT) - 1, "", book.format(text_wrap=True))
        sheet.write_string(row, 0, line, book.format(text_wrap=True))
        row += 1
    row = _legend(book, sheet, found, row + 1)
    heads = ("", said["files"], said["sheets"], said["recognised"], said["unread_short"], said["form_head"])
    row = _heads(book, sheet, row + 1, heads)
    plain = book.format(**_LINE, text_wrap=True)
    for number, view in enumerate(found.views, 1):
        _link(book, sheet, (row, 0), (_tab(number), "A1"), _tab(number))
        sheet.write_string(row, 1, clean(view.page.file), plain)
        sheet.write_string(row, 2, clean(view.page.sheet), plain)
        sheet.write_number(row, 3, view.read, book.format(**_LINE, align="center"))
        sheet.write_number(row, 4, len(view.unread), book.format(**_LINE, align="center"))
        listed = said["unread_listed"].format(cells=view.unread_listed) if view.unread else ""
        _high(sheet, row, 5, "\n".join(filter(None, [*view.about, *view.remarks, listed])), plain)
        row += 1
    if found.notes:
        heads = ("", said["files"], said["sheets"], said["place"], said["severity"], said["notes"])
        row = _heads(book, sheet, row + 1, heads)
        for file, note in found.loose:
            _note(book, sheet, row, note, (file, "", ""))
            row += 1
        for number, view in enumerate(found.views, 1):
            for note in view.notes:
                _note(book, sheet, row, note, (view.page.file, view.page.sheet, _tab(number)))
                row += 1
    _printed(sheet, said["front"])
    sheet.hide_gridlines(2)
    sheet.set_landscape()


def _legend(book: _Book, sheet: Worksheet, found: Preview, row: int) -> int:
    look = looks()
    row = _heads(book, sheet, row, ("", look.lines["legend"], look.lines["count"]))
    for kind in look.kinds:
        mark = look.unread_mark if kind.code == look.unread else "" if kind.fill else "123"
        fill = {"bg_color": kind.fill} if kind.fill else {"font_color": "#8C9BAD"}
        sheet.write_string(row, 0, mark, book.format(**_LINE, **fill, align="center"))
        sheet.write_string(row, 1, kind.name, book.format(**_LINE))
        sheet.write_number(row, 2, found.counts[kind.code], book.format(**_LINE, align="left"))
        row += 1
    for severity, mark in look.marks.items():
        sheet.write_string(row, 0, mark, book.format(**_LINE, align="center", font_color=look.inks[severity]))
        sheet.write_string(row, 1, f"{look.lines['notes']}：{words('severity')[severity]}", book.format(**_LINE))
        sheet.write_number(row, 2, sum(note.severity == severity for note in found.notes), book.format(**_LINE, align="left"))
        row += 1
    return row


def _heads(book: _Book, sheet: Worksheet, row: int, heads: tuple[str, ...]) -> int:
    look = book.format(**_LINE, bold=True, bg_color="#E6ECF3", font_color="#1F4E79")
    for at, head in enumerate(heads):
        sheet.write_string(row, at, head, look)
    return row + 1


def _note(book: _Book, sheet: Worksheet, row: int, note: Note, where: tuple[str, str, str]) -> None:
    look, (file, name, tab) = looks(), where
    plain = book.format(**_LINE, text_wrap=True)
    sheet.write_string(
        row, 0, f"{look.marks[note.severity]}{note.number}", book.format(**_LINE, font_color=look.inks[note.severity])
    )
    sheet.write_string(row, 1, clean(file), plain)
    sheet.write_string(row, 2, clean(name), plain)
    if note.at and tab:
        _link(book, sheet, (row, 3), (tab, a1(*note.at)), a1(*note.at))
    else:
        sheet.write_string(row, 3, "", plain)
    sheet.write_string(row, 4, words("severity")[note.severity], plain)
    _high(sheet, row, 5, note.text, plain)


def _high(sheet: Worksheet, row: int, column: int, text: str, look: Format) -> None:
    """A text that wraps, in a row that is high enough for it."""
    sheet.set_row(row, max(17.0, row_height([text], [_FRONT[column]], looks().size)))
    sheet.write_string(row, column, clean(text), look)


def _link(book: _Book, sheet: Worksheet, at: At, to: tuple[str, str], text: str) -> None:
    """A link to a cell of a sheet of ours; nothing in it comes from the workbook that was read."""
    look = book.format(**_LINE, font_color="#1F4E79", underline=1)
    sheet.write_url(*at, f"internal:'{to[0]}'!{to[1]}", look, text)


# -- a sheet that was read -----------------------------------------------------------------------------------------


def _sheet(book: _Book, view: View, tab: str) -> None:
    """The sheet at its own addresses: merged cells as they are, colours, comments on cells with a finding."""
    sheet: Worksheet = book.workbook.add_worksheet(tab)
    for column, width in enumerate(view.widths):
        sheet.set_column(column, column, width + 1)
    notes: dict[At, list[Note]] = {}
    for note in view.notes:
        if note.at:
            notes.setdefault(note.at, []).append(note)
    spans = {span[:2]: span for span in view.merges}
    for row in range(view.rows):
        sheet.set_row(row, _height(view, row, spans))
    covered = set[At]()
    for at, (top, left, low, far) in spans.items():
        sheet.merge_range(top, left, low, far, "", _look(book, view, at, notes.get(at, [])))
        covered |= {(row, column) for row in range(top, low + 1) for column in range(left, far + 1)} - {at}
    for row in range(view.rows):
        for column in range(view.columns):
            if (row, column) not in covered:
                _cell(sheet, view, (row, column), _look(book, view, (row, column), notes.get((row, column), [])))
    for at, found in notes.items():
        said = "\n".join(f"{looks().marks[note.severity]}{note.number} {note.text}" for note in found)
        sheet.write_comment(*at, escaped(clean(said)), _COMMENT)
    _printed(sheet, f"{tab}　{view.page.file}「{view.page.sheet}」")
    (sheet.set_landscape if sum(view.widths) > looks().widest * 3 else sheet.set_portrait)()


def _height(view: View, row: int, spans: Mapping[At, Span]) -> float:
    """Points that a row needs for what stands in it alone, and for its share of what is merged over more rows."""
    needed = [17.0]
    for at in range(view.columns):
        if text := view.page.text(row, at):
            top, left, low, far = spans.get((row, at), (row, at, row, at))
            room = sum(view.widths[left : far + 1]) + far - left + 1.0
            needed.append(row_height([text], [room], looks().size) / (low - top + 1))
    return max(needed)


def _look(book: _Book, view: View, at: At, notes: list[Note]) -> Format:
    """The format of a cell: colour by its kind, a mark before its value where there is a finding, slanted where hidden."""
    look, page = looks(), view.page
    kind = view.kinds.get(at, "")
    fill = next((one.fill for one in look.kinds if one.code == kind), "")
    found: dict[str, Any] = {**_LINE, "text_wrap": True}
    if fill:
        found["bg_color"] = fill
    if at[0] in page.hidden_rows or at[1] in page.hidden_columns:
        found |= {"italic": True, "font_color": "#7A8592"}
    if kind in {look.numbering, look.left_out}:
        found["font_color"] = "#8C9BAD"
    mark = look.unread_mark if kind == look.unread else ""
    if mark:
        found |= {"border": 8, "border_color": "#B3441E"}  # dashed
    if notes:
        worst = min(notes, key=lambda note: list(look.marks).index(note.severity))
        mark = look.marks[worst.severity]
        found |= {"border": 2, "border_color": look.inks[worst.severity], "font_color": look.inks[worst.severity]}
    number = "0.00%" if at in page.percents else "General"
    if mark or number != "General":
        found["num_format"] = f'"{mark}"{number};"{mark}"-{number};"{mark}"{number};"{mark}"@'
    return book.format(**found)


def _cell(sheet: Worksheet, view: View, at: At, look: Format) -> None:
    """One value as what it is: a number as a number, everything else as text."""
    number, text = view.page.numbers.get(at), view.page.text(*at)
    if number is not None and abs(number) < float("inf"):
        sheet.write_number(*at, number, look)
    elif text:
        sheet.write_string(*at, clean(text), look)
    else:
        sheet.write_blank(*at, None, look)


def _printed(sheet: Worksheet, name: str) -> None:
    """On A4, one page wide, with the sheet's name at the head; & begins a code there."""
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&L" + clean(name[:_LONGEST_HEADER]).replace("&", "&&").replace("\n", " "))
    sheet.set_footer("&C&P / &N")
