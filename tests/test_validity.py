"""Every workbook that we write opens in Excel without a repair: the rules that Excel enforces, and the schemas.

Excel is on no machine that runs these tests, so its rules stand in `ooxml_rules`, and each of them is shown to find a
breach that is planted here.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import sample_evaluations as sample
import xlsxwriter
from ooxml_rules import area_of, problems, schema_problems

import selfeval_xl as sx
from selfeval_xl import batch

pytestmark = pytest.mark.slow

SHEET, BOOK, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
TYPES, RELATIONS = "[Content_Types].xml", "xl/worksheets/_rels/sheet1.xml.rels"
TABLE, DRAWING, CHART = "xl/tables/table1.xml", "xl/drawings/drawing1.xml", "xl/charts/chart1.xml"


@pytest.fixture(scope="module")
def ours(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A workbook of every kind that we write."""
    folder = tmp_path_factory.mktemp("ours")
    evaluations = sx.run(root / "samples", folder / "汇总.xlsx")
    return [
        folder / "汇总.xlsx",
        *list(batch.write_details(evaluations, folder / "明细"))[:2],
        sx.write_summary(sample.evaluations(), folder / "例.xlsx"),
        sx.write_summary(sample.evaluations([]), folder / "空.xlsx"),
        sx.write_template(folder / "样表.xlsx"),
        batch.write_preview(evaluations, root / "samples", folder / "看.xlsx"),
    ]


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workbook that has one of everything: table, filter, chart, link, validation, conditional format, name, break."""
    path = tmp_path_factory.mktemp("rich") / "全.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet, other = book.add_worksheet("表 一"), book.add_worksheet("数")
    bold = book.add_format({"bold": True, "num_format": "0.00"})
    other.write_column(0, 0, [1, 2, 3])
    other.autofilter(0, 0, 2, 0)
    sheet.write_string(0, 0, " 题 ")
    sheet.merge_range("A2:C2", "并", bold)
    sheet.merge_range("E2:F2", "并二", bold)
    sheet.add_table("A4:B6", {"name": "表样", "columns": [{"header": "名"}, {"header": "数"}], "data": [["甲", 1], ["乙", 2]]})
    sheet.write_formula("D4", "=SUM('数'!A1:A3)+限额", bold, 16)
    sheet.write_url("D5", "external:子 夹/源#1.xlsx#'表'!A1", bold, "源")
    sheet.write_url("D6", "internal:'数'!A2", bold, "数")
    sheet.data_validation("D7", {"validate": "list", "source": ["优", "良"], "input_title": "等级", "input_message": "请选"})
    sheet.conditional_format("D4:D8", {"type": "cell", "criteria": ">", "value": 3, "format": bold})
    sheet.set_footer("&C第 &P 页")
    sheet.set_h_pagebreaks([5])
    sheet.set_column(0, 1, 12)
    sheet.set_column(2, 2, 30)
    sheet.write_comment("A4", "注")
    book.define_name("限额", "='数'!$A$3")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='数'!$A$1:$A$3"})
    sheet.insert_chart("H2", chart)
    book.close()
    return path


def planted(path: Path, target: Path, part: str, pattern: str, replacement: str) -> Path:
    """The workbook with one part changed, or without it where nothing is to be put in."""
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                text, count = re.subn(pattern, replacement, content.decode(), count=1, flags=re.DOTALL)
                assert count, "the breach was not planted"
                content = text.encode()
            after.writestr(name, content)
    return target


BREACHES = {
    "a part without a type": (TYPES, '<Override PartName="/xl/tables/table1.xml".*?/>', "", "the type of any XML"),
    "a type without a part": (TYPES, "sheet2.xml", "sheet9.xml", "sheet9.xml which is absent"),
    "a link to no part": ("xl/_rels/workbook.xml.rels", "worksheets/sheet2", "worksheets/sheet7", "sheet7.xml which is absent"),
    "an unknown relationship": (SHEET, 'drawing r:id="rId', 'drawing r:id="rId9', "which no relationship has"),
    "broken XML": (STYLES, "<fonts", "<font", "is missing or broken"),
    "elements out of order": (SHEET, "(<sheetData>.*</sheetData>)(<mergeCells.*?</mergeCells>)", r"\2\1", "sheetData stands"),
    "an element twice": (SHEET, "(<pageMargins.*?/>)", r"\1\1", "pageMargins stands after pageMargins"),
    "an element of its own": (SHEET, "<sheetData>", "<colour/><sheetData>", "colour that does not belong"),
    "one name for two sheets": (BOOK, 'name="数"', 'name="表 一"', "two sheets have one name"),
    "a name of 32 signs": (BOOK, 'name="数"', f'name="{"数" * 32}"', "no name of a sheet"),
    "a sign that no name may have": (BOOK, 'name="数"', 'name="数/"', "no name of a sheet"),
    "a front that is absent": (BOOK, "<workbookView ", '<workbookView activeTab="5" ', "hidden or absent"),
    "a name like a cell": (BOOK, 'name="限额"', 'name="AB12"', "no name: AB12"),
    "a name of nothing": (BOOK, "'数'!\\$A\\$3<", "无!$A$3<", "no such sheet"),
    "a name of a lost cell": (BOOK, "'数'!\\$A\\$3<", "数!#REF!<", "no such|refers to nothing"),
    "a filter without its name": (BOOK, "_xlnm._FilterDatabase", "_xlnm.Print_Area", "no hidden name"),
    "a print area of another sheet": (BOOK, ">数!\\$A\\$1:\\$A\\$3<", ">'表 一'!$A$1<", "no area of its sheet"),
    "a string that is absent": (SHEET, 't="s"><v>0<', 't="s"><v>999<', "a string that is absent"),
    "a wrong count of strings": (STRINGS, 'uniqueCount="', 'uniqueCount="9', "uniqueCount is"),
    "a string too long": (STRINGS, ">并<", f">{'并' * 32_768}<", "too long"),
    "a blank that would be lost": (STRINGS, ' xml:space="preserve"', "", "would be lost"),
    "a style that is absent": (SHEET, 's="1"', 's="77"', "a style that is not defined"),
    "a font that is absent": (STYLES, 'fontId="1"', 'fontId="9"', "fontId 9 is out of range"),
    "a number format that is absent": (STYLES, '<xf numFmtId="164"', '<xf numFmtId="199"', "numFmtId 199"),
    "fills that Excel keeps": (STYLES, 'patternType="gray125"', 'patternType="solid"', "keeps for itself"),
    "cells out of order": (SHEET, 'r="D4"', 'r="A4"', "does not stand where it belongs"),
    "rows out of order": (SHEET, '<row r="4"', '<row r="2"', "row 2 after row 2"),
    "no number": (SHEET, "<v>16</v>", "<v>nan</v>", "is no number: nan"),
    "a formula without its result": (SHEET, "<v>16</v>", "", "without its result"),
    "a formula with a foreign function": (SHEET, "<f>SUM", "<f>_xlfn.XLOOKUP", "not one that all programs share"),
    "a formula that asks to be saved": (SHEET, r"<f>SUM\(", "<f>NOW()+SUM(", "not one that all programs share"),
    "a formula of no sheet": (SHEET, "<f>SUM\\('?数'?", "<f>SUM('无'", "no such sheet"),
    "a formula of no name": (SHEET, "限额</f>", "限度</f>", "no such cell, name or table"),
    "a formula cut off": (SHEET, "限额</f>", "(限额</f>", "brackets do not match|cannot be parsed"),
    "merged ranges over one another": (SHEET, 'ref="E2:F2"', 'ref="C2:F2"', "merged ranges overlap"),
    "a merge in a table": (SHEET, 'ref="E2:F2"', 'ref="B5:C5"', "a table lies over merged cells"),
    "a header that is not the column's": (TABLE, 'name="数"', 'name="额"', "has another header"),
    "a table of no row": (TABLE, 'ref="A4:B6"', 'ref="A4:B4"', "has no row"),
    "a table with a name's name": (TABLE, 'displayName="表样"', 'displayName="B2"', "no name of a table"),
    "a link that leads nowhere": (SHEET, "location=\"'数'!A2\" ", "", "leads nowhere"),
    "a link to no sheet": (SHEET, "location=\"'数'!A2\" ", "location=\"'无'!A2\" ", "no such sheet"),
    "a link twice": (SHEET, 'ref="D6"', 'ref="D5"', "stands twice"),
    "a link that is no address": (RELATIONS, "%20", " ", "is no address"),
    "too long a link": (RELATIONS, "%20", "子" * 2_080, "too long an address"),
    "too long a tip": (SHEET, 'ref="D6" ', f'ref="D6" tooltip="{"提" * 256}" ', "too long a place or tip"),
    "too long a prompt": (SHEET, 'prompt="请选"', f'prompt="{"选" * 256}"', "prompt is longer"),
    "too long a title": (SHEET, 'promptTitle="等级"', f'promptTitle="{"选" * 33}"', "promptTitle is longer"),
    "too long a list": (SHEET, "优,良", ",".join("优" * 140), "formula1 is longer"),
    "a condition of no look": (SHEET, 'dxfId="0"', 'dxfId="3"', "a look that is not defined"),
    "too long a footer": (SHEET, "<oddFooter>", f"<oddFooter>{'页' * 256}", "footer is longer"),
    "a break off the sheet": (SHEET, '<brk id="5"', '<brk id="1048577"', "rowBreaks are out of order"),
    "columns over one another": (SHEET, '<col min="3"', '<col min="2"', "overlap or are too wide"),
    "a wrong count": (SHEET, '<mergeCells count="2"', '<mergeCells count="5"', "says 5 and has 2"),
    "an anchor off the sheet": (DRAWING, "<xdr:col>7<", "<xdr:col>99999<", "off the sheet"),
    "a chart of no sheet": (CHART, "<c:f>'数'", "<c:f>无", "no such sheet"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_found(name: str, rich: Path, tmp_path: Path) -> None:
    """The rules can fail: each breach, planted in a workbook that is sound, is named."""
    part, pattern, replacement, words = BREACHES[name]
    told = problems(planted(rich, tmp_path / "坏.xlsx", part, pattern, replacement))
    assert any(re.search(words, one) for one in told), told


def test_a_sound_workbook_is_left_alone(rich: Path) -> None:
    """A workbook with one of everything, as xlsxwriter makes it, has no breach."""
    assert problems(rich) == []


def test_our_workbooks_keep_the_rules_of_excel(ours: list[Path]) -> None:
    """Summary, that of one file, of none, template and preview: not one breach."""
    assert {path.name: found for path in ours if (found := problems(path))} == {}


def test_our_workbooks_keep_to_the_schemas(ours: list[Path], rich: Path, tmp_path: Path) -> None:
    """The Open XML SDK's own tables find no fault either; they do find one that is planted in a chart."""
    pytest.importorskip("openxml_audit", reason="brings the schemas; the rules above are checked without it")
    assert {path.name: found for path in ours if (found := schema_problems(path))} == {}
    broken = planted(rich, tmp_path / "坏.xlsx", CHART, "<c:barDir.*?/>", "<c:barDirection/>")
    assert any("chart1.xml" in one for one in schema_problems(broken))


@pytest.mark.shared
def test_summaries_of_real_workbooks_keep_the_rules(shared: Path, tmp_path: Path) -> None:
    """The summary of the public documents has no breach either."""
    sx.run(shared / "cases", tmp_path / "汇总.xlsx")
    assert problems(tmp_path / "汇总.xlsx") == []


@pytest.mark.parametrize(
    ("text", "area"),
    [("B2", (2, 2, 2, 2)), ("$A$1:$C$7", (1, 1, 3, 7)), ("$1:$6", (1, 1, 16_384, 6)), ("A:B", (1, 1, 2, 1_048_576)),
     ("XFE1", None), ("A0", None), ("A1048577", None), ("C3:A1", None), ("名", None), ("", None)],
)  # fmt: skip
def test_areas_are_those_of_a_sheet(text: str, area: tuple[int, int, int, int] | None) -> None:
    """An address is one that Excel has."""
    assert area_of(text) == area
