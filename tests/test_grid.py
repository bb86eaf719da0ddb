"""Files of every kind into cells: what stands in a cell, what is hidden, and what is refused before it is parsed."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from selfeval_xl.frames import BLANK, ERROR, UNCACHED, VALUE
from selfeval_xl.reader import intake, package
from selfeval_xl.reader.grid import Grid, grids
from selfeval_xl.reader.intake import RefusedError
from selfeval_xl.reader.values import exact, label, shown

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DAY = dt.date(2021, 12, 31)


def read(data: bytes, *passwords: str) -> list[Grid]:
    """The sheets of a file that lies in memory."""
    return grids(intake.admit(data, passwords))


def refusal(data: bytes, *passwords: str) -> str:
    """Why a file is refused, as code and words."""
    with pytest.raises(RefusedError) as refused:
        read(data, *passwords)
    return f"{refused.value.code} {' '.join(refused.value.places.values())}".strip()


def day(value: Any) -> dt.date:
    """A date with or without a time as a date."""
    return value.date() if isinstance(value, dt.datetime) else value


# -- .xlsx ---------------------------------------------------------------------------------------------------------


def ooxml(
    sheet: str | bytes, *, strings: str = "", styles: str = "", book: str = "", extra: dict[str, str] | None = None
) -> bytes:
    """An .xlsx with one sheet S: `sheet` is what stands in sheetData, or a whole part where it is bytes."""
    part = sheet if isinstance(sheet, bytes) else f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>'.encode()
    relation = '<Relationship Id="rId{}" Type="' + OFFICE + '/{}" Target="{}"/>'
    parts = {
        "_rels/.rels": f"<Relationships>{relation.format(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        + relation.format(1, "worksheet", "worksheets/sheet1.xml")
        + relation.format(2, "styles", "/xl/styles.xml")
        + relation.format(3, "sharedStrings", "sharedStrings.xml")
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": part,
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        **(extra or {}),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return packed.getvalue()


def formats(*codes: str | int) -> str:
    """A style sheet whose cell styles 1, 2, … have these number formats, built in or written out."""
    own = "".join(
        f'<numFmt numFmtId="{200 + at}" formatCode="{code}"/>' for at, code in enumerate(codes) if isinstance(code, str)
    )
    ids = [200 + at if isinstance(code, str) else code for at, code in enumerate(codes)]
    return f'<numFmts>{own}</numFmts><cellXfs><xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{i}"/>' for i in ids) + "</cellXfs>"


def row(*cells: str) -> str:
    """One row of sheetData; a cell is its inner XML, or its attributes and inner XML parted by a bar."""
    drawn = []
    for at, cell in enumerate(cells):
        attributes, _, inner = cell.rpartition("|")
        drawn.append(f'<c r="{chr(65 + at)}1" {attributes}>{inner}</c>'.replace(" >", ">"))
    return f'<row r="1">{"".join(drawn)}</row>'


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        pytest.param(
            '<row><c><v>1</v></c><c r="C1"><v>2</v></c><c><v>3</v></c></row>', [[1, "", 2, 3]], id="cells without address"
        ),
        pytest.param(
            '<row r="3"><c><v>4</v></c></row><row><c><v>5</v></c></row>', [[""], [""], [4], [5]], id="rows without number"
        ),
        pytest.param("<row r='1'><c r='A1'><v>1</v></c><c\n r = 'B1'><v>2</v></c></row>", [[1, 2]], id="single quotes"),
        pytest.param(
            '<row r="1"><c t="n" r="A1"><v>1</v></c><c r="$B$1"><v>2</v></c></row>', [[1, 2]], id="other attributes first"
        ),
        pytest.param('<row r="1"><!-- <c r="A1"><v>9</v></c> --><c r="A1"><v>1<!-- 0 -->2</v></c></row>', [[12]], id="comments"),
        pytest.param(row("<v><![CDATA[12]]></v>", 't="inlineStr"|<is><t><![CDATA[a<b]]></t></is>'), [[12, "a<b"]], id="CDATA"),
        pytest.param(
            row('t="inlineStr"|<is><r><rPr><b/></rPr><t>年</t></r><r><t>初</t></r></is>'), [["年初"]], id="rich inline text"
        ),
        pytest.param(row('t="inlineStr"|<is><t>东</t><rPh sb="0" eb="1"><t>dong</t></rPh></is>'), [["东"]], id="phonetic run"),
        pytest.param(row('t="inlineStr"|<is><t>a_x000D_\nb</t></is>'), [["a\r\nb"]], id="escaped carriage return"),
        pytest.param(row('t="str"|<v>a_x005F_x000D_b</v>'), [["a_x000D_b"]], id="escaped escape"),
        pytest.param(row('t="b"|<v>1</v>', 't="b"|<v>0</v>'), [[True, False]], id="booleans"),
        pytest.param(row("<v>1E-2</v>", 't="n"|<v>0.0900000762939453</v>'), [[0.01, 0.0900000762939453]], id="numbers as saved"),
        pytest.param(row('t="str"|<v>12</v>'), [["12"]], id="a number as text stays text"),
        pytest.param(row("<v>1</v><extLst><ext/></extLst>"), [[1]], id="an extension within a cell"),
        pytest.param(row('t="d"|<v>2021-12-31</v>'), [[DAY]], id="ISO date"),
    ],
)
def test_cells_are_read_however_they_are_written(sheet: str, rows: list[list[Any]]) -> None:
    """Programs write the same sheet in many ways; the cells are the same, and stand where they stand."""
    assert read(ooxml(sheet))[0].rows == rows


@pytest.mark.parametrize("namespace", [MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"])
@pytest.mark.parametrize(("prefix", "mark"), [("", "xmlns"), ("x:", "xmlns:x")])
@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_prefixes_strict_files_and_encodings(namespace: str, prefix: str, mark: str, code: str) -> None:
    """Strict files, prefixed elements and other encodings hold the same cells, merges and hidden rows."""
    declared = "gb2312" if code == "gb18030" else code.removesuffix("-sig")
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><worksheet {mark}="{namespace}">'
        '<cols><col min="2" max="3" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>中</t></is></c></row>'
        '<row r="2" hidden="1"><c r="A2" t="e"><v>#N/A</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>'
    )
    for name in ("worksheet", "cols", "col", "sheetData", "row", "c", "is", "t", "v", "mergeCells", "mergeCell"):
        for end in (" ", ">"):
            text = text.replace(f"<{name}{end}", f"<{prefix}{name}{end}").replace(f"</{name}{end}", f"</{prefix}{name}{end}")
    grid = read(ooxml(text.encode(code)))[0]
    assert grid.text(0, 0) == grid.text(0, 1) == "中"
    assert grid.cell(1, 0).value == "#N/A"
    assert (grid.merges, grid.hidden_rows, grid.hidden_columns) == ([(0, 0, 0, 1)], {1}, {1, 2})


def test_shared_text_leaves_reading_aids_out() -> None:
    """Rich text is joined, phonetic runs are not part of it, and blanks that are to be kept are kept."""
    strings = (
        '<si><t>课</t><rPh sb="0" eb="1"><t>カ</t></rPh></si><si><r><t>年</t></r><r><rPr><b/></rPr><t>初</t></r></si>'
        '<si><t xml:space="preserve"> 数 </t></si>'
    )
    assert read(ooxml(row(*(f't="s"|<v>{at}</v>' for at in range(3))), strings=strings))[0].rows == [["课", "年初", " 数 "]]


@pytest.mark.parametrize(
    "code",
    [
        14,
        22,
        31,
        57,
        "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;",
        "[$-F800]dddd, mmmm dd, yyyy",
        "m/d;@",
        "[$-404]e/m/d",
        "e&quot;年&quot;m&quot;月&quot;d&quot;日&quot;",
    ],
)
def test_dates_are_dates(code: str | int) -> None:
    """Built-in formats, Chinese and written-out ones, years of the Republic too; 1904 counts from four years later."""
    for book, number in (("", 44561), ('<workbookPr date1904="1"/>', 44561 - 1462)):
        value = read(ooxml(row(f's="1"|<v>{number}</v>'), styles=formats(code), book=book))[0].cell(0, 0).value
        assert day(value) == DAY


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (9, "1250%"),
        (10, "1250.00%"),
        ("0.0%", "1250.0%"),
        ("0.00%;[Red]-0.00%", "1250.00%"),
        ("0 %", "1250%"),
        ("0.0#%", "1250%"),
        ("&quot;≥&quot;0%", "≥1250%"),
        (1, "13"),
        (2, "12.50"),
        (4, "12.50"),
        (43, "12.50"),
        ("#,##0.000_);(#,##0.000)", "12.500"),
        ("[Red]0.00_ ", "12.50"),
        ("0.0&quot;人次&quot;", "12.5人次"),
        ("General&quot;个&quot;", "12.5个"),
        ("[$¥-804]#,##0.00", "¥12.50"),
        ("0&quot;%&quot;", "13%"),
        (r"0\%", "13%"),
        ("0_%", "13"),
        (0, "12.5"),
        (49, "12.5"),
        ("0!.0,", "12.5"),
        ("# ?/?", "12.5"),
        ("[&gt;100]0;0.0", "12.5"),
    ],
)
def test_a_number_is_shown_as_its_format_has_it(code: str | int, text: str) -> None:
    """12.5 in every format that is met: decimals, separators, words; one that cannot be told shows the number as it is."""
    grid = read(ooxml(row('s="1"|<v>12.5</v>', 't="n" s="1"|<v>12.5</v>', "<v>12.5</v>"), styles=formats(code)))[0]
    percent = text.endswith("0%")
    assert [grid.cell(0, column).percent for column in range(3)] == [percent, percent, False]
    assert [shown(grid.seen(0, column)) for column in range(3)] == [text, text, "12.5"]
    assert exact(grid.seen(0, 0)) == ("1250%" if percent else "12.5")


def test_a_format_says_nothing_of_a_text_or_a_blank() -> None:
    """A style with a number format on a text, a date or an empty cell changes nothing."""
    grid = read(ooxml(row('s="1" t="str"|<v>95</v>', 's="1"|', 's="1"|<f>1</f><v>0.5</v>'), styles=formats("0.0%")))[0]
    assert [shown(grid.seen(0, column)) for column in range(3)] == ["95", None, "50.0%"]


def test_an_escape_that_a_program_left_in_is_no_text() -> None:
    """_x000D_ stands for a carriage return, also where a system wrote it into an .xls or a page as it is."""
    assert read("项目,甲_x000D_乙\n1,2\n".encode())[0].text(0, 1) == "甲\r乙"
    assert shown(read("项目,甲_x000D_乙\n1,2\n".encode())[0].cell(0, 1)) == "甲\n乙"
    assert label("部门_x000D_\n名称：") == "部门名称"


def test_an_escape_that_was_typed_is_text() -> None:
    """Who types _x000D_ into Excel has it escaped in the file, and sees what was typed; so do we."""
    grid = read(ooxml(row('t="str"|<v>甲_x005F_x000D_乙</v>', 't="str"|<v>甲_x000D_乙</v>')))[0]
    assert [shown(grid.cell(0, column)) for column in range(2)] == ["甲_x000D_乙", "甲\n乙"]


def test_errors_and_formulas_without_result_are_told() -> None:
    """An error keeps its name; a formula that was saved without its result is not a blank, one whose result is empty is."""
    cells = row(
        't="e"|<v>#DIV/0!</v>', 't="e"|<f>1/0</f><v>#N/A</v>', "<f>1+1</f>", "<f>1+1</f><v></v>", "<f>1+1</f><v/>",
        '<f t="shared" si="0"/>', 't="str"|<f>""</f><v></v>', "<f>1</f><v>0</v>", '<f t="shared" si="0"/><v>3</v>', "",
    )  # fmt: skip
    grid = read(ooxml(cells))[0]
    states = [grid.cell(0, column).state for column in range(10)]
    assert states == [ERROR, ERROR, UNCACHED, UNCACHED, UNCACHED, UNCACHED, BLANK, VALUE, VALUE, BLANK]
    assert grid.errors == {(0, 0): "#DIV/0!", (0, 1): "#N/A"}


def test_blank_helpers_of_our_template_are_blanks(root: Path) -> None:
    """As drawn, the template's helper formulas show nothing, and that is their result; saved by openpyxl they have none."""
    template = (root / "templates" / "input_template.xlsx").read_bytes()
    assert not any(grid.uncached for grid in read(template))
    again = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(template)).save(again)
    assert any(grid.uncached for grid in read(again.getvalue()))


