"""The cover, the pages of departments, and batches of few, of many, and of more than one sheet of pages holds."""

from __future__ import annotations

import dataclasses
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import sample_evaluations as sample
from many import many

import selfeval_xl as sx
from selfeval_xl import batch
from selfeval_xl.errors import SelfEvalError, SourceError
from selfeval_xl.frames import Evaluations
from selfeval_xl.writer import body, places
from selfeval_xl.writer import summary as summary_file
from selfeval_xl.writer import tables as tables_file
from selfeval_xl.writer.charts import charts, short_names
from selfeval_xl.writer.cover import cover, ranked
from selfeval_xl.writer.departments import forms
from selfeval_xl.writer.dossier import Dossier, dossiers, told
from selfeval_xl.writer.dossier_sheet import placed
from selfeval_xl.writer.looks import summary
from selfeval_xl.writer.navigation import Figure, Ways, ways
from selfeval_xl.writer.tables import tables


def found(evaluations: Evaluations) -> tuple[Ways, list[Dossier]]:
    """The ways through a batch, and its pages."""
    looks, whose = summary(), forms(evaluations, summary())
    way = ways(evaluations, whose, tables(evaluations, looks), looks)
    return way, [page for part in dossiers(whose, way, told(evaluations, looks.dossier)) for page in part]


@pytest.fixture(scope="module")
def evaluations() -> Evaluations:
    """The sample batch."""
    return sample.evaluations()


@pytest.fixture(scope="module")
def several(root: Path) -> Evaluations:
    """Two dozen departments made from the samples."""
    return sx.evaluate(many(sx.read(root / "samples"), 24))


def test_the_cover_counts_and_adds_up(evaluations: Evaluations) -> None:
    """Each large figure with the line under it; the rate is that of the rows that have both budget and actual."""
    way, _ = found(evaluations)
    told = {tile.label: (tile.figure.value, tile.below) for tile in cover(evaluations, way).tiles}
    assert told == {
        "部门": (4, "部门的表 3 份，项目 1 个"),
        "文件": (6, "已读 4，待核 1，略过 1"),
        "2021 年全年预算数（万元）": (123_459_330.51, "4 个部门（项目）填报"),
        "2021 年执行数（万元）": (119_879_059.034, "4 个部门（项目）填报"),
        "2021 年执行率": (0.971, "两项都填的 4 个：119,879,059.03÷123,459,330.51"),
        "问题": (6, "差错 3，请说明 2，提示 1"),
    }


def test_what_needs_attention_is_said_with_its_row(evaluations: Evaluations) -> None:
    """A file that was not read, errors, gaps, grades and low rates, each in a sentence that leads to a row."""
    way, _ = found(evaluations)
    calls = cover(evaluations, way).calls
    assert [call.tone for call in calls] == ["待核", "差错", "差错", "分差", "分差", "分差", "等级", "等级"]
    assert calls[0].text == "1 个文件没有读出：示例县统计局_2021.xlsx"
    assert all(re.fullmatch(r"internal:'[^']+'!A\d+", call.link) for call in calls)


def test_a_chart_says_in_words_what_it_shows(evaluations: Evaluations) -> None:
    """Every chart has an alternative text with its figures, and a formula for each of them."""
    way, _ = found(evaluations)
    made = charts(evaluations, way, ranked(way))
    assert [chart.title for chart in made] == ["预算执行率", "自评得分与核算得分（分）", "等级（个）", "问题的性质与级别（条）"]
    assert "交通运输局 98.32%" in made[0].alt
    assert all(cell.formula.startswith("=") for chart in made for _, cells in chart.rows for cell in cells)


def test_a_single_form_is_charted_by_its_parts(root: Path) -> None:
    """With one form there is nobody to compare with: its items and its components are drawn, and no count of grades."""
    one = sx.evaluate(sx.read(root / "samples" / "示例县交通运输局_2021.xlsx"))
    way, _ = found(one)
    made = charts(one, way, ranked(way))
    assert [chart.title for chart in made] == ["各项执行率", "各项分值与得分（分）"]
    assert made[1].rows[1][0] == "产出"
    assert [cell.value for cell in made[1].rows[1][1]] == [50, 49.56, 49.56]


def test_a_blank_of_a_page_fills_when_its_figure_does(root: Path) -> None:
    """A score that cannot be computed yet is fetched all the same; a reported figure that is missing stays a plain blank."""
    one = sx.evaluate(sx.read(root / "samples" / "示例县文化广电旅游局_2021.xlsx"))
    _, [page] = found(one)
    [total] = [line for line in page.lines if line.cells[0].value == "总分"]
    _, _, stated, computed, gap, _ = total.cells
    assert (stated, gap.value) == (Figure(None), None)
    assert computed.value is None
    assert re.fullmatch(r"=IF\(('得分构成'!D\d+)=\"\",\"\",\1\)", computed.formula)


