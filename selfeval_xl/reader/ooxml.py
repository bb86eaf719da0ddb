"""Workbooks of Excel 2007 and later (.xlsx, .xlsm), strict or not.

Values come from python-calamine, the quickest reader. It gives a blank for an error value and for a formula that was
saved without its result, knows no number formats, checks no checksum, and a cell in the last corner would bring the
process down. So every sheet part is looked through first, by patterns that expect the plain writing that nearly all
programs use; a part written otherwise (no addresses, prefixes, comments, CDATA, another encoding) is rewritten plainly
beforehand, and then looked through and read like any other.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple
from xml.sax.saxutils import unescape

import python_calamine

from .cells import Grid, column_number
from .formats import Format, number_format
from .intake import Intake, RefusedError, check
from .package import RELATIONS, WORKBOOK, Package, Sheet, packed, written_plainly

_PROPERTIES = "docProps/custom.xml"
_OUR_MARK = b"selfeval_xl.layout"

# Plain is every element as nearly all programs write it: the address first, then the style, no prefix, comment or CDATA.
_CELL = rb'(?:>|/| s="| t="(?!n" s))'
_PLAIN = rb'<(?!/|c r="[A-Z]{1,%d}+[0-9]{1,%d}+"' + _CELL + rb"|v[>/ ]|f[> ]|row[> ]|t[> ]|is>|r>)"
_NOT_SMALL = re.compile(_PLAIN % (2, 4))
_NOT_PLAIN = re.compile(_PLAIN % (3, 7))
_FILLED = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*(?<!/)><(?!/c>)')
_BLANK = re.compile(
    rb'<c r="[A-Z]++[0-9]++"(?: s="[0-9]++")?+(?: t="n")?+(?:/>|></c>)'
)  # half of a form is borders around nothing
_ERROR = re.compile(rb'<c r="([A-Z]+\d+)"[^>]* t="e"[^>]*>\s*(?:<f[^>]*/>\s*|<f[^>]*>[^<]*</f>\s*)?<v>([^<]+)</v>')
_FORMULA = re.compile(  # address, attributes, the end of the cell where no result stands, and an empty value there
    rb'<c r="([A-Z]++[0-9]++)"([^>]*+)>\s*+(?:<v(?:/>|>[^<]*+</v>)\s*+)?+<f(?:>[^<]*+</f>| [^>]*+(?:(?<=/)>|>[^<]*+</f>))'
    rb"(\s*+(<v\s*+/>\s*+|<v>\s*+</v>\s*+)?</c>)?"
)
_ROW = re.compile(rb"<row\b([^>]*)")
_NUMBER = re.compile(rb'\sr="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden\s*=\s*["\'](?:1|true|on)["\']')
_COLUMNS = re.compile(rb"<(?:\w+:)?col\s[^>]*")
_PROTECTED = re.compile(rb'<sheetProtection\b[^>]*\bsheet="(?:1|true)"')
_BUILT_IN = {
    str(number).encode(): number_format(code)
    for number, code in {
        **dict.fromkeys((3, 37, 38, 41, 42), "#,##0"),
        **dict.fromkeys((4, 39, 40, 43, 44), "#,##0.00"),
        1: "0",
        2: "0.00",
        9: "0%",
        10: "0.00%",
    }.items()
}
_MANY = 500  # styles
_MUCH = 1_000_000  # bytes; the cells of a shorter sheet need no counting


class _Look(NamedTuple):
    """A sheet that was looked through: its grid, still without values, and what calamine is to read of its part."""

    sheet: Sheet
    grid: Grid
    xml: bytes


class _Styles(NamedTuple):
    """Number formats by the id of the cell style, and patterns for the cells that hold a number and have one.

    `telling` are formats that change what a number means, `others` those that only set its decimals.
    """

    formats: Mapping[bytes, Format]
    telling: re.Pattern[bytes] | None
    others: re.Pattern[bytes] | None


class _NotPlainError(Exception):
    """A sheet part that the patterns below would misread."""


def read(intake: Intake) -> list[Grid]:
    """Every worksheet, in order. Raises RefusedError, or whatever calamine raises on broken content."""
    package = Package(intake)
    fixed = [path for path in (package.paths.get("styles"), package.paths.get("sharedStrings")) if path]
    parts = {WORKBOOK: package.book, RELATIONS: package.relations, **{path: package.part(path) for path in fixed}}
    looks = parts.get(package.paths.get("styles", ""), b"")
    check("单元格样式", looks.count(b"<xf "))
    styles = (_styles if len(looks) <= _MUCH else _styles.__wrapped__)(looks)
    texts = parts.get(package.paths.get("sharedStrings", ""), b"")
    check("共享字符串", max(texts.count(b"<si"), texts.count(b":si")))
    sheets = list(package.sheets())
    ours = _OUR_MARK in package.part(_PROPERTIES)
    found = [_look(package.part(sheet.path), sheet, styles, ours=ours) for sheet in sheets]
    try:
        _fill(found, parts)
    except python_calamine.CalamineError:  # a part that calamine stumbles over may be read when written plainly
        found = [_look(written_plainly(package.part(sheet.path)), sheet, styles, ours=ours) for sheet in sheets]
        _fill(found, parts)
    return [grid for _, grid, _ in found]


def _fill(found: Sequence[_Look], parts: Mapping[str, bytes]) -> None:
    """Values and merged ranges, as calamine reads them from the parts that were looked at."""
    data = packed({**parts, **{sheet.path: xml for sheet, _, xml in found}})
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        room = 0
        for sheet, grid, _ in found:
            content = book.get_sheet_by_name(sheet.name)
            room += content.total_height * content.total_width
            check("单元格", room)
            grid.rows = content.to_python(skip_empty_area=False)
            grid.merges = [(*start, *end) for start, end in content.merged_cell_ranges or ()]
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # calamine's own fault on crafted content; no Exception
            raise RefusedError("file.unreadable", why="文件不完整或已损坏") from error
        raise


# -- the look through a sheet part ---------------------------------------------------------------------------------


def _look(xml: bytes, sheet: Sheet, styles: _Styles, *, ours: bool) -> _Look:
    """A grid without values: error cells, formulas without a result, how numbers are shown, what is hidden."""
    drawn = ours and xml.startswith(b"<?xml")
    try:
        head, cells, tail = _parts(xml)
    except _NotPlainError:
        head, cells, tail = _parts(written_plainly(xml))
    grid = _scanned(head, cells, styles)
    grid.name, grid.hidden, grid.protected = sheet.name, sheet.hidden, _PROTECTED.search(tail) is not None
    formulas = _FORMULA.findall(cells) if b"<f" in cells else []
    grid.uncached = set(map(_at, _without_result(formulas, ours=drawn)))
    if ours:
        grid.validations = tail.count(b"dataValidation ")
        grid.formulas = None if grid.protected else {_at(found[0]) for found in formulas}
    check("合并区域", tail.count(b"<mergeCell "))
    merges = tail.find(b"<mergeCells")
    after = tail[merges : tail.rfind(b"</mergeCells>") + 13] if merges >= 0 else b""
    return _Look(sheet, grid, b"".join([b"<worksheet><sheetData>", cells, b"</sheetData>", after, b"</worksheet>"]))


def _parts(xml: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands before the cells of a sheet part, the cells but for blank ones, and the rest; refuses what reaches too far."""
    first = xml.find(b"<sheetData")
    last = max(first, xml.rfind(b"</sheetData>"))
    head, tail = xml[: max(0, first)], xml[last:]
    if first < 0 or b":sheetData" in head or b"<!" in head:
        raise _NotPlainError
    inside = min(last, xml.find(b">", first) + 1)
    if last - inside > _MUCH:
        check("单元格", xml.count(b"<c", inside, last))
    cells = _BLANK.sub(b"", xml[inside:last])
    if _NOT_SMALL.search(cells):
        if _NOT_PLAIN.search(cells):
            raise _NotPlainError
        _check_reach(cells)
    return head, cells, tail