def test_a_formula_that_xlsxwriter_left_open_is_uncached() -> None:
    """Only our own workbook gives an empty result on purpose; in any other the same cell has no result."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write_formula(0, 0, "=B1*2", None, "")
    assert read(made.getvalue())[0].cell(0, 0).state == UNCACHED


def test_what_stands_under_a_merge_is_not_seen() -> None:
    """Exporters fill every cell of a merged range; people see the first one, and so do we."""
    part = (
        f'<worksheet xmlns="{MAIN}"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>0</v></c><c r="C1"><v>3</v></c></row>'
        '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>1</f></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/>'
        "</mergeCells></worksheet>"
    )
    grid = read(ooxml(part.encode()))[0]
    assert [[grid.cell(line, column).value for column in range(3)] for line in range(2)] == [[1, None, 3], [None, None, None]]
    assert grid.span(1, 1) == (0, 0, 1, 1)
    assert not grid.errors
    assert not grid.uncached


def test_hidden_rows_columns_and_sheets_are_read_and_told() -> None:
    """What is hidden counts; that it is hidden is told. A sheet that is only a chart is passed over."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        seen, unseen, deep = (book.add_worksheet(name) for name in ("一", "二", "三"))
        for sheet in (seen, unseen, deep):
            sheet.write_column(0, 0, [1, 2, 3])
        seen.set_row(1, None, None, {"hidden": True})
        seen.set_column(2, 4, None, None, {"hidden": True})
        unseen.hide()
        unseen.protect()
        deep.very_hidden()
        book.add_chartsheet("图").set_chart(chart := book.add_chart({"type": "bar"}))
        chart.add_series({"values": "=一!$A$1:$A$3"})
    found = read(made.getvalue())
    assert [(grid.name, grid.rows, grid.hidden) for grid in found] == [
        (name, [[1], [2], [3]], hidden) for name, hidden in (("一", False), ("二", True), ("三", True))
    ]
    assert (found[0].hidden_rows, found[0].hidden_columns) == ({1}, {2, 3, 4})
    assert not found[1].hidden_rows
    assert [grid.protected for grid in found] == [False, True, False]


