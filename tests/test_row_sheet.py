"""Rows written in bulk are the XML that xlsxwriter's own methods write, cell by cell; a version that differs fails here."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from ooxml_rules import problems

from selfeval_xl.writer import row_sheet
from selfeval_xl.writer.book import CREATED, OPTIONS, opened
from selfeval_xl.writer.formulas import ROW, Live
from selfeval_xl.writer.links import Link
from selfeval_xl.writer.looks import summary
from selfeval_xl.writer.row_sheet import NO_CELL, RowSheet, number_of
from selfeval_xl.writer.text import clean

OTHER = '三公 & "表"'
ROWS: list[list[Any]] = [
    ["交通局", "a < b & \"c\" > 'd'", "  前后空白 ", "两行\n文字", "", "_x000D_ _x0041_", "\x00\x0b\x1f\x7f", "\ufffe\uffff"],
    ["=1+1", "{=1}", "http://a.cn", "mailto:a@b.cn", "'001", "-1", "1e5", "<r><t>x</t></r"],
    ["长" * 40_000, "😀" * 20_000, "交通局", "交通局", "]]>", "\t", "\u3000", "é\u0301"],
    [0, -1, 1, 10**15, 10**16 + 1, -(10**20), 2**53 + 1, 7],
    [0.0, -0.0, 0.1 + 0.2, 1 / 3, -1234567.891, 1e-300, 1.7976931348623157e308, 123456789012345.67],
    [None, None, True, False, None, 1.0, "终", None],
    [
        Live(1.5, f"SUM(D{ROW}:E{ROW})", 7),
        Live(0.1 + 0.2, 'IF(A1<>"",A1&"<",0)'),
        Live('优 < & > "良"', f"'{OTHER}'!B2"),
        Live("", 'IF(A1>1,A1,"")'),
        Live("#DIV/0!", "1/0"),
        Live(value=True, pattern="A1>=1"),
        Live(10**20, "A2"),
        Live("#N/A", "NA()"),
    ],
]  # fmt: skip
HEIGHTS = [19.0, 12.75, 409.0, 20.3, 33.4, 17.0, 25.5]
LINKS: dict[tuple[int, int], Link | str] = {
    (0, 0): f"internal:'{OTHER}'!A1",
    (0, 1): Link("收件箱/甲.xlsx", "'表 <1> & \"2\"'!B2", "甲.xlsx「表」 & <B2>\nB2"),
    (3, 1): Link("收件箱/乙%20丙.xls", "", "乙 丙.xls"),
    (3, 3): Link("收件箱/甲.xlsx", "'表'!C3:C4", ""),
    (5, 0): Link("收件箱/甲.xlsx", "'表'!C5", "甲"),
    (6, 0): Link("./甲", "'表'!C5", "甲"),
    (6, 2): Link("收件箱/乙%20丙.xls", "'表'!A1", "乙 丙.xls"),
}
TOP = 3


def drawn(write: Callable[[Any, Any], None], **options: Any) -> bytes:
    """A workbook with one sheet that `write` fills under a title and a header, as the summary has them."""
    made = BytesIO()
    book = xlsxwriter.Workbook(made, deepcopy(OPTIONS) | options)
    book.set_properties({"created": CREATED})
    looks = [book.add_format({"bold": True}), book.add_format({"num_format": "0.00"}), book.add_format({"bg_color": "#FF0000"})]
    for look in looks:
        number_of(look)
    sheet = book.add_worksheet("表", worksheet_class=RowSheet if write is in_bulk else None)
    sheet.set_column(0, 7, 12, looks[1])
    sheet.merge_range(0, 0, 0, 7, "", looks[0])
    sheet.write_string(0, 0, "标题", looks[0])
    sheet.write_url(1, 0, "internal:'表'!A1", looks[0], "返回")
    sheet.write_url(1, 1, "external:别处/丁.xlsx#'表'!A1", looks[0], "丁")
    for column in range(8):
        sheet.write_string(2, column, f"栏{column}", looks[0])
    write(sheet, looks)
    sheet.conditional_format(TOP, 0, TOP + 6, 0, {"type": "cell", "criteria": "==", "value": '"优"', "format": looks[2]})
    sheet.data_validation(TOP, 1, TOP, 1, {"validate": "list", "source": ["优", "良"]})
    sheet.autofilter(TOP - 1, 0, TOP + 6, 7)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='表'!$A$2:$B$2"})
    chart.set_size({"width": 400, "height": 30})  # beside the header: what hangs on rows in bulk knows nothing of their heights
    sheet.insert_chart("K1", chart)
    book.add_worksheet(OTHER)
    book.close()
    if isinstance(sheet, RowSheet):
        sheet.forget()
    return made.getvalue()


def in_bulk(sheet: RowSheet, looks: Any) -> None:
    """As the summary writes its rows."""
    for (row, column), link in LINKS.items():
        sheet.add_link(TOP + row, column, link, ROWS[row][column])
    for at, (height, cells) in enumerate(zip(HEIGHTS, ROWS, strict=True)):
        sheet.add_row(TOP + at, height, cells, [number_of(looks[column % 3]) for column in range(8)])
    sheet.merge_row(TOP + 7, 0, 2)
    blank = number_of(looks[0])
    sheet.add_row(TOP + 7, 30, ["宽", None, None, None, "右"], [blank, blank, blank, NO_CELL, blank])


def one_by_one(sheet: Any, looks: Any) -> None:
    """The same by xlsxwriter's public methods."""
    for at, (height, cells) in enumerate(zip(HEIGHTS, ROWS, strict=True)):
        sheet.set_row(TOP + at, height)
        for column, cell in enumerate(cells):
            place, look = (TOP + at, column), looks[column % 3]
            if isinstance(cell, Live):
                sheet.write_formula(*place, f"={cell.formula}", look, cell.value)
            elif isinstance(cell, str):
                sheet.write_string(*place, clean(cell), look)
            elif isinstance(cell, bool):
                sheet.write_boolean(*place, cell, look)
            elif cell is None:
                sheet.write_blank(*place, None, look)
            else:
                sheet.write_number(*place, cell, look)
    sheet.ignore_write_string = True
    for (row, column), link in LINKS.items():
        if isinstance(link, str):
            sheet.write_url(TOP + row, column, link, None, ROWS[row][column])
        else:
            url = xlsxwriter.url.Url(f"external:{link.path}#{link.place}" if link.place else f"external:{link.path}")
            url.text, url.tip = link.place.rpartition("!")[2], link.tip
            sheet.write_url(TOP + row, column, url)
    sheet.ignore_write_string = False
    sheet.set_row(TOP + 7, 30)
    sheet.merge_range(TOP + 7, 0, TOP + 7, 2, "", looks[0])
    sheet.write_string(TOP + 7, 0, "宽", looks[0])
    sheet.write_string(TOP + 7, 4, "右", looks[0])