def test_names_on_an_axis_lose_what_they_share() -> None:
    """The county is the same for all; a lone name stays whole, a long one is cut."""
    assert short_names(["示例县教育局", "示例县水利局"]) == ["教育局", "水利局"]
    assert short_names(["示例县教育局"]) == ["示例县教育局"]
    assert short_names(["甲乙丙丁戊己庚辛壬癸"]) == ["甲乙丙丁戊己庚辛…"]


def test_many_departments_are_charted_by_their_ends(several: Evaluations) -> None:
    """Of many only the lowest and the highest are drawn, and the title says so; no chart has more than ten rows."""
    way, _ = found(several)
    made = charts(several, way, ranked(way))
    assert made[0].title == "预算执行率：最低和最高的各 5 个"
    values = [cells[0].value for _, cells in made[0].rows]
    assert values == sorted(values)
    assert max(len(chart.rows) for chart in made) <= 10


def test_each_department_has_one_page(several: Evaluations) -> None:
    """A page never grows beyond its paper: what does not fit is counted, with the sheet that has it."""
    looks = summary().dossier
    _, pages = found(several)
    assert len(pages) == 24
    assert max(page.height for page in pages) <= looks.height
    assert any("另有" in str(line.cells[0].value) for page in pages for line in page.lines)


def test_forms_of_one_department_share_a_page(evaluations: Evaluations) -> None:
    """A project form of a department stands on the page of the department, in whichever file it came."""
    profile = evaluations.profile.assign(department="示例县交通运输局")
    _, pages = found(dataclasses.replace(evaluations, profile=profile))
    assert len(pages) == 1
    assert pages[0].lines[1].cells[0].value.startswith("4 份表")