@pytest.mark.parametrize(
    ("cells", "limit"),
    [
        ('<c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c>', "末行行号"),
        ('<c r="a1"><v>1</v></c><c r="xfd1048576"><v>1</v></c>', "末行行号"),
        ("<c r='A1'><v>1</v></c><c r='DAA1'><v>1</v></c>", "末列列号"),
        ('<c r="A1"><v>1</v></c><y:c r="A300000"><v>1</v></y:c>', ""),
        ('<c r="A1"><v>1</v></c><c r="BAA150000"><v>1</v></c>', "单元格"),
        ('<c r="A1"><v>1</v></c><c r="ZZ9999"><v>1</v></c>', "单元格"),
    ],
)
def test_far_cells_are_refused_however_they_are_written(cells: str, limit: str) -> None:
    """A cell in the last corner would end the process: no spelling gets it past the look."""
    why = refusal(ooxml(f'<row r="1">{cells}</row>'))
    assert limit in why
    assert why.startswith("file.too_large" if limit else "file.unreadable")


def test_blank_cells_far_away_do_no_harm() -> None:
    """A border drawn down to the last row, as WPS likes to leave it, is no content."""
    sheet = row("<v>1</v>") + '<row r="1048576" ht="14"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"/></row>'
    assert read(ooxml(sheet))[0].rows == [[1]]