def parts(content: bytes) -> dict[str, str]:
    """The parts of a workbook; of links the address itself, of rows not the columns that they span, which may be left out."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    rels = found.pop("xl/worksheets/_rels/sheet1.xml.rels")
    targets = dict(re.findall(r'Id="(\w+)"[^>]*? Target="([^"]*)"', rels))
    sheet = re.sub(r'(<row r="\d+") spans="[\d:]+"', r"\1", found["xl/worksheets/sheet1.xml"])
    found["xl/worksheets/sheet1.xml"] = re.sub(r'r:id="(\w+)"', lambda hit: f'r:id="{targets[hit[1]]}"', sheet)
    found["targets"] = "\n".join(sorted(set(targets.values())))
    return found


@pytest.mark.parametrize("in_memory", [True, False])
def test_rows_in_bulk_are_written_as_xlsxwriter_writes_them(in_memory: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Every part is the same, for all kinds of values, heights and links, above and beside them what comes cell by cell."""
    monkeypatch.setattr(row_sheet, "IN_MEMORY", 1)  # the temporary files are used from the first row on
    ours, theirs = parts(drawn(in_bulk, in_memory=in_memory)), parts(drawn(one_by_one, in_memory=in_memory))
    assert ours.keys() == theirs.keys()
    for name, part in theirs.items():
        assert re.sub("><", ">\n<", ours[name]) == re.sub("><", ">\n<", part), name