def test_more_pages_than_a_sheet_holds_go_on_the_next(
    evaluations: Evaluations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel has 1,023 page breaks a sheet: further pages stand on 部门页2, each sheet with its own index."""
    looks = summary()
    few = dataclasses.replace(looks, dossier=dataclasses.replace(looks.dossier, most_pages=3))
    monkeypatch.setattr(summary_file, "summary", lambda: few)
    book = openpyxl.load_workbook(summary_file.write_summary(evaluations, tmp_path / "汇总.xlsx"))
    assert [sheet.title for sheet in book if sheet.title.startswith("部门页")] == ["部门页", "部门页2"]
    assert len(book["部门页"].row_breaks.brk) == 3
    linked = {
        cell.hyperlink.location.split("!")[0] for row in book["排名"].iter_rows(min_row=6) for cell in row if cell.hyperlink
    }
    assert linked == {"'部门页'", "'部门页2'"}


def test_links_within_the_workbook_end_at_their_limit(
    evaluations: Evaluations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row may have two of them: with room for one only it has none, and the limit is never passed."""
    monkeypatch.setattr(body, "MOST_INNER", 4)
    book = openpyxl.load_workbook(sx.write_summary(evaluations, tmp_path / "汇总.xlsx"))
    linked = [cell.row for row in book["排名"].iter_rows(min_row=6) for cell in row if cell.hyperlink]
    assert linked == [6, 6, 7]  # the name in row 7 is too long for a link


def test_figures_of_a_page_are_those_of_the_tables(evaluations: Evaluations) -> None:
    """Each number is a reference to the cell that it is taken from, with the same value."""
    way, pages = found(evaluations)
    cells = [cell for page in pages for line in page.lines for cell in line.cells if cell.formula]
    assert len(cells) > 50
    for cell in cells:
        [place] = dict.fromkeys(re.findall(r"'[^']+'![A-Z]+\d+", cell.formula))
        assert cell.formula == (f"={place}" if cell.value is not None else f'=IF({place}="","",{place})')
        sheet, letters, row = re.fullmatch(r"'(.+)'!([A-Z]+)(\d+)", place).groups()  # type: ignore[union-attr]
        table = next(table for table in way.tables.values() if table.sheet.name == sheet)
        column = openpyxl.utils.column_index_from_string(letters) - 1
        assert table.shown[column][int(row) - 1 - table.top] == cell.value


def test_the_pages_begin_where_the_links_lead(evaluations: Evaluations, tmp_path: Path) -> None:
    """The cell that a link leads to holds the name of the department."""
    _, pages = found(evaluations)
    book = openpyxl.load_workbook(sx.write_summary(evaluations, tmp_path / "汇总.xlsx"))
    for number, (name, row) in placed(pages, "部门页", summary()).items():
        page = next(page for page in pages if page.group == number)
        assert str(book[name].cell(row + 1, 1).value).startswith(str(page.head[0].value))


def test_charts_are_native_and_have_words(evaluations: Evaluations, tmp_path: Path) -> None:
    """Four charts that Excel can change, each with a text for those who cannot see it."""
    path = sx.write_summary(evaluations, tmp_path / "汇总.xlsx")
    with zipfile.ZipFile(path) as archive:
        assert len([name for name in archive.namelist() if name.startswith("xl/charts/chart")]) == 4
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    assert len(re.findall(r'descr="[^"]{10,}"', drawing)) == 4


def test_a_department_gets_its_own_workbook(evaluations: Evaluations, tmp_path: Path) -> None:
    """Its page in front, its rows only, nothing about the others; odd names become names of files."""
    profile = evaluations.profile
    odd = profile.assign(department=profile["department"].mask(profile["file"] == sample.ROAD, "甲/乙:局"))
    paths = list(batch.write_details(dataclasses.replace(evaluations, profile=odd), tmp_path / "分发"))
    assert len(paths) == 4
    book = openpyxl.load_workbook(next(path for path in paths if path.name == "甲_乙_局_汇总.xlsx"))
    assert book.sheetnames[0] == "部门页"
    assert not {"总览", "排名", "未交与待核"} & set(book.sheetnames)
    formulas = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert {name for formula in formulas for name in re.findall(r"'([^']+)'!", formula)} <= set(book.sheetnames)
    assert any("得分构成" in formula for formula in formulas)
    files = {row[0].value for row in book["文件清单"].iter_rows(min_row=5) if row[0].value}
    assert files == {sample.ROAD}


def test_a_department_s_workbook_says_what_it_would_alone(root: Path, tmp_path: Path) -> None:
    """Rows, formulas and links are those of the department read by itself; only what it is compared with differs."""
    files = [root / "samples" / f"示例县{name}_2021.xlsx" for name in ("农业农村局", "交通运输局")]
    found = [
        {
            (sheet.title, cell.coordinate): (cell.value, cell.hyperlink and (cell.hyperlink.target, cell.hyperlink.location))
            for sheet in openpyxl.load_workbook(path)
            if sheet.title != "未核对"
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for some in (files, files[1:])
        for path in batch.write_details(sx.evaluate(sx.read(some)), tmp_path / "分发" / str(len(some)))
        if "交通运输局" in path.name
    ]
    assert len(found) == 2
    assert len(found[0]) > 500
    assert found[0] == found[1]


def test_rows_made_a_few_at_a_time_are_the_same(
    evaluations: Evaluations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a long table three rows are made at a time, of a short one all; the file is the same to the byte."""
    known = dataclasses.replace(evaluations, sources={file: str(tmp_path / file) for file in evaluations.files["file"]})
    whole = sx.write_summary(known, tmp_path / "整.xlsx").read_bytes()
    for module in (places, tables_file):
        monkeypatch.setattr(module, "AT_ONCE", 3)
    assert sx.write_summary(known, tmp_path / "分.xlsx").read_bytes() == whole


@pytest.mark.parametrize(
    ("name", "text"), [("名册.txt", "部门名称\n甲局\n\n乙 局\n甲局\n"), ("名册.csv", "序号,单位名称\n1,甲局\n2,乙 局\n")]
)
def test_a_roster_is_a_column_of_names(tmp_path: Path, name: str, text: str) -> None:
    """Headings, numbers and blank lines are none; each name once."""
    (tmp_path / name).write_text(text, encoding="gb18030")
    assert sx.read_roster(tmp_path / name) == ("甲局", "乙 局")


def test_a_roster_may_be_a_workbook(tmp_path: Path) -> None:
    """The first sheet, the column with most words."""
    book = openpyxl.Workbook()
    for row in (["序号", "预算单位"], [1, "甲局"], [2, "乙局"]):
        book.active.append(row)
    book.save(tmp_path / "名册.xlsx")
    assert sx.read_roster(tmp_path / "名册.xlsx") == ("甲局", "乙局")


def test_a_roster_that_is_none_is_refused(tmp_path: Path, evaluations: Evaluations) -> None:
    """No such file, no name in it, or a path where names are wanted: a sentence says what to do."""
    (tmp_path / "空.txt").write_text("部门名称\n", encoding="utf-8")
    with pytest.raises(SourceError, match="找不到名册"):
        sx.read_roster(tmp_path / "没有.txt")
    with pytest.raises(SourceError, match="每行写一个部门"):
        sx.read_roster(tmp_path / "空.txt")
    with pytest.raises(SelfEvalError, match="read_roster"):
        sx.write_summary(evaluations, tmp_path / "汇总.xlsx", roster="名册.txt")