def _check_reach(cells: bytes) -> None:
    """Refuse a sheet whose filled cells reach too far; blank cells with a border do no harm, wherever they stand."""
    rows = columns = 0
    for letters, row in set(_FILLED.findall(cells)):
        rows, columns = max(rows, int(row)), max(columns, column_number(letters) + 1)
    check("末行行号", rows)
    check("末列列号", columns)
    check("单元格", rows * columns)


def _scanned(head: bytes, cells: bytes, styles: _Styles) -> Grid:
    grid = Grid("", [])
    if styles.telling:
        grid.formats = _formats(styles.telling, styles.formats, cells)
    if styles.others:
        grid.more_formats = partial(_formats, styles.others, styles.formats, cells)
    if b' t="e"' in cells:
        grid.errors = {_at(address): text.decode() for address, text in _ERROR.findall(cells)}
    if b" hidden=" in cells:
        grid.hidden_rows = set(_hidden_rows(_ROW.findall(cells)))
    if b"hidden" in head:
        grid.hidden_columns = set(_hidden_columns(head))
    return grid


def _without_result(formulas: Iterable[tuple[bytes, ...]], *, ours: bool) -> Iterator[bytes]:
    """Addresses of formulas that were saved without a result.

    A result that is an empty text is a blank: marked by t="str", or, in a workbook of ours as XlsxWriter drew it, by an
    empty <v></v>. Others write the same for a missing result: openpyxl does when it saves our workbook, and is told by
    its parts, which have no XML declaration.
    """
    for address, attributes, end, empty in formulas:
        if end and not (ours and empty) and b't="str"' not in attributes:
            yield address


