"""Single fields, title, year, unit and grade of a form, however they are printed; read with and without layouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from forms import draw

import selfeval_xl as sx
from selfeval_xl.reader import heads
from selfeval_xl.reader.fields import ticked

MONEY = """
项目 | 年初预算数 | 全年预算数 | 全年执行数
合计 | 10 | 10 | 9
"""
TITLE = "项目支出绩效自评表 | < | < | <"
WHO = {"project": "农村饮水", "department": "示例县水利局"}
FIELDS = ("project", "department", "implementing_unit", "fiscal_year", "amount_unit", "reported_total_score", "reported_grade")


def told(path: Path) -> dict[str, Any]:
    """The fields of the only form of a workbook; the same with layouts and without."""
    profiles = [sx.read(path, layouts=layouts).profile for layouts in (None, ())]
    rows = [frame[[*FIELDS, "filled_by", "phone"]].iloc[0] for frame in profiles]
    assert all(len(frame) == 1 for frame in profiles)
    assert rows[0].dropna().to_dict() == rows[1].dropna().to_dict()
    return {str(name): value for name, value in rows[0].items() if pd.notna(value)}


def head(folder: Path, *lines: str) -> dict[str, Any]:
    """What is read from a form with such a head above a table of money in 万元."""
    text = "\n".join([*lines, "单位：万元 | | | ", MONEY.strip("\n")])
    found = told(draw(folder / "表.xlsx", 表=text))
    assert found.pop("amount_unit") == "万元"
    return found


@pytest.mark.parametrize(
    "lines",
    [
        ("项目名称 | 农村饮水 | 主管部门 | 示例县水利局",),
        ("项目名称：农村饮水 | < | 主管部门:示例县水利局 | <",),
        ("项目名称：农村饮水    主管部门：示例县水利局 | < | < | <",),
        ("项目名称 | | 农村饮水 | ", "主管部门 | | | 示例县水利局"),
        ("项目名称 | < | 主管部门 | <", "农村饮水 | < | 示例县水利局 | <"),
        ("项目名称 | 主管部门 | | ", "农村饮水 | 示例县水利局 | | "),
        ("一、项目名称 | 农村饮水 | | ", "（二）主管部门 | 示例县水利局 | | "),
        ("1.项目名称 | 农村饮水 | | ", "2、主管部门 | 示例县水利局 | | "),
        ("*项目名称 | 农村饮水 | *主管部门（盖章） | 示例县水利局",),
        ("项  目  名  称 | 农村饮水 | 主管部门（公章）： | 示例县水利局",),
        ("项目名称（全称） | 农村饮水 | 主管部门：示例县水利局（盖章） | ",),
        ("项目名称 | 农村饮水 | 主管部门：（盖章） | 示例县水利局",),
        ("项目名称 | 农村饮水 | 填报单位(公章)： | 示例县水利局（单位盖章）",),
    ],
    ids=lambda lines: lines[0].replace(" ", "")[:24],
)
def test_a_label_and_its_value(tmp_path: Path, lines: tuple[str, ...]) -> None:
    """Beside it, behind its colon, two cells on, below it; with numbers before it and brackets behind it."""
    assert head(tmp_path, TITLE, *lines) == WHO


def test_a_blank_value_is_not_taken_from_below(tmp_path: Path) -> None:
    """What stands under a label without a value is the next label, or what has a name of its own."""
    assert head(tmp_path, TITLE, "项目名称 | | | ", "主管部门 | 示例县水利局 | | ") == {"department": "示例县水利局"}
    assert head(tmp_path, TITLE, "项目名称 | | 主管部门 | ", "项目类别 | 新增 | 项目属性 | 一次性") == {}


def test_several_labels_in_one_cell(tmp_path: Path) -> None:
    """A line of the head that was typed into one merged cell, apart by blanks."""
    line = "编制单位：示例县水利局      2022年度      填报人：张  三   联系电话：0751-1234567 | < | < | <"
    expected = {"department": "示例县水利局", "fiscal_year": 2022, "filled_by": "张  三", "phone": "0751-1234567"}
    assert head(tmp_path, TITLE, line) == expected


@pytest.mark.parametrize(
    "title",
    [
        "示例县水利局2022年度项目支出绩效自评表",
        "2022年度示例县水利局项目支出绩效自评表",
        "示例县水利局项目支出绩效自评表（2022年度）",
    ],
)
def test_a_department_that_only_the_title_names(tmp_path: Path, title: str) -> None:
    """Before the year, behind it, or without one."""
    assert head(tmp_path, f"{title} | < | < | <", "项目名称 | 农村饮水 | | ") == {**WHO, "fiscal_year": 2022}


@pytest.mark.parametrize(
    ("title", "department"),
    [
        ("基本公共卫生服务项目支出绩效自评表", None),
        ("2022年度村级活动中心项目支出绩效自评表", None),
        ("示例县水利局2022年高标准农田建设项目支出绩效自评表", "示例县水利局"),
        ("示例县公安局交通警察大队2022年度部门整体支出绩效自评表", "示例县公安局交通警察大队"),
        ("附件2：示例市第一中学2022年度单位整体支出绩效自评表", "示例市第一中学"),
        ("部门整体支出绩效自评表", None),
    ],
)
def test_names_in_titles(title: str, department: str | None) -> None:
    """A project that heads a title is no department."""
    found = heads.whose([((0, 0), title)])
    assert (found[0] if found else None) == department


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        (("项目支出绩效自评表", "（2022年度）"), 2022),
        (("项目支出绩效自评表", "( 2022 年度 )"), 2022),
        (("二〇二二年度项目支出绩效自评表",), 2022),
        (("项目支出绩效自评表", "二○二二年"), 2022),
        (("2022 年项目支出绩效自评表",), 2022),
        (("2022部门整体支出绩效自评表",), 2022),
        (("（2022）",), 2022),
        (("填报日期：2023年3月20日", "2022年度"), 2022),
        (("根据财预〔2020〕10号", "2022年"), 2022),
        (("根据财预〔2020〕10号",), None),
        (("项目编号FY2022-03",), None),
        (("FY2022年度计划编号",), None),
        (("联系电话：20221234567",), None),
        (("2023年3月20日",), None),
        (("填报日期：2023年",), None),
    ],
)
def test_a_year_in_the_head(lines: tuple[str, ...], year: int | None) -> None:
    """The year of the form, not the day it was filled in, the number of a document or part of a code."""
    found = heads.year([((row, 0), text) for row, text in enumerate(lines)])
    assert (found[0] if found else None) == year


@pytest.mark.parametrize(("printed", "year"), [("2022", 2022), ("'2022年", 2022), ("二〇二二年", 2022), ("（2022年度）", 2022)])
def test_a_year_in_a_field(tmp_path: Path, printed: str, year: int) -> None:
    """年度 with the year beside it."""
    assert head(tmp_path, TITLE, f"项目名称 | 农村饮水 | 年度 | {printed}")["fiscal_year"] == year


# -- units ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "unit"),
    [
        ("单位：万元", "万元"),
        ("金额单位：元", "元"),
        ("（单位:万元）", "万元"),
        ("单位: 人民币元", "元"),
        ("单位（千元）", "千元"),
        ("公开14表 金额单位：亿元", "亿元"),
        ("编制单位：示例县水利局    单位：元", "元"),
        ("金额单位：人民币万元", "万元"),
    ],
)
def test_a_unit_of_the_sheet(tmp_path: Path, printed: str, unit: str) -> None:
    """How the unit of all amounts is printed in the head."""
    text = f"{TITLE}\n项目名称 | 农村饮水 | | {MONEY.rstrip()}"
    path = draw(tmp_path / "表.xlsx", 表=text.replace("项目名称", f"{printed} | < | < | <\n项目名称"))
    assert told(path)["amount_unit"] == unit
    factor = {"元": 1, "千元": 1e3, "万元": 1e4, "亿元": 1e8}[unit]
    assert sx.read(path).budget["actual"].tolist() == [9 * factor]


def test_a_unit_in_the_headers(tmp_path: Path) -> None:
    """年初预算数（万元）; a unit in the name of an indicator is no unit of money."""
    text = f"""
{TITLE}
项目名称 | 农村饮水 | |
项目 | 年初预算数（元） | 全年预算数（元） | 全年执行数（元）
合计 | 10 | 10 | 9
一级指标 | 三级指标 | 年度指标值 | 实际完成值
产出指标 | 补助金额（万元） | ≥5 | 5
"""
    path = draw(tmp_path / "表.xlsx", 表=text)
    assert told(path)["amount_unit"] == "元"
    assert sx.read(path).budget["actual"].tolist() == [9]


def test_every_table_has_its_own_unit(tmp_path: Path) -> None:
    """单位：万元 over the first table, 单位：元 over the second."""
    text = f"""
{TITLE}
项目名称 | 农村饮水 | |
单位：万元 | | |
{MONEY.strip()}