def test_links_to_one_file_share_a_relationship(tmp_path: Path) -> None:
    """Each file is named once, whatever is linked to it; readers find every address, and nothing is out of order."""
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(drawn(in_bulk))
    with zipfile.ZipFile(path) as archive:
        rels = archive.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
    files = {link.path for link in LINKS.values() if isinstance(link, Link)}
    assert rels.count("/hyperlink") == len(files) + 1  # and the one that was written cell by cell
    sheet = openpyxl.load_workbook(path)["表"]
    for (row, column), link in LINKS.items():
        found = sheet.cell(TOP + row + 1, column + 1).hyperlink
        if isinstance(link, Link):
            assert found.target.replace("\\", "/") == link.path.removeprefix("./")
            assert (found.location or "", found.tooltip or "") == (link.place, link.tip)
    assert problems(path) == []


def test_what_looks_like_an_escape_is_shown_as_typed(tmp_path: Path) -> None:
    """Excel takes _x000D_ for a line end: in a title, a row, the result of a formula and the words of a link it is escaped."""
    path, typed = tmp_path / "汇总.xlsx", "甲_x000D_乙_x005F_"
    with path.open("wb") as stream, opened(stream, summary(), "summary") as book:
        sheet, look = book.workbook.add_worksheet("表", worksheet_class=RowSheet), book.number("text")
        sheet.write_string(0, 0, typed, book.format("title"))
        sheet.add_link(1, 0, "internal:'表'!A1", typed)
        sheet.add_row(1, 20, [typed, Live(typed, "A1")], [look, look])
    assert python_calamine.load_workbook(path).get_sheet_by_index(0).to_python() == [[typed, ""], [typed, typed]]
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall('display="([^"]*)"', xml) == ["甲_x005F_x000D_乙_x005F_x005F_"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), b"1", [1]])
def test_what_no_cell_can_hold_is_refused(value: Any) -> None:
    """A number that is none, and what is no value at all, stop the writing instead of breaking the file."""
    with pytest.raises(TypeError), opened(BytesIO(), summary(), "summary") as book:
        book.workbook.add_worksheet("表", worksheet_class=RowSheet).add_row(0, 20, [value], [book.number("text")])


def test_a_cell_among_rows_in_bulk_is_refused() -> None:
    """A row that would stand in the file twice is our own mistake, and told before anything is written."""

    def write() -> None:
        with opened(BytesIO(), summary(), "summary") as book:
            sheet = book.workbook.add_worksheet("表", worksheet_class=RowSheet)
            sheet.add_row(1, 20, ["甲"], [book.number("text")])
            sheet.write_string(1, 3, "乙")

    with pytest.raises(ValueError, match="表"):
        write()


def test_nothing_stays_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the writing ends well or breaks off, in the middle or at its end."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(row_sheet, "IN_MEMORY", 1)

    def write(*, broken: bool) -> None:
        with opened(BytesIO(), summary(), "summary") as book:
            sheet = book.workbook.add_worksheet("表", worksheet_class=RowSheet)
            sheet.add_row(1, 20, ["甲" * 1000], [book.number("text")])
            assert list(tmp_path.iterdir())
            if broken:
                raise KeyboardInterrupt

    write(broken=False)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeyboardInterrupt):
        write(broken=True)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the temporary files find no room, the error is the system's own, which says so."""
    monkeypatch.setattr(RowSheet, "_pour", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"), opened(BytesIO(), summary(), "summary") as book:
        book.workbook.add_worksheet("表", worksheet_class=RowSheet).add_row(0, 20, ["甲"], [book.number("text")])