def _hidden_rows(tags: Iterable[bytes]) -> Iterator[int]:
    at = -1
    for tag in tags:
        number = _NUMBER.search(tag)
        at = int(number[1]) - 1 if number else at + 1
        if _HIDDEN.search(tag):
            yield at


def _hidden_columns(head: bytes) -> Iterator[int]:
    for tag in _COLUMNS.findall(head):
        ends = [re.search(rb"\b" + end + rb'\s*=\s*["\'](\d{1,5})["\']', tag) for end in (b"min", b"max")]
        if _HIDDEN.search(tag) and ends[0] and ends[1]:
            yield from range(int(ends[0][1]) - 1, min(int(ends[1][1]), 16_384))


@lru_cache(maxsize=50_000)
def _at(address: bytes) -> tuple[int, int]:
    """Row and column, from 0; cached, since the forms of a batch have the same addresses."""
    letters = address.rstrip(b"0123456789")
    return int(address[len(letters) :]) - 1, column_number(letters)


@lru_cache(maxsize=50)
def _styles(xml: bytes) -> _Styles:
    """The cell styles that show a number otherwise than it is. Files of one form share their styles."""
    formats = dict(_BUILT_IN)
    for tag in re.findall(rb"<(?:\w+:)?numFmt\s[^>]*>", xml):
        code = re.search(rb'formatCode\s*=\s*(?:"([^"]*)"|\'([^\']*)\')', tag)
        number = re.search(rb'numFmtId\s*=\s*["\'](\d+)', tag)
        if code and number:
            formats[number[1]] = number_format(
                unescape((code[1] or code[2] or b"").decode(errors="replace"), {"&quot;": '"', "&#34;": '"'})
            )
    section = re.search(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", xml, re.DOTALL)
    styles = re.findall(rb"<(?:\w+:)?xf\b[^>]*", section[0]) if section else []
    numbers = (re.search(rb'numFmtId\s*=\s*["\'](\d+)', style) for style in styles)
    found = {str(at).encode(): formats.get(number[1]) for at, number in enumerate(numbers) if number}
    known = {style: look for style, look in found.items() if look is not None}
    telling = [style for style, look in known.items() if look.percent or look.before or look.after]
    return _Styles(known, _styled(telling), _styled(known.keys() - set(telling)))


def _styled(styles: Collection[bytes]) -> re.Pattern[bytes] | None:
    some = b"|".join(styles) if len(styles) < _MANY else rb"\d++"  # each cell would be held against each of them
    return re.compile(rb'<c r="([^"]++)" s="(' + some + rb')"(?! t="[^n]|/)') if styles else None


def _formats(pattern: re.Pattern[bytes], looks: Mapping[bytes, Format], cells: bytes) -> dict[tuple[int, int], Format]:
    return {_at(address): looks[style] for address, style in pattern.findall(cells) if style in looks}