“三公”经费情况表 | < | < | <
| | | 单位：元
项目 | 年初预算数 | 全年预算数 | 全年执行数
公务接待费 | 10 | 10 | 9.5
"""
    path = draw(tmp_path / "表.xlsx", 表=text)
    assert told(path)["amount_unit"] == "万元"
    assert sx.read(path).budget["actual"].tolist() == [90_000, 9.5]


# -- score and grade -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "score", "grade"),
    [
        ("自评总分：96 | | 自评等级：优 | ", 96, "优"),
        ("自评得分 96 等级 优 | < | < | <", 96, "优"),
        ("自评得分：95.5分    自评等级：良 | < | < | <", 95.5, "良"),
        ("自评得分（100分） | 96 | 等级 | 优（96分）", 96, "优（96分）"),
        ("自评得分 | 96 | 自评等级 | 优□ 良☑ 中□ 差□", 96, "良"),
        ("自评等级：优□ 良√ 中□ 差□ | < | < | <", None, "良"),
        ("优■ 良□ 中□ 差□ | < | < | <", None, "优"),
        ("自评等级 | 优□ 良□ 中□ 差□ | | ", None, None),
        ("自评等级 | 优☑ 良☑ 中□ 差□ | | ", None, None),
    ],
    ids=lambda value: value.replace(" ", "")[:20] if isinstance(value, str) else None,
)
def test_score_and_grade_in_the_head(tmp_path: Path, line: str, score: float | None, grade: str | None) -> None:
    """自评总分 and the grade, named or ticked."""
    found = head(tmp_path, TITLE, "项目名称 | 农村饮水 | 主管部门 | 示例县水利局", line)
    assert (found.get("reported_total_score"), found.get("reported_grade")) == (score, grade)
    assert found["project"] == "农村饮水"


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("优□ 良☑ 中□ 差□", "良"),
        ("□优 ☑良 □中 □差", "良"),
        ("优（√）良（ ）中（ ）差（ ）", "优"),
        ("（ ）优（√）良（ ）中（ ）差", "良"),
        ("优秀☐ 良好☐ 合格☒ 不合格☐", "合格"),
        ("优秀□ 良好□ 合格□ 不合格■", "不合格"),
        ("优 良√ 中 差", "良"),
        ("√优 良 中 差", "优"),
        ("优○ 良○ 中● 差○", "中"),
        ("优□ 良□ 中□ 差□", None),
        ("优☑ 良☑ 中□ 差□", None),
        ("优", "优"),
    ],
)
def test_what_is_ticked(text: str, grade: str | None) -> None:
    """The one grade with a mark, before it or behind it; none where none or two are marked."""
    assert ticked(text) == grade


def test_lines_to_tick_that_are_no_grades(tmp_path: Path) -> None:
    """项目属性 has boxes too."""
    assert "reported_grade" not in head(
        tmp_path, TITLE, "项目名称 | 农村饮水 | | ", "项目属性 | 1、持续性项目 ☑  2、新增性项目 □ | < | <"
    )


# -- texts ---------------------------------------------------------------------------------------------------------

GOALS = """
部门整体支出绩效自评表 | < | < | < | < | <
部门名称 | 示例县水利局 | < | < | < | <
年度总体目标 | 预期目标 | < | 实际完成情况 | < | 未完成原因
^ | 维修水厂6座 | < | 维修5座 | < | 资金未到位
^ | 供水2000人 | < | 供水2100人 | < |
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值
产出指标 | 数量指标 | 维修水厂 | ≥6座 | 5座 | 50
存在问题 | 管护不足 | < | 改进措施 | 加强管护 | <
"""


def test_texts_under_and_beside_their_headings(tmp_path: Path) -> None:
    """goal | result | reason side by side over several rows; further down each beside its heading."""
    for layouts in (None, ()):
        subs = sx.read(draw(tmp_path / "表.xlsx", 表=GOALS), layouts=layouts)
        assert subs.texts[["cell", "section", "text"]].to_numpy().tolist() == [
            ["B4", "goal", "维修水厂6座"],
            ["D4", "achievement", "维修5座"],
            ["F4", "reasons", "资金未到位"],
            ["B5", "goal", "供水2000人"],
            ["D5", "achievement", "供水2100人"],
            ["B8", "problems", "管护不足"],
            ["E8", "improvements", "加强管护"],
        ]
        assert list(subs.indicators["level3"]) == ["维修水厂"]


BASIC = """
部门整体支出绩效评价基础数据表 | < | < | <
填报单位：示例县水利局 | | | 单位：万元
财政供养人员情况 | 编制数 | 2022年实际在职人数 | 控制率
^ | 46 | 44 | 95.65%
经费控制情况 | 2021年决算数 | 2022年预算数 | 2022年决算数
三公经费 | 11.00 | 12.00 | 10.00
"""
BESIDE = """
部门整体支出绩效自评表 | < | < | <
单位名称 | 示例县水利局 | 年度 | 2022
编制人数 | 46 | 在职人数 | 44
一级指标 | 三级指标 | 指标值 | 完成值
产出指标 | 养护里程 | ≥100公里 | 100公里
"""
WORDS_ONLY = """
部门整体支出绩效自评表 | < | < | <
单位名称 | 示例县水利局 | 年度 | 2022
编制数 | 在职人数 | 离退休人数 | 备注
见附表 | | |
一级指标 | 三级指标 | 指标值 | 完成值
产出指标 | 养护里程 | ≥100公里 | 100公里
"""


@pytest.mark.parametrize(("sheet", "people"), [(BASIC, [46, 44]), (BESIDE, [46, 44]), (WORDS_ONLY, [])])
def test_posts_and_staff(sheet: str, people: list[int], tmp_path: Path) -> None:
    """编制数 and 在职人数 stand beside or above their numbers; a heading beside them is no number, nor is its year."""
    found = sx.read(draw(tmp_path / "表.xlsx", 表=sheet))
    row = found.profile[["posts", "staff"]].iloc[0]
    assert row.dropna().tolist() == people
    assert "cell.not_number" not in set(found.findings["code"])
