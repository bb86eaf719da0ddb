"""The preview: every cell as it stands, coloured by what it was taken for; what nobody recognised is seen at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from forms import draw
from openpyxl import load_workbook
from test_batch import standard

import selfeval_xl as sx
from selfeval_xl import frames
from selfeval_xl.batch import write_preview
from selfeval_xl.writer.preview_looks import looks

FORM = """
项目支出绩效自评表 | < | < | < | < | < | < | <
（2022年度） | < | < | < | < | < | < | <
项目名称 | 农村公路养护 | < | < | 主管部门 | 示例县交通运输局 | < | <
项目资金（万元） | < | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
年度资金总额 | < | 90 | 100 | 80 | 10 | 80% | 8
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因分析及改进措施
产出指标 | 数量指标 | 养护里程 | ≥100公里 | 80公里 | 50 | 40 | 雨季延误
^ | 质量指标 | 合格率 | ≥95% | 96% | 40 | 四十 |
总分 | < | < | < | < | 100 | 88 |
另记 | 12345 | | | | | |
"""


class Cells(HTMLParser):
    """The cells of a page by their text, and every tag that occurs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: dict[str, Mapping[str, str | None]] = {}
        self.tags: set[str] = set()
        self.opened: tuple[Mapping[str, str | None], list[str]] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A cell begins."""
        self.tags.add(tag)
        if tag == "td":
            self.opened = (dict(attrs), [])

    def handle_data(self, data: str) -> None:
        """What a cell holds."""
        if self.opened:
            self.opened[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        """A cell ends."""
        if tag == "td" and self.opened:
            self.cells["".join(self.opened[1])] = self.opened[0]
            self.opened = None


def drawn(folder: Path, form: str = FORM, name: str = "预览.html", **sheets: str) -> Path:
    """A preview of a form that is drawn from a text grid."""
    return sx.preview(draw(folder / "表.xlsx", **(sheets or {"自评表": form})), folder / name)


def page(folder: Path, form: str = FORM) -> Cells:
    """The same as a web page, cell by cell."""
    return Cells(drawn(folder, form).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("农村公路养护", "profile", "项目名称：农村公路养护"),
        ("示例县交通运输局", "profile", "部门名称：示例县交通运输局"),
        ("年度资金总额", "label", "项目：年度资金总额"),
        ("90", "original_budget", "年初预算数：900,000.00 元"),
        ("100", "final_budget", "全年预算数：1,000,000.00 元"),
        ("8", "score", "自评得分：8"),
        ("10", "weight", "分值：10"),
        ("80%", "rate", "执行率(填报)：80%"),
        ("产出指标", "level", "一级指标：产出指标"),
        ("数量指标", "level", "二级指标：数量指标"),
        ("养护里程", "level", "三级指标：养护里程"),
        ("≥100公里", "target", "指标值：100"),
        ("80公里", "achieved", "完成数值：80"),
        ("雨季延误", "reason", "偏差原因分析及改进措施：雨季延误"),
    ],
)
def test_a_cell_shows_what_it_was_taken_for(tmp_path: Path, text: str, kind: str, said: str) -> None:
    """Its colour tells the kind, hovering tells what was read, in 元 and with the unit resolved."""
    form = FORM.replace("总分 | < | < | < | < | 100", "总分 | < | < | < | < | 99")
    cell = page(tmp_path, form).cells[text]
    assert kind in (cell["class"] or "").split()
    assert said in (cell["title"] or "").splitlines()


def test_a_figure_that_nobody_recognised_is_seen_at_once(tmp_path: Path) -> None:
    """It has a colour, a border and a mark of its own, and stands in the list beside the sheet with a link to it."""
    cells = page(tmp_path).cells
    assert {text for text, cell in cells.items() if "unread" in (cell.get("class") or "").split()} == {"◇12345", "◇100"}
    assert cells["◇12345"]["id"] == "s1-B10"
    assert '<a href="#s1-B10">B10</a>' in (tmp_path / "预览.html").read_text(encoding="utf-8")


def test_a_finding_stands_at_its_cell_and_in_the_list(tmp_path: Path) -> None:
    """四十 is no number: a mark with a number at the cell, and the sentence under that number beside the sheet."""
    cells = page(tmp_path)
    cell = cells.cells["▲1四十"]
    assert "不能作为数字读入" in (cell["title"] or "")
    assert re.search(r'▲1</span> <a href="#s1-G8">G8</a>.*不能作为数字读入', (tmp_path / "预览.html").read_text(encoding="utf-8"))


NUMBERED = """
收入支出决算表 | < | <
金额单位：万元 | < | <
项目 | 行次 | 决算数
一、财政拨款收入 | 1 | 50
二、事业收入 | 2 | 20
三、其他收入 | 3 | 10
本年收入合计 | 4 | 80
"""


def test_a_numbering_is_no_figure_that_was_missed(tmp_path: Path) -> None:
    """行次 goes up by one from row to row: nobody need look at it."""
    cells = page(tmp_path, NUMBERED).cells
    assert {"1", "2", "3", "4"} <= {text for text, cell in cells.items() if cell.get("class") in {"numbering r", "left_out r"}}
    assert not any("unread" in (cell.get("class") or "") for text, cell in cells.items() if text.strip("◇").isdigit())


def test_every_column_with_a_cell_has_a_colour() -> None:
    """A column that is added to columns.csv is given a kind in preview.toml, and no kind names a column that there is not."""
    named = [name for kind in looks().kinds for name in kind.of]
    placed = {f"{column.frame}.{column.column}" for column in frames.columns() if column.placed}
    missing = {name for name in placed if name not in named and f"{name.split('.')[0]}.*" not in named}
    assert missing == set()
    assert {name for name in named if not name.endswith((".*", ".cell"))} <= placed
    assert {kind.code for kind in looks().kinds} >= looks().unused
    assert len({kind.fill for kind in looks().kinds if kind.fill}) == sum(bool(kind.fill) for kind in looks().kinds)


# -- what a workbook says is never trusted -------------------------------------------------------------------------

EVIL = """
项目支出绩效自评表 | < | < | <
项目名称 | <script>alert(1)</script> | 主管部门 | "><img src=x onerror=alert(2)>
项目资金（万元） | 全年预算数 | 全年执行数 | 备注
年度资金总额 | 100 | '=cmd |'/C calc'!A0
其他资金 | 1 | </td></table><h1>x | '=HYPERLINK("http://x")
其中：债券 | 1 | javascript:alert(3) | http://example.org/
"""


def test_text_of_a_workbook_is_no_html(tmp_path: Path) -> None:
    """<script>, attributes that break out, closing tags: all of it is text, in the cells, titles and the list of findings."""
    written = sx.preview(draw(tmp_path / "甲<b>&'.xlsx", **{"<i>表": EVIL}), tmp_path / "预览.html").read_text(encoding="utf-8")
    cells = Cells(written)
    assert "<script>alert(1)</script>" in cells.cells
    assert not {"script", "img", "i", "iframe", "object", "link"} & cells.tags
    assert "onerror=" not in re.sub(r'"[^"]*"|>[^<]*<', "", written)
    assert not re.search(r'(?:src|href)="(?!#)', written)


def test_text_of_a_workbook_is_no_formula_and_no_link(tmp_path: Path) -> None:
    """=cmd and web addresses are written as the text that they are; every link leads into the preview itself."""
    path = drawn(tmp_path, EVIL, "预览.xlsx")
    book = load_workbook(path)
    values = {cell.value: cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert values['=HYPERLINK("http://x")'].data_type == "s"
    assert values["=cmd"].data_type == "s"
    assert not [cell for cell in values.values() if cell.data_type == "f"]
    links = [cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links
    assert all(link.target is None and re.fullmatch(r"'表\d+'![A-Z]+\d+", link.location) for link in links)


# -- the sheet as it stands ----------------------------------------------------------------------------------------


def test_the_workbook_keeps_addresses_values_and_merges(tmp_path: Path) -> None:
    """B10 of the form is B10 of the preview; numbers stay numbers, merged cells merged; the first sheet links to the finding."""
    book = load_workbook(drawn(tmp_path, name="预览.xlsx"))
    sheet, original = book["表1"], load_workbook(tmp_path / "表.xlsx")["自评表"]
    assert {str(span) for span in sheet.merged_cells.ranges} == {str(span) for span in original.merged_cells.ranges}
    for row in original.iter_rows():
        for cell in row:
            assert sheet[cell.coordinate].value == cell.value, cell.coordinate
    assert "不能作为数字读入" in sheet["G8"].comment.text
    assert sheet["G8"].number_format.startswith('"▲"')
    assert sheet["C5"].fill.fgColor.rgb == "FF" + next(k.fill for k in looks().kinds if k.code == "original_budget")[1:]
    assert "'表1'!G8" in [cell.hyperlink.location for cell in book["说明"]["D"] if cell.hyperlink]


def test_merged_cells_are_merged_on_the_page(tmp_path: Path) -> None:
    """A cell over two rows stands once."""
    cells = page(tmp_path).cells
    assert (cells["产出指标"]["rowspan"], cells["产出指标"]["colspan"]) == ("2", "1")
    assert cells["项目支出绩效自评表"]["colspan"] == "8"


def test_what_is_hidden_is_shown_and_marked(tmp_path: Path) -> None:
    """A hidden row, column and sheet are drawn like any other, and a line says which they are."""
    path = draw(tmp_path / "表.xlsx", 自评表=FORM, 底稿=FORM)
    book = load_workbook(path)
    book["自评表"].row_dimensions[7].hidden = True
    book["自评表"].column_dimensions["H"].hidden = True
    book["底稿"].sheet_state = "hidden"
    book.save(path)
    written = sx.preview(path, tmp_path / "预览.html").read_text(encoding="utf-8")
    assert "原文件中隐藏的行：7" in written
    assert "原文件中隐藏的列：H" in written
    assert written.count("这张工作表在原文件中是隐藏的。") == 1
    assert "off" in (Cells(written.partition('id="s2"')[0]).cells["雨季延误"]["class"] or "")


def test_a_huge_sheet_is_cut_and_says_so(tmp_path: Path) -> None:
    """The preview stops at the stated row and column; a line gives the real size."""
    book = openpyxl.Workbook()
    book.active.cell(700, 80, "末格")
    book.active.cell(1, 1, "项目支出绩效自评表")
    book.save(tmp_path / "大.xlsx")
    written = sx.preview(tmp_path / "大.xlsx", tmp_path / "预览.html").read_text(encoding="utf-8")
    assert "这张表共 700 行，只画到第 500 行。" in written
    assert "这张表共 80 列，只画到 BH 列。" in written
    assert "<th>500</th>" in written
    assert "<th>501</th>" not in written
    shown = load_workbook(sx.preview(tmp_path / "大.xlsx", tmp_path / "预览.xlsx"))["表1"]
    assert (shown.max_row, shown.max_column) == (500, 60)


@pytest.mark.parametrize("name", ["预览.html", "预览.xlsx"])
def test_overlapping_merges_and_odd_values_stop_nothing(tmp_path: Path, name: str) -> None:
    """Merged ranges that overlap (other programs write them), control characters and an empty sheet are drawn."""
    path = draw(tmp_path / "表.xlsx", 自评表=FORM)
    book = load_workbook(path)
    book["自评表"].merged_cells.add("A1:B3")
    book["自评表"]["A10"] = "另_x0007_记"
    book.create_sheet("空表")
    book.save(path)
    assert sx.preview(path, tmp_path / name).stat().st_size > 0


def test_a_folder_is_one_preview_with_its_broken_file(tmp_path: Path) -> None:
    """Every sheet of every readable file; of the others the reason."""
    standard(tmp_path / "收件箱" / "甲局.xlsx")
    (tmp_path / "收件箱" / "断.xlsx").write_bytes(b"PK\x03\x04 broken")
    written = sx.preview(tmp_path / "收件箱", tmp_path / "预览.html").read_text(encoding="utf-8")
    assert "共 2 个文件、3 张工作表" in written
    assert "断.xlsx：文件打不开" in written
    assert 'href="#s3"' in written


def test_a_form_that_is_not_recognised_is_drawn_all_the_same(tmp_path: Path) -> None:
    """Someone who writes a layout begins with a form that nobody knows."""
    written = drawn(tmp_path, "某种表 | 数 | 率\n甲 | 5 | 7\n").read_text(encoding="utf-8")
    assert "没有认出表格" in written
    assert {"◇5", "◇7"} <= Cells(written).cells.keys()


def test_the_legend_counts_cells(tmp_path: Path) -> None:
    """The counts of the legend add up to the cells that are coloured."""
    written = drawn(tmp_path).read_text(encoding="utf-8")
    counts = dict(re.findall(r'swatch (\w+)">.*?</span>[^<]*<b>(\d+)</b>', written))
    assert (counts["target"], counts["achieved"], counts["unread"], counts["original_budget"]) == ("2", "2", "2", "1")
    read = sum(int(counts[kind.code]) for kind in looks().kinds if kind.code not in looks().unused)
    assert f"认出 {read} 格" in written


@pytest.mark.parametrize("name", ["预览.html", "预览.xlsx"])
def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    """Nothing in a preview depends on the clock."""
    assert drawn(tmp_path, name=name).read_bytes() == drawn(tmp_path, name=name).read_bytes()


# -- where it goes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["预览.pdf", "预览", "预览.xls"])
def test_an_unknown_ending_is_refused_before_reading(tmp_path: Path, name: str) -> None:
    """A sentence says which endings there are; nothing is written."""
    with pytest.raises(sx.OutputError, match=r"应以 \.html 或 \.htm 或 \.xlsx 结尾"):
        sx.preview(tmp_path / "没有", tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["预览.html", "预览.xlsx"])
def test_an_older_preview_stays_where_the_new_one_fails(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or absent: a fault while writing leaves the old file, and no other."""
    path = drawn(tmp_path, name=name)
    before = path.read_bytes()
    submissions = sx.read(tmp_path / "表.xlsx")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(sx.OutputError, match="原有文件没有改动"):
        write_preview(submissions, tmp_path / "表.xlsx", path)
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"表.xlsx", name}
