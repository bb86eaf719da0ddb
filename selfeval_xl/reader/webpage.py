"""HTML tables, which web systems hand out under the name .xls.

As Excel shows them: all tables of the page one under another on one sheet, the text between them in rows of its own.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from selfeval_xl.limits import most

from .cells import Grid
from .drafts import Draft, numeral
from .formats import printed_format
from .intake import Intake, check

_SILENT = frozenset({"script", "style", "title", "head", "xml", "noscript", "template"})
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "center", "caption", "body", "form"})
_AS_TEXT = re.compile(r"""numberformat:\s*['"]?\\?@|mso-number-format:\s*['"]?\\+@""")
_UNSEEN = re.compile(r"display:\s*none")


def read(intake: Intake) -> list[Grid]:
    """The page as one sheet. Raises RefusedError where it passes a limit."""
    page = _Page()
    page.feed(intake.text)
    page.close()
    page.end_line()
    return [page.draft.grid]


class _Cell:
    """A cell that is being read: its text so far, and how far it spans."""

    def __init__(self, row: int, column: int, given: dict[str, str]) -> None:
        self.at = (row, column)
        self.down, self.across = _span(given.get("rowspan", "")), _span(given.get("colspan", ""))
        self.text: list[str] = []
        self.number = given.get("x:num")
        self.plain = "x:str" in given or bool(_AS_TEXT.search(given.get("style", "")))


class _Table:
    """A table that is being read: its first row on the sheet, its present row, and cells taken from rows above."""

    def __init__(self, first: int) -> None:
        self.row, self.column = first - 1, 0
        self.taken: dict[int, int] = {}
        self.cell: _Cell | None = None


class _Page(HTMLParser):
    """A page that is being read, tables within tables included."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.draft = Draft(Grid("Sheet1", []))
        self.tables: list[_Table] = []
        self.line: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Tables, rows and cells; the rest only breaks lines."""
        given = {name: value or "" for name, value in attrs}
        self.silent += tag in _SILENT
        if tag == "table":
            self.end_line()
            self.tables.append(_Table(self._next()))
            check("嵌套层数", len(self.tables))
        elif tag == "tr" and self.tables:
            self._end_cell()
            self._start_row(given)
        elif tag in {"td", "th"} and self.tables:
            self._end_cell()
            self._start_cell(given)
        elif tag == "br" or tag in _BLOCKS:
            self._break("\n" if tag == "br" else "")

    def handle_endtag(self, tag: str) -> None:
        """The same."""
        self.silent -= tag in _SILENT and self.silent > 0
        if tag == "table" and self.tables:
            self._end_cell()
            self.tables.pop()
        elif tag in {"td", "th", "tr"} and self.tables:
            self._end_cell()
        elif tag in _BLOCKS:
            self._break("")

    def handle_data(self, data: str) -> None:
        """Text of a cell, or between tables."""
        if self.silent:
            return
        text = re.sub(r"[ \t\r\n]+", " ", data.replace("\xa0", " "))
        if self.tables and self.tables[-1].cell is not None:
            self.tables[-1].cell.text.append(text)
        elif not self.tables:
            self.line.append(text)

    def end_line(self) -> None:
        """What stood between tables becomes a row of its own."""
        text = "".join(self.line).strip()
        self.line.clear()
        if text:
            self.draft.put(self._next(), 0, text)

    def _break(self, sign: str) -> None:
        cell = self.tables[-1].cell if self.tables else None
        if cell is not None:
            cell.text.append(sign or ("\n" if "".join(cell.text).strip() else ""))
        elif not self.tables:
            self.end_line()

    def _next(self) -> int:
        """The first row below everything so far, cells that span downwards included."""
        rows = len(self.draft.grid.rows)
        for table in self.tables:
            rows = max(rows, table.row + 1)
        return rows

    def _start_row(self, given: dict[str, str]) -> None:
        table = self.tables[-1]
        table.row = max(table.row + 1, self._next() if len(self.tables) > 1 else 0)
        table.column = 0
        if _UNSEEN.search(given.get("style", "").lower()):
            self.draft.grid.hidden_rows.add(table.row)

    def _start_cell(self, given: dict[str, str]) -> None:
        table = self.tables[-1]
        if table.row < 0:
            table.row = self._next()
        while table.taken.get(table.column, -1) >= table.row:
            table.column += 1
        table.cell = _Cell(table.row, table.column, given)
        last = table.column + table.cell.across
        check("末列列号", last)
        for column in range(table.column, last):
            table.taken[column] = table.row + table.cell.down - 1
        table.column = last

    def _end_cell(self) -> None:
        table = self.tables[-1]
        cell, table.cell = table.cell, None
        if cell is None:
            return
        row, column = cell.at
        text = re.sub(r" *\n *", "\n", "".join(cell.text)).strip()
        value = _value(cell, text)
        self.draft.put(row, column, value)
        if isinstance(value, float) and (look := printed_format(text)):
            self.draft.grid.formats[row, column] = look
        if cell.down > 1 or cell.across > 1:
            self.draft.grid.merges.append((row, column, row + cell.down - 1, column + cell.across - 1))


def _value(cell: _Cell, text: str) -> Any:
    if cell.plain:
        return text
    return numeral(cell.number or text)


def _span(given: str) -> int:
    found = re.match(r"\s*(\d{1,7})", given)
    return max(1, min(int(found[1]), most("末行行号"))) if found else 1
