"""A workbook that is being drawn: how its file is written, and the formats that its cells have.

Nothing depends on the clock, so the same batch gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from traceback import clear_frames
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format

from selfeval_xl._version import SIGNATURE
from selfeval_xl.words import words

from .looks import Style, Summary
from .output import scratch
from .row_sheet import RowSheet, number_of
from .tables import Mark

CALCULATED = 191029
"""The engine that computed the values, as Excel 2019 and later name themselves. With it, and without `fullCalcOnLoad`, they
trust the values until something is changed, and do not ask to save a file that nobody touched."""
CREATED = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)  # the date that zip entries carry too; today's would change the bytes
OPTIONS = {  # always given as a copy: xlsxwriter adds to it, and the next workbook would have other bytes
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
    # Column widths count digits of this font: of all that Excel, WPS and LibreOffice have, it has the same 7 pixels in each.
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
    "default_row_height": 17,
}
BORDERS = ("left", "right", "top", "bottom")


@dataclass
class Book:
    """A workbook being drawn, with the formats that it has so far."""

    workbook: Any
    looks: Summary
    formats: dict[tuple[str, str, Mark], Format] = field(default_factory=dict)

    def format(self, style: str, tone: str = "", mark: Mark = Mark()) -> Format:  # noqa: B008 (a tuple never changes)
        """The format of a named style in a tone, on a row with a mark."""
        key = (style, tone, mark)
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(properties(self.looks, *key))
        return self.formats[key]

    def number(self, style: str, tone: str = "", mark: Mark = Mark()) -> int:  # noqa: B008 (the same)
        """The number of that format, by which whole rows name it."""
        return number_of(self.format(style, tone, mark))

    def add_sheets(self, names: Iterable[str]) -> None:
        """Empty sheets, in the order in which they stand in the file; they are drawn in whichever order."""
        for name in names:
            self.workbook.add_worksheet(name, worksheet_class=RowSheet)

    def change(self, look: dict[str, Any]) -> Format:
        """The format of a condition: only what it changes."""
        key = (str(look), "", Mark())
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(look)
        return self.formats[key]


@contextmanager
def opened(stream: BinaryIO, looks: Summary, kind: str) -> Iterator[Book]:
    """A new workbook that is written into a stream when the block ends well; nothing stays in temporary folders in any case.

    `kind` is a word of `output` in words.toml, by which the reader knows the workbook for one of ours.

    Its parts go through files, so that memory does not grow with the batch; those of a single department, which are small,
    do not. Raises OSError where a disk is full.
    """
    with scratch() as folder:
        parts = {"in_memory": kind == "details", "tmpdir": folder}
        book = Book(xlsxwriter.Workbook(stream, deepcopy(OPTIONS) | parts), looks)
        try:
            yield book
            _close(book, words("output")[kind])
        except BaseException as error:
            clear_frames(error.__traceback__)  # they hold xlsxwriter's archive, which is closed while the stream is still open
            raise
        finally:
            for sheet in book.workbook.worksheets():
                if isinstance(sheet, RowSheet):
                    sheet.forget()


def _close(book: Book, category: str) -> None:
    looks = book.looks
    book.workbook.set_properties(
        {"title": looks.title, "subject": looks.subject, "category": category, "comments": SIGNATURE, "created": CREATED}
    )
    book.workbook.set_calc_mode("auto", CALCULATED)
    book.workbook.calc_on_load = False
    try:
        book.workbook.close()
    except FileCreateError as error:  # what xlsxwriter makes of an OSError
        raise error.args[0] from None


def properties(looks: Summary, name: str, tone: str, mark: Mark) -> dict[str, Any]:
    """A named style as xlsxwriter takes it."""
    style = looks.styles[name]
    ink = f"{tone}_ink" if tone else style.color or "ink"
    fill = f"{tone}_fill" if tone else style.fill or ("group" if mark.strong else "")
    found: dict[str, Any] = {
        "font_name": looks.font,
        "font_size": style.size or looks.size,
        "font_color": looks.palette[ink],
        "bold": style.bold or (mark.strong and (style.stepped or style.align == "right")),
        "italic": style.italic,
        "underline": int(style.underline),
        "text_wrap": style.wrap,
        "valign": "top" if mark.long else "vcenter",
    }
    if style.align:
        found["align"] = style.align
    if style.number:
        found["num_format"] = style.number
    if style.unlocked:
        found["locked"] = False
    if style.shrink:
        found["shrink"] = True
    if fill:
        found["bg_color"] = looks.palette[fill]
    if steps := indent(style, mark):
        found["indent"] = steps
    if style.border:
        found |= dict.fromkeys(BORDERS, 1) | {f"{side}_color": looks.palette["line"] for side in BORDERS}
        if mark.first:
            found["top_color"] = looks.palette["rule"]
    return found


def indent(style: Style, mark: Mark) -> int:
    """Steps by which a cell is indented."""
    return style.indent + (mark.indent if style.stepped else 0)


def tone(looks: Summary, text: str, style: str) -> str:
    """The colour of a word that says how things stand, where it is a tag or stands for a number."""
    return looks.tones.get(text, "") if toned(looks, style) else ""


def toned(looks: Summary, style: str) -> bool:
    """Whether words that say how things stand have their colour in a style: in tags, and where they stand for a number."""
    return style == "tag" or bool(looks.styles[style].number)
