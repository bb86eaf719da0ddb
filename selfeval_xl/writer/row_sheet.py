"""A sheet that takes whole rows and writes each as XML at once, instead of keeping an object for every cell until the end.

What is not in bulk (titles, headers, merged cells, charts, conditional formats) goes through xlsxwriter's public methods.
Rows and links go to temporary files past a size, so that memory does not grow with the batch. xlsxwriter has no door for
that, so its private parts are used here and nowhere else: `fh`, `table`, `row_info`, `dim_rowmin`, `dim_rowmax`,
`rel_count`, `hlink_count`, `external_hyper_links`, `merge`, `default_row_height`, `_check_dimensions`, `_prepare_formula`,
`_write_sheet_data`, `_write_rows` and `_write_hyperlinks` of a sheet, the strings that its sheets share (`str_table`),
`_get_xf_index` of a format and `_target` of an address. tests/test_row_sheet.py compares what is written here with what
xlsxwriter's own methods write, and fails where a new version differs.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cache
from io import StringIO
from math import isfinite
from tempfile import SpooledTemporaryFile
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from .formulas import Live
from .links import Link
from .text import clean, escaped

Cell = str | float | bool | Live | None
ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
NO_CELL = -1
"""Stands for a format where a row has no cell at all."""
IN_MEMORY = 1 << 19
"""Bytes of rows, and of links, that a sheet keeps in memory before it writes them to a temporary file."""


def number_of(look: Format) -> int:
    """The number by which the cells of the file name a format."""
    return int(look._get_xf_index())  # noqa: SLF001 (see above)


@cache
def _letters(count: int) -> tuple[str, ...]:
    return tuple(map(xl_col_to_name, range(count)))


class RowSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """A sheet whose first rows are written cell by cell, those under them in bulk. Charts and comments stand on the former only.

    Its formulas are taken as they are: ours have no function that is newer than Excel 2010 (see `formulas`), and looking for
    thirty newer ones in each takes longer than all the rest of its writing.
    """

    fh: Any
    dim_rowmin: int
    dim_rowmax: int

    def __init__(self) -> None:
        super().__init__()
        self.bulk_rows, self.bulk_links = _spool(), _spool()
        self.bulk_first: int | None = None
        self.bulk_files: dict[str, int] = {}

    def forget(self) -> None:
        """Close the temporary files, and the part of the file that was being written if that broke off."""
        self.bulk_rows.close()
        self.bulk_links.close()
        if self.fh is not None:
            self.fh.close()

    # -- taking rows and links ---------------------------------------------------------------------------------------

    def add_row(self, row: int, height: float, cells: Sequence[Cell], looks: Sequence[int]) -> None:
        """A row in bulk, `height` points high: a value and the number of a format for each column, from the first on.

        Text is written as text, a number as a number, None as a blank cell, a formula with its value. Rows come from the top
        down. Raises TypeError for what is none of these, and for a number that Excel has not.
        """
        if self.bulk_first is None:
            self.bulk_first = row
            self._check_dimensions(row, 0)
        self._check_dimensions(row, len(cells) - 1)
        strings, again, number = self.str_table, 0, row + 1
        known = strings.string_table
        parts = [self._row_start(number, height)]
        for letter, cell, look in zip(_letters(len(cells)), cells, looks, strict=True):
            kind = cell.__class__
            if kind is str:
                index = known.get(cell)
                if index is None:
                    index = strings._get_shared_string_index(clean(cell))  # type: ignore[arg-type]  # noqa: SLF001
                else:
                    again += 1
                parts.append(f'<c r="{letter}{number}" s="{look}" t="s"><v>{index}</v></c>')
            elif cell is None:
                if look != NO_CELL:
                    parts.append(f'<c r="{letter}{number}" s="{look}"/>')
            elif kind is Live:
                parts.append(_formula(f'<c r="{letter}{number}" s="{look}"', cell.value, cell.formula))  # type: ignore[union-attr]
            elif kind is bool:
                parts.append(f'<c r="{letter}{number}" s="{look}" t="b"><v>{cell:d}</v></c>')
            elif isfinite(cell):  # type: ignore[arg-type]
                parts.append(f'<c r="{letter}{number}" s="{look}"><v>{cell:.16G}</v></c>')
            else:
                raise TypeError(f"{letter}{number}: {cell}")
        parts.append("</row>")
        strings.count += again
        self.bulk_rows.write("".join(parts).encode())

    def add_link(self, row: int, column: int, link: Link | str, cell: Cell) -> None:
        """A link on a cell in bulk: to a place in another file, or to one in this (`internal:'sheet'!A1`).

        All links to one file share one relationship, so that a file that a thousand cells come from is named once.
        """
        self.hlink_count += 1
        begin = f'<hyperlink ref="{_letters(column + 1)[column]}{row + 1}"'
        if isinstance(link, str):
            said = _attribute(escaped(clean(str(cell))))
            tag = f'{begin} location="{_attribute(link.removeprefix("internal:"))}" display="{said}"/>'
        else:
            path, place, tip = link
            if path not in self.bulk_files:
                self.rel_count += 1
                self.bulk_files[path] = self.rel_count
                self.external_hyper_links.append(["/hyperlink", Url(f"external:{path}")._target(), "External"])  # noqa: SLF001
            where = f' location="{_attribute(place)}"' if place else ""
            shown = "" if isinstance(cell, str) else f' display="{place.rpartition("!")[2]}"'
            told = f' tooltip="{_attribute(tip)}"' if tip else ""
            tag = f'{begin} r:id="rId{self.bulk_files[path]}"{where}{shown}{told}/>'
        self.bulk_links.write(tag.encode())

    def merge_row(self, row: int, first: int, last: int) -> None:
        """Merge cells of a row in bulk, its first and last column given; it is not looked whether they are merged already."""
        self.merge.append([row, first, row, last])

    def _row_start(self, number: int, height: float) -> str:
        pixels = int(height * 4 / 3 + 0.5)
        if pixels == self.default_row_height:
            return f'<row r="{number}">'
        return f'<row r="{number}" ht="{pixels * 0.75:.16g}" customHeight="1">'

    # -- writing the file: what xlsxwriter does at its end ---------------------------------------------------------------

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: FBT001, FBT002 (not ours)
        if expand_future_functions:
            return str(super()._prepare_formula(formula, expand_future_functions))
        return formula.removeprefix("=")

    def _write_sheet_data(self) -> None:
        first = self.bulk_first
        if first is None:
            super()._write_sheet_data()
            return
        if any(cells for row, cells in self.table.items() if row >= first) or any(row >= first for row in self.row_info):
            raise ValueError(f"{self.name}: a cell was written among the rows in bulk")  # it would stand in the file twice
        last, self.dim_rowmax = self.dim_rowmax, first - 1
        self.fh.write("<sheetData>")
        if self.dim_rowmin < first:
            self._write_rows()
        self._pour(self.bulk_rows)
        self.fh.write("</sheetData>")
        self.dim_rowmax = last

    def _write_hyperlinks(self) -> None:
        if not self.bulk_links.tell():
            super()._write_hyperlinks()
            return
        file, self.fh = self.fh, StringIO()
        super()._write_hyperlinks()
        others, self.fh = self.fh.getvalue(), file
        self.fh.write("<hyperlinks>" + others.removeprefix("<hyperlinks>").removesuffix("</hyperlinks>"))
        self._pour(self.bulk_links)
        self.fh.write("</hyperlinks>")

    def _pour(self, spool: SpooledTemporaryFile[bytes]) -> None:
        """What was kept into the part of the file that is being written, in memory or on disk."""
        spool.seek(0)
        if isinstance(self.fh, StringIO):
            self.fh.write(spool.read().decode())
        else:
            self.fh.flush()
            shutil.copyfileobj(spool, self.fh.buffer, 1 << 16)


def _spool() -> SpooledTemporaryFile[bytes]:
    return SpooledTemporaryFile(IN_MEMORY)


def _formula(begin: str, value: str | float | None, formula: str) -> str:
    """A formula with its value, as Excel writes it: text, errors and truth are told apart."""
    if "&" in formula or "<" in formula or ">" in formula:
        formula = formula.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if isinstance(value, bool):
        return f'{begin} t="b"><f>{formula}</f><v>{value:d}</v></c>'
    if isinstance(value, str):
        kind = ' t="e"' if value in ERRORS else ' t="str"' if value else ""
        value = escaped(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f"{begin}{kind}><f>{formula}</f><v>{value}</v></c>"
    return f"{begin}><f>{formula}</f><v>{'' if value is None else value}</v></c>"


def _attribute(text: str) -> str:
    if "&" in text or '"' in text or "<" in text or ">" in text or "\n" in text:
        text = text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
        return text.replace("\n", "&#xA;")
    return text
