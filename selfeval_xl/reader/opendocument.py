"""OpenDocument spreadsheets (.ods) of LibreOffice and WPS: content.xml, row by row."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from .cells import Draft, Grid
from .formats import Format, printed_format
from .intake import Intake, RefusedError, check
from .package import in_utf8, unpacked

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_ERRORS = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|(?:Err|错误)[:：]\d{3}")
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


def read(intake: Intake) -> list[Grid]:
    """Every sheet, in order. Raises RefusedError, also for a file with a password: no library opens those."""
    kind = intake.entries.get("mimetype")
    if kind and b"spreadsheet" not in unpacked(intake.data, kind):
        raise RefusedError("file.foreign", what="别的 OpenDocument 文档")
    manifest = in_utf8(unpacked(intake.data, intake.entries["meta-inf/manifest.xml"]))
    if b"encryption-data" in manifest:
        raise RefusedError("file.encrypted")
    content = in_utf8(unpacked(intake.data, intake.entries["content.xml"]))
    return list(_tables(content))


def _tables(content: bytes) -> Iterator[Grid]:
    table: _Table | None = None
    unseen: set[str] = set()
    depth = 0
    for event, element in ET.iterparse(io.BytesIO(content), ("start", "end")):  # noqa: S314 (in_utf8() refuses a DOCTYPE)
        depth += 1 if event == "start" else -1
        if event == "start":
            check("嵌套层数", depth)
            if element.tag == f"{_TABLE}table" and table is None:
                name = element.get(f"{_TABLE}name", "")
                table = _Table(name, hidden=element.get(f"{_TABLE}style-name", "") in unseen)
        elif element.tag == f"{_STYLE}style":
            if any(look.get(f"{_TABLE}display") == "false" for look in element.iter(f"{_STYLE}table-properties")):
                unseen.add(element.get(f"{_STYLE}name", ""))
        elif table is None:
            continue
        elif element.tag == f"{_TABLE}table-column":
            table.add_columns(element)
        elif element.tag == f"{_TABLE}table-row":
            table.add_row(element)
            element.clear()
        elif element.tag == f"{_TABLE}table":
            yield table.draft.grid
            table = None
            element.clear()


class _Table:
    """One sheet as far as it is read."""

    def __init__(self, name: str, *, hidden: bool) -> None:
        self.draft = Draft(Grid(name, [], hidden=hidden))
        self.row = self.columns = 0

    def add_columns(self, element: ET.Element) -> None:
        count = _count(element, "number-columns-repeated")
        if element.get(f"{_TABLE}visibility", "visible") != "visible":
            self.draft.grid.hidden_columns.update(range(self.columns, min(self.columns + count, 16_384)))
        self.columns += count

    def add_row(self, element: ET.Element) -> None:
        """A row with its cells, as often as it is repeated; a repeated blank row only moves on."""
        count = _count(element, "number-rows-repeated")
        cells = list(_cells(element))
        if element.get(f"{_TABLE}visibility", "visible") != "visible":
            self.draft.grid.hidden_rows.update(range(self.row, min(self.row + count, 1_048_576)))
        if cells:
            check("末行行号", self.row + count)
            for row in range(self.row, self.row + count):
                for column, cell, text in cells:
                    self.put(row, column, cell, text)
        self.row += count

    def put(self, row: int, column: int, cell: ET.Element, text: str) -> None:
        """The value, state and merged range of a cell that shows `text`."""
        grid = self.draft.grid
        down, across = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
        if down > 1 or across > 1:
            grid.merges.append((row, column, row + down - 1, column + across - 1))
        kind = cell.get(f"{_OFFICE}value-type", "")
        formula = cell.get(f"{_TABLE}formula")
        self.draft.put(row, column, "")
        if cell.get(_CALC) == "error" or (formula and _ERRORS.fullmatch(text)):
            grid.errors[row, column] = text
        elif formula and not kind:
            grid.uncached.add((row, column))
        else:
            self.draft.put(row, column, _value(cell, kind, text))
            if kind in {"percentage", "float", "currency"} and (look := printed_format(text)):
                grid.formats[row, column] = look
            elif kind == "percentage":
                grid.formats[row, column] = Format(percent=True)


def _cells(row: ET.Element) -> Iterator[tuple[int, ET.Element, str]]:
    """The cells that hold or span something, with their columns and texts; the text of one that is repeated is made once."""
    column = 0
    for cell in row:
        if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        count = _count(cell, "number-columns-repeated")
        spans = f"{_TABLE}number-columns-spanned" in cell.attrib or f"{_TABLE}number-rows-spanned" in cell.attrib
        if spans or f"{_OFFICE}value-type" in cell.attrib or f"{_TABLE}formula" in cell.attrib or len(cell):
            check("末列列号", column + count)
            text = _text(cell)
            yield from ((at, cell, text) for at in range(column, column + count))
        column += count


def _value(cell: ET.Element, kind: str, text: str) -> Any:
    if kind in {"float", "percentage", "currency"}:
        return float(cell.get(f"{_OFFICE}value", "nan"))
    if kind == "date":
        given = cell.get(f"{_OFFICE}date-value", "")
        return datetime.fromisoformat(given) if "T" in given else date.fromisoformat(given)
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    if kind == "time" and (found := _DURATION.fullmatch(cell.get(f"{_OFFICE}time-value", ""))):
        return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))
    return cell.get(f"{_OFFICE}string-value") or text


def _text(cell: ET.Element) -> str:
    """The paragraphs of a cell, without the comment and the reading aids (ruby) that stand with it."""
    return "\n".join("".join(_pieces(piece)) for piece in cell if piece.tag == f"{_TEXT}p")


def _pieces(element: ET.Element) -> Iterator[str]:
    yield re.sub(r"[ \t\r\n]+", " ", element.text or "")
    for inner in element:
        name = inner.tag.removeprefix(_TEXT)
        if name == "s":
            yield " " * min(1_000, int(inner.get(f"{_TEXT}c", "1")))
        elif name in {"tab", "line-break"}:
            yield "\t" if name == "tab" else "\n"
        elif name != "ruby-text" and inner.tag != f"{_OFFICE}annotation":
            yield from _pieces(inner)
        yield re.sub(r"[ \t\r\n]+", " ", inner.tail or "")


def _count(element: ET.Element, name: str) -> int:
    return max(1, int(element.get(_TABLE + name, "1")))