def test_a_damaged_or_lying_archive_is_refused() -> None:
    """One altered digit, a size that is not as declared, a document type, two parts of one name: never a silent choice."""
    good = ooxml(row("<v>154048.48</v>"))
    at = good.index(b"xl/worksheets/sheet1.xml") + 60
    assert "已损坏（xl/worksheets/sheet1.xml）" in refusal(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    content = zipfile.ZipFile(io.BytesIO(good)).read("xl/worksheets/sheet1.xml")
    short = content[:-40]
    lying = good.replace(
        struct.pack("<I", zlib.crc32(content)), struct.pack("<I", zlib.crc32(short))
    ).replace(struct.pack("<I", len(content)), struct.pack("<I", len(short)))  # fmt: skip
    assert zipfile.ZipFile(io.BytesIO(lying)).read("xl/worksheets/sheet1.xml") == short  # Python's own reader is taken in
    assert "已损坏" in refusal(lying)
    assert "DOCTYPE" in refusal(
        ooxml(f'<!DOCTYPE x [<!ENTITY a "b">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode())
    )
    assert "DOCTYPE" in refusal(
        ooxml(f'<?xml version="1.0"?><!--{"x" * 9000}--><!DOCTYPE x><worksheet xmlns="{MAIN}"/>'.encode())
    )
    with pytest.warns(UserWarning, match="Duplicate"):
        assert "两份不同的" in refusal(added(good, "xl/worksheets/sheet1.xml", b"<worksheet/>"))
    with pytest.warns(UserWarning, match="Duplicate"):
        assert read(added(good, "xl/worksheets/sheet1.xml", content))[0].rows == [[154048.48]]
    assert read(added(good, "[trash]/0000.dat", b"x"))[0].rows == [[154048.48]]


def added(data: bytes, name: str, content: bytes) -> bytes:
    """An archive with one more entry, even if there is one of this name."""
    packed = io.BytesIO(data)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def test_what_unpacks_to_too_much_is_refused() -> None:
    """A small file that unpacks to very much is refused by what it declares, before anything is unpacked."""
    assert "压缩比" in refusal(ooxml(row("<v>1</v>"), extra={"xl/media/big.bin": "0" * 60_000_000}))
    assert "压缩包内文件数" in refusal(ooxml("", extra={f"x/{at}": "" for at in range(5001)}))


def test_packed_parts_are_an_archive() -> None:
    """What calamine is given is an archive like any other."""
    archive = zipfile.ZipFile(io.BytesIO(package.packed({"甲.xml": b"<a/>", "b.xml": b""})))
    assert archive.testzip() is None
    assert archive.read("b.xml") == b""


# -- .xls ----------------------------------------------------------------------------------------------------------


def xls(*, base_1904: bool = False) -> bytes:
    """An Excel 97 workbook with one cell of each kind, a merge, a hidden row, column and sheet."""
    book = xlwt.Workbook()
    book.dates_1904 = base_1904
    sheet = book.add_sheet("一")
    sheet.write(0, 0, "标题")
    sheet.merge(0, 0, 0, 2)
    sheet.write(1, 0, 0.5, xlwt.easyxf(num_format_str="0.00%"))
    sheet.write(1, 1, 0.5, xlwt.easyxf(num_format_str='0.00"%"'))
    sheet.row(1).set_cell_error(2, "#DIV/0!")
    sheet.write(1, 3, DAY, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(1, 4, True)  # noqa: FBT003 (xlwt's way)
    sheet.row(2).hidden = True
    sheet.write(2, 0, 7)
    sheet.col(1).hidden = True
    book.add_sheet("二").visibility = 1
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_an_old_workbook_tells_as_much_as_a_new_one() -> None:
    """Errors, merges, percent formats, dates and what is hidden, from .xls."""
    grid, second = read(xls())
    assert grid.merges == [(0, 0, 0, 2)]
    assert [grid.cell(1, column).percent for column in range(2)] == [True, False]
    assert [shown(grid.cell(1, column)) for column in range(2)] == ["50.00%", "0.50%"]
    assert (grid.cell(1, 2).value, grid.cell(1, 2).state) == ("#DIV/0!", ERROR)
    assert (day(grid.cell(1, 3).value), grid.cell(1, 4).value) == (DAY, True)
    assert (grid.hidden_rows, grid.hidden_columns, grid.hidden, second.hidden) == ({2}, {1}, False, True)
    assert day(read(xls(base_1904=True))[0].cell(1, 3).value) == DAY


def test_a_broken_old_workbook_is_refused_with_a_reason() -> None:
    """Half a file, and an Office document of another kind."""
    assert refusal(xls()[:2500]).startswith("file.unreadable")
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000) == "file.foreign 别的 Office 文档"


# -- text kinds ----------------------------------------------------------------------------------------------------

SPREADSHEETML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="0.00%"/></Style>
<Style ss:ID="d"><NumberFormat ss:Format="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></Style></Styles>
<Worksheet ss:Name="预算"><Table><Column/><Column ss:Hidden="1" ss:Span="1"/>
<Row><Cell ss:MergeAcross="1" ss:MergeDown="1"><Data ss:Type="String">项<html:B>目</html:B></Data></Cell>
<Cell><Data ss:Type="Number">1.5</Data></Cell></Row>
<Row ss:Hidden="1"><Cell ss:Index="3" ss:StyleID="p"><Data ss:Type="Number">0.5</Data></Cell></Row>
<Row ss:Index="5"><Cell><Data ss:Type="Error">#N/A</Data></Cell><Cell ss:Formula="=1+1"/>
<Cell><Data ss:Type="DateTime">2021-12-31T00:00:00.000</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell>
<Cell ss:StyleID="d"><Data ss:Type="Number">44561</Data></Cell></Row>
</Table></Worksheet>
<Worksheet ss:Name="藏"><Table/>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet></Workbook>"""


def test_spreadsheetml_of_2003() -> None:
    """Places that are left out, merges, percent styles, errors, dates and what is hidden."""
    grid, second = read(SPREADSHEETML.encode())
    assert grid.merges == [(0, 0, 1, 1)]
    assert grid.text(1, 1) == "项目"
    assert (grid.cell(0, 2).value, grid.cell(1, 2).percent, grid.cell(0, 2).percent) == (1.5, True, False)
    assert shown(grid.cell(1, 2)) == "50.00%"
    assert [grid.cell(4, column).state for column in range(4)] == [ERROR, UNCACHED, VALUE, VALUE]
    assert (grid.cell(4, 2).value, grid.cell(4, 3).value) == (dt.datetime(2021, 12, 31), True)  # noqa: DTZ001 (cells have no zone)
    assert day(grid.cell(4, 4).value) == DAY
    assert (grid.hidden_rows, grid.hidden_columns, second.hidden) == ({1}, {1, 2}, True)
    assert read(SPREADSHEETML.encode("utf-16"))[0].rows == grid.rows
    assert "DOCTYPE" in refusal(SPREADSHEETML.replace("<?mso", '<!DOCTYPE x [<!ENTITY a "b">]><?mso').encode())


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_of_a_web_page(code: str) -> None:
    """Spans, nested tables, text between them; codes and text formats stay text, numbers become numbers."""
    page = """<html><head><title>导出</title><style>td {x: y}</style></head><body><p>自评表</p>
    <table><tr><th rowspan=2>项目<th colspan="2">资金&nbsp;（万元）</tr><tr><td>年初<td>决算</tr>
    <tr><td>合计<br>其中</td><td>1200</td><td x:num="98.123">98.12</td></tr>
    <tr style="display:none"><td style="vnd.ms-excel.numberformat:@">100<td>02</tr></table>
    <div>单位：<b>万元</b></div><table><tr><td><table><tr><td>内</td></tr></table></td></tr></table></body></html>"""
    grid = read(page.encode(code))[0]
    filled = [[value for value in line if value != ""] for line in grid.rows]
    assert [line for line in filled if line] == [
        ["自评表"], ["项目", "资金 （万元）"], ["年初", "决算"],
        ["合计\n其中", 1200, 98.123], ["100", "02"], ["单位：万元"], ["内"],
    ]  # fmt: skip
    assert grid.merges == [(1, 0, 2, 0), (1, 1, 1, 2)]
    assert (grid.text(2, 0), grid.text(1, 2), grid.text(2, 1)) == ("项目", "资金 （万元）", "年初")
    assert grid.hidden_rows == {4}
    assert shown(grid.cell(3, 2)) == "98.12"


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_text_tables(code: str, sign: str) -> None:
    """Comma, tab or semicolon, quoted fields with line ends; codes keep their zeros."""
    text = "\r\n".join(
        sign.join(line)
        for line in (["科目", "名称", "金额"], ["02", '"教育\n支出"', "12.50"], ["03", "", "1,2" if sign != "," else "x"])
    )
    assert read(text.encode(code))[0].rows[:2] == [["科目", "名称", "金额"], ["02", "教育\n支出", 12.5]]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "file.empty"),
        (b"%PDF-1.7 ...", "file.foreign PDF"),
        (b"<html><body>login</body></html>", "file.foreign 没有表格的网页（HTML）"),
        (b'<?xml version="1.0"?><svg/>', "file.foreign XML 文件"),
        ("一段说明，没有表格。".encode(), "file.foreign 文本或别的文件"),
        (bytes(range(256)), "file.foreign 文本或别的文件"),
    ],
)
def test_what_is_no_table_is_named(data: bytes, why: str) -> None:
    """A file that holds no table is refused for what it is."""
    assert refusal(data) == why


@pytest.mark.parametrize(
    "page",
    [
        "<table>" + "<tr><td colspan=1000>x<td>y</tr>" * 5000 + "</table>",
        '<table><tr><td rowspan=100000 colspan="1999">x</tr>' + "<tr><td>y</tr>" * 3000 + "</table>",
    ],
)
def test_spans_cannot_grow_a_small_page_without_end(page: str) -> None:
    """A few bytes that span a million cells are refused by the limit."""
    assert "file.too_large" in refusal(page.encode())


# -- .ods ----------------------------------------------------------------------------------------------------------

ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:automatic-styles>
<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="一"><table:table-column/>
<table:table-column table:number-columns-repeated="2" table:visibility="collapse"/><table:table-header-rows><table:table-row>
<table:table-cell office:value-type="string" table:number-columns-spanned="2" table:number-rows-spanned="2">
<office:annotation><text:p>批注</text:p></office:annotation><text:p>项<text:s text:c="2"/>目</text:p><text:p>名称</text:p>
</table:table-cell><table:covered-table-cell/><table:table-cell office:value-type="float" office:value="1.5"/>
</table:table-row></table:table-header-rows><table:table-row table:visibility="filter"/>
<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>
<table:table-cell office:value-type="percentage" office:value="0.5" table:number-columns-repeated="2"><text:p>50.0%</text:p>
</table:table-cell></table:table-row>
<table:table-row><table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""
 calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell table:formula="of:=1"/>
<table:table-cell office:value-type="date" office:date-value="2021-12-31"/>
<table:table-cell office:value-type="boolean" office:boolean-value="true"/></table:table-row>
<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table>
<table:table table:name="二" table:style-name="off"/></office:spreadsheet></office:body></office:document-content>"""


def ods(content: str, manifest: str = "<manifest/>") -> bytes:
    """An .ods of one content part."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return packed.getvalue()


def test_opendocument() -> None:
    """Merges, repeated cells, percent cells, errors, dates and what is hidden, from .ods."""
    grid, second = read(ods(ODS))
    assert grid.merges == [(0, 0, 1, 1)]
    assert grid.text(1, 1) == "项  目\n名称"
    assert grid.rows[2:4] == [["", "", 0.5, 0.5]] * 2
    assert [shown(grid.cell(line, column)) for line in (2, 3) for column in (2, 3)] == ["50.0%"] * 4
    assert shown(grid.cell(0, 2)) == "1.5"
    assert [grid.cell(4, column).state for column in range(4)] == [ERROR, UNCACHED, VALUE, VALUE]
    assert [grid.cell(4, column).value for column in range(4)] == ["#DIV/0!", None, DAY, True]
    assert (grid.hidden_rows, grid.hidden_columns, grid.hidden, second.hidden) == ({1}, {1, 2}, False, True)


def test_opendocument_makes_a_repeated_text_once() -> None:
    """A long text over thousands of cells costs its length once, not once a cell."""
    grid, _ = read(
        ods(ODS.replace("50.0%", "字  " * 50).replace("percentage", "string").replace('repeated="2"', 'repeated="30"'))
    )
    found = [value for line in grid.rows for value in line if isinstance(value, str) and value.startswith("字")]
    assert len(found) == 30 * 30
    assert all(value is found[0] for value in found)


def test_opendocument_that_cannot_be_read() -> None:
    """A password, a value repeated over the whole sheet, a document type."""
    assert refusal(ods(ODS, "<manifest:encryption-data/>")) == "file.encrypted"
    assert "file.too_large" in refusal(
        ods(ODS.replace('office:value="1.5"', 'office:value="1" table:number-columns-repeated="16384"'))
    )
    assert "DOCTYPE" in refusal(ods(ODS.replace("<office:document", '<!DOCTYPE x [<!ENTITY a "b">]><office:document', 1)))


# -- passwords -----------------------------------------------------------------------------------------------------


def test_passwords_are_asked_for_and_used() -> None:
    """An encrypted .xlsx is opened with its password; one that Excel locked with its own word needs none."""
    office = pytest.importorskip("msoffcrypto.format.ooxml", reason="needs the extra `passwords`")
    with xlsxwriter.Workbook(plain := io.BytesIO()) as book:
        book.add_worksheet().write(0, 0, 1)
    for password, given in (("2021", ["0", "2021"]), ("VelvetSweatshop", [])):
        locked = io.BytesIO()
        office.OOXMLFile(plain).encrypt(password, locked)
        assert read(locked.getvalue(), *given)[0].rows == [[1]]
        if given:
            assert refusal(locked.getvalue(), "0") == "file.encrypted"
            costly = locked.getvalue().replace(b'spinCount="100000"', b'spinCount="999999999"')
            assert refusal(costly, password) == "file.encrypted"
