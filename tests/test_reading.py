"""What a department did to its workbook, and what is read all the same."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from forms import draw

import selfeval_xl as sx

PROFILE = """
部门概况 | <
部门名称 | 示例县交通运输局
评价年度 | 2021
金额单位 | 万元
自评得分 | 95.5
自评等级 | 优
"""

BUDGET = """
部门预算执行情况表
金额按“部门概况”中所选的单位填写
项目 | 年初预算数 | 全年预算数 | 决算数（执行数） | 上年决算数 | 本部门填报的执行率 | 决算比上年 | < | 变动原因
^ | ^ | ^ | ^ | ^ | ^ | 增减额 | 增减率 | ^
收入合计 | 100 | 120 | 110 | 100 | 91.67% | 10 | 10.00% |
支出合计 | 100 | 120 | 110 | 100 | 91.67% | 10 | 10.00% | 追加养护经费
基本支出 | 40 | 40 | 40 | 40 | 100% | 0 | - |
项目支出 | 60 | 80 | 70 | 60 | 87.50% | 10 | 16.67% |
"""

INDICATORS = """
部门整体支出绩效指标自评表
序号 | 一级指标 | 二级指标 | 三级指标 | 指标性质 | 年度指标值 | 度量单位 | 实际完成值 | 分值 | 自评得分 | 偏差原因分析及改进措施
1 | 产出指标 | 数量指标 | 养护里程 | ≥ | 100 | 公里 | 80 | 30 | 30 |
2 | 产出指标 | 质量指标 | 验收合格率 | ≥ | 95% | | 98.5% | 20 | 20 |
3 | 效益指标 | 社会效益指标 | 群众出行条件 | 定性 | 明显改善 | | 明显改善 | 30 | 30 |
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook of three sheets, as a department sends it."""
    return draw(tmp_path / "交通局.xlsx", 部门概况=PROFILE, 预算执行=BUDGET, 绩效指标=INDICATORS)


def budget(subs: sx.Submissions) -> pd.DataFrame:
    return subs.budget.set_index("item")


def test_profile_is_read_with_its_cells(book: Path) -> None:
    """The head of the form says who, when and in which unit."""
    subs = sx.read(book)
    row = subs.profile.iloc[0]
    assert (row["form"], row["department"], row["fiscal_year"]) == ("standard", "示例县交通运输局", 2021)
    assert (row["amount_unit"], row["reported_total_score"], row["reported_grade"]) == ("万元", 95.5, "优")
    assert subs.cells("profile").iloc[0]["department"] == "B2"


def test_amounts_are_yuan_with_their_cells(book: Path) -> None:
    """万元 on the sheet, 元 in the frame, and the address of each."""
    subs = sx.read(book)
    row = budget(subs).loc["expenditure_total"]
    assert (row["original_budget"], row["final_budget"], row["actual"]) == (1_000_000.0, 1_200_000.0, 1_100_000.0)
    assert row["reported_execution_rate"] == 0.9167
    assert (row["reported_change"], row["reported_change_rate"], row["reason"]) == (100_000.0, 0.1, "追加养护经费")
    cells = subs.cells("budget").set_index(subs.budget["item"]).loc["expenditure_total"]
    assert (cells["actual"], cells["reported_change_rate"], cells["cell"]) == ("D6", "H6", "A6")


def test_blank_and_dash_are_told_apart(book: Path) -> None:
    """Neither is zero; a dash was printed, a blank was not."""
    subs = sx.read(book)
    basic = budget(subs).index.get_loc("basic_expenditure")
    states, cells = subs.states("budget").iloc[basic], subs.cells("budget").iloc[basic]
    assert (states["reported_change"], states["reported_change_rate"], states["reason"]) == ("value", "dash", "blank")
    assert subs.budget.iloc[basic]["reported_change"] == 0
    assert pd.isna(subs.budget.iloc[basic]["reported_change_rate"])
    assert cells["reported_change_rate"] == "H7"
    assert pd.isna(cells["reason"])
    assert subs.slots("budget").iloc[basic]["reason"] == "I7"


def test_indicators_are_read_from_three_cells(book: Path) -> None:
    """Operator, value and unit stand in three cells; percentages are points."""
    rows = sx.read(book).indicators.set_index("level3")
    road = rows.loc["养护里程"]
    assert (road["operator"], road["target_value"], road["unit"], road["achieved_value"]) == ("ge", 100, "公里", 80)
    passed = rows.loc["验收合格率"]
    assert (passed["target_value"], passed["unit"], passed["achieved_value"]) == (95, "%", 98.5)
    assert (passed["target_text"], passed["achieved_text"]) == ("95%", "98.5%")
    assert rows.loc["群众出行条件", "operator"] == "text"


def test_renamed_sheet_moved_columns_and_inserted_rows_change_nothing(book: Path, tmp_path: Path) -> None:
    """A department renames sheets, moves columns, inserts rows and a title: the same is read at other addresses."""
    moved = """
附件2
部门预算执行情况表

变动原因 | 项目 | 决算数(执行数) | 年初预算数 | 全年预算数 | 上年决算数 | 决算比上年 | < | 本部门填报的执行率
^ | ^ | ^ | ^ | ^ | ^ | 增减率 | 增减额 | ^
 | 收入合计 | 110 | 100 | 120 | 100 | 10.00% | 10 | 91.67%

追加养护经费 | 支 出 合 计 | 110 | 100 | 120 | 100 | 10.00% | 10 | 91.67%
 | 基本支出 | 40 | 40 | 40 | 40 | - | 0 | 100%
 | 项目支出 | 70 | 60 | 80 | 60 | 16.67% | 10 | 87.50%
"""
    other = draw(tmp_path / "other.xlsx", 概况=PROFILE, Sheet1=moved, 指标表=INDICATORS)
    columns = ["item", "original_budget", "actual", "reported_change", "reported_change_rate", "reason"]
    pd.testing.assert_frame_equal(sx.read(book).budget[columns], sx.read(other).budget[columns])


def test_breakdown_rows_know_their_total(tmp_path: Path) -> None:
    """其中 rows belong to the row above them that is none."""
    tasks = """
任务 | 计划目标 | 目标值 | 度量单位 | 完成情况 | 完成值
电商培训 | | | 场 | | 58
其中：普及性培训 | | | 场 | | 45
其中：增值性培训 | | | 场 | | 13
疫苗接种 | | | 剂次 | | 12943
"""
    rows = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=BUDGET, 绩效指标=INDICATORS, 重点=tasks)).indicators
    tasks_read = rows[rows["table"] == "重点工作任务"]
    assert tasks_read["part_of"].fillna("").tolist() == ["", "A2", "A2", ""]
    assert tasks_read["level1"].tolist() == ["重点工作任务"] * 4


@pytest.mark.parametrize(
    "typed", ["12,3456.78", "1234,00", "1.2.3", "约12万元", "(1)", "12人", "5%", "一百一十", "1-2", "12万3千"]
)
def test_what_may_be_another_number_is_not_guessed(tmp_path: Path, typed: str) -> None:
    """A misplaced separator, two points, 约, a number of a list, another unit: missing, and a finding at the cell."""
    text = BUDGET.replace("支出合计 | 100 | 120 | 110", f"支出合计 | 100 | 120 | '{typed}")
    subs = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=text, 绩效指标=INDICATORS))
    assert pd.isna(budget(subs).loc["expenditure_total", "actual"])
    found = subs.findings.set_index("code").loc["cell.not_number"]
    assert (found["cell"], f"“{typed}”" in found["message"]) == ("D6", True)


def test_signs_that_only_look_alike_are_the_same_word(tmp_path: Path) -> None:
    """⻔ for 门, as copied from a PDF, blanks, line breaks and full width within a label: it is the same label."""
    profile = PROFILE.replace("部门名称", "部 ⻔　名称").replace("评价年度 | 2021", "评价\u200b年度： | 民国110年度")
    row = sx.read(draw(tmp_path / "a.xlsx", 部门概况=profile, 预算执行=BUDGET, 绩效指标=INDICATORS)).profile.iloc[0]
    assert (row["department"], row["fiscal_year"]) == ("示例县交通运输局", 2021)


@pytest.mark.parametrize(
    ("printed", "state", "code"),
    [
        ("#DIV/0!", "error", "cell.error"),
        ("=C6-1", "uncached", "cell.uncached"),
        ("一百一十", "unreadable", "cell.not_number"),
    ],
)
def test_what_cannot_be_read_is_missing_and_a_finding_at_its_cell(tmp_path: Path, printed: str, state: str, code: str) -> None:
    """An error value, a formula saved without its result and words for a number: never zero, always said."""
    text = BUDGET.replace("支出合计 | 100 | 120 | 110", f"支出合计 | 100 | 120 | {printed}")
    subs = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=text, 绩效指标=INDICATORS))
    at = budget(subs).index.get_loc("expenditure_total")
    assert pd.isna(subs.budget.iloc[at]["actual"])
    assert subs.states("budget").iloc[at]["actual"] == state
    found = subs.findings[subs.findings["code"] == code]
    assert found[["sheet", "cell"]].to_numpy().tolist() == [["预算执行", "D6"]]
    assert found["message"].iloc[0].startswith("a.xlsx「预算执行」D6：“支出合计”的决算数")


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("'1,100.5", 11_005_000.0),
        ("'１１０", 1_100_000.0),
        ("'110万元", 1_100_000.0),
        ("'1100000元", 1_100_000.0),
        ("'1234.5元", 1234.5),
        ("'12.5万", 125_000.0),
        ("'110 万元", 1_100_000.0),
        ("'¥1,234.00", 12_340_000.0),
        ("'人民币1,234.00元", 1234.0),
        ("'-5", -50_000.0),
        ("'－5", -50_000.0),
        ("'−5", -50_000.0),
        ("'–5", -50_000.0),
        ("'-¥5", -50_000.0),
        ("'(1,234.00)", -12_340_000.0),
        ("'（12.50）", -125_000.0),
        ("'1E+02", 1_000_000.0),
    ],
)
def test_numbers_as_text_are_numbers(tmp_path: Path, typed: str, yuan: float) -> None:
    """Separators, full width, units and currency signs, every kind of minus, an accountant's brackets: an amount all the same."""
    text = BUDGET.replace("支出合计 | 100 | 120 | 110", f"支出合计 | 100 | 120 | {typed}")
    subs = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=text, 绩效指标=INDICATORS))
    assert budget(subs).loc["expenditure_total", "actual"] == yuan


def test_more_than_a_fen_is_rounded_half_up_and_said(tmp_path: Path) -> None:
    """1.0000005 万元 is 10000.005 元: 10000.01, with an info finding."""
    text = BUDGET.replace("支出合计 | 100 | 120 | 110", "支出合计 | 100 | 120 | 1.0000005")
    subs = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=text, 绩效指标=INDICATORS))
    assert budget(subs).loc["expenditure_total", "actual"] == 10000.01
    found = subs.findings.set_index("code").loc["amount.below_fen"]
    assert (found["severity"], found["cell"], found["expected"]) == ("info", "D6", "10000.01")


def test_the_unit_comes_from_the_sheet(tmp_path: Path) -> None:
    """元 chosen on the first sheet: the same numbers are ten thousand times less; none chosen is a finding."""
    in_yuan = draw(tmp_path / "a.xlsx", 部门概况=PROFILE.replace("万元", "元"), 预算执行=BUDGET, 绩效指标=INDICATORS)
    assert budget(sx.read(in_yuan)).loc["expenditure_total", "actual"] == 110.0
    no_unit = draw(tmp_path / "b.xlsx", 部门概况=PROFILE.replace("万元", ""), 预算执行=BUDGET, 绩效指标=INDICATORS)
    subs = sx.read(no_unit)
    assert budget(subs).loc["expenditure_total", "actual"] == 1_100_000.0
    assert subs.findings.set_index("code").loc["unit.missing", "cell"] == "B4"


def test_a_missing_column_and_a_missing_table_are_said(tmp_path: Path) -> None:
    """A column that was deleted and a sheet that was dropped are findings, not silence."""
    text = BUDGET.replace("| 全年预算数 ", "").replace("| 120 ", "").replace("| 40 | 40 | 40 | 40", "| 40 | 40 | 40")
    subs = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=text, 绩效指标=INDICATORS))
    found = subs.findings.set_index("code")["stated"]
    assert "全年预算数" in found["layout.fields"][0] if isinstance(found["layout.fields"], pd.Series) else found["layout.fields"]
    assert "三公经费支出情况" in found["layout.tables"]


def test_a_table_that_stands_twice_is_said(tmp_path: Path) -> None:
    """A copied sheet is not read twice, and not passed over in silence."""
    sheets = {"部门概况": PROFILE, "预算执行": BUDGET, "绩效指标": INDICATORS, "绩效指标 (2)": INDICATORS}
    subs = sx.read(draw(tmp_path / "a.xlsx", **sheets))
    assert len(subs.indicators) == 3
    assert subs.findings.set_index("code").loc["layout.repeated", "sheet"] == "绩效指标 (2)"


@pytest.mark.parametrize("printed", ["≥80", "900-1000件", "达成预期指标", "12月底前"])
def test_an_achieved_value_that_measures_nothing_keeps_its_text_alone(tmp_path: Path, printed: str) -> None:
    """A bound copied from the target, or a range, is not what was achieved."""
    text = INDICATORS.replace("| 100 | 公里 | 80 |", f"| 100 | 公里 | {printed} |")
    rows = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=BUDGET, 绩效指标=text)).indicators.set_index("level3")
    assert rows.loc["养护里程", "achieved_text"] == printed
    assert pd.isna(rows.loc["养护里程", "achieved_value"])


# -- what a department left in a form, or did to it ----------------------------------------------------------------


def told(subs: sx.Submissions, code: str) -> list[str]:
    """The messages of one kind of finding, without the file's name."""
    return [message.partition(".xlsx")[2] for message in subs.findings.loc[subs.findings["code"] == code, "message"]]


def test_prompts_left_in_a_form_are_one_finding_for_each_kind(tmp_path: Path) -> None:
    """指标1：, 好坏, 及时率, (≥**人) as a name, a target or an achieved value: told once for each, with the cells."""
    text = (
        INDICATORS.replace("| 养护里程 |", "| 养护里程（≥**公里） |").replace("| 95% | | 98.5% |", "| 及时率 | | 98.5% |")
        + "4 | 效益指标 | 社会效益指标 | 指标1： | 定性 | 好坏 | | 好坏 | 10 | 10 |\n"
    )
    subs = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=BUDGET, 绩效指标=text))
    found = subs.findings[subs.findings["code"] == "cell.prompt"]
    assert found["cell"].tolist() == ["D3", "F4", "H6"]
    assert found["stated"].tolist() == ["D3“养护里程（≥**公里）”、D6“指标1：”", "F4“及时率”", "H6“好坏”"]


def test_a_form_without_prompts_and_rows_that_were_left_over_say_nothing(book: Path, tmp_path: Path) -> None:
    """指标2： with nothing beside it is a row not needed, no indicator; 满意度 is a good name, 好坏 a scale on which 好 lies."""
    form = """
项目支出绩效自评表
项目名称 | 道路养护 | 主管部门 | 示例县交通运输局
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
产出指标 | 数量指标 | 指标1：养护里程 | ≥100公里 | 120公里 | 50 | 50
^ | 质量指标 | 管理水平 | 好坏 | 好 | 10 | 10
^ | ^ | 指标2： | | | |
^ | ^ | …… | …… | | |
^ | ^ | 指标3： | ≥**人 | | |
满意度指标 | 满意度 | 满意度 | ≥90% | 95% | 10 | 10
"""
    subs = sx.read(draw(tmp_path / "a.xlsx", 自评=form))
    assert subs.indicators["level3"].tolist() == ["养护里程", "管理水平", "满意度"]
    assert not told(subs, "cell.prompt")
    assert not told(sx.read(book), "cell.prompt")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("（100字以内）", True),
        ("对照年度目标，说明项目目标完成情况（100字以内）", True),
        ("对项目的自评得分、实施情况作总体说明（200字以内）", True),
        ("请填写存在的问题", True),
        ("……", False),  # a sign for nothing, not a text
        ("对照年度目标，全年完成养护里程120公里。", False),
        ("预算执行不均衡（200字以内说明见附件1）", False),
        ("无", False),
    ],
)
def test_a_narrative_that_is_only_the_question_is_told(tmp_path: Path, text: str, left: bool) -> None:  # noqa: FBT001 (an example)
    """What the form asks for is no answer; an answer that begins with the same words is one."""
    form = f"""
项目支出绩效自评表
项目名称 | 道路养护 | 主管部门 | 示例县交通运输局
存在问题 | {text}
"""
    assert bool(told(sx.read(draw(tmp_path / "a.xlsx", 自评=form)), "cell.prompt")) is left


def test_misread_signs_are_told_and_the_value_is_left_out(tmp_path: Path) -> None:
    """二100百分比 is no number; 290% of a rate is kept as printed, and doubted; of a growth rate it is not."""
    text = (
        INDICATORS.replace("| 95% | | 98.5% |", "| 二100百分比 | | 298% |")
        + "4 | 产出指标 | 数量指标 | 产值增长率 | ≥ | 290% | | 295% | 10 | 10 |\n"
    )
    subs = sx.read(draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=BUDGET, 绩效指标=text))
    row = subs.indicators.set_index("level3").loc["验收合格率"]
    assert (row["target_text"], pd.isna(row["target_value"]), row["achieved_value"]) == ("二100百分比", True, 298)
    found = subs.findings.set_index("code")
    assert (found.loc["cell.damaged", "cell"], found.loc["cell.damaged", "stated"]) == ("F4", "二100百分比")
    assert found.loc["cell.doubtful", ["cell", "stated", "expected"]].tolist() == ["H4", "298%", "≥98%"]


def test_figures_out_of_sight_are_told_once_a_sheet(tmp_path: Path) -> None:
    """A hidden row and column with figures, a hidden sheet with figures; hidden blanks, texts and zeros are none."""
    path = draw(tmp_path / "a.xlsx", 部门概况=PROFILE, 预算执行=BUDGET, 绩效指标=INDICATORS, 空表="无")
    book = openpyxl.load_workbook(path)
    book["预算执行"].row_dimensions[7].hidden = True
    book["预算执行"].row_dimensions[2].hidden = True
    book["预算执行"].column_dimensions["D"].hidden = True
    book["预算执行"].column_dimensions["I"].hidden = True
    book["绩效指标"].sheet_state = book["空表"].sheet_state = "hidden"
    book.save(path)
    assert told(sx.read(path), "layout.hidden") == [
        "「预算执行」D5：第 7 行、D 列是隐藏的，其中有 8 个不为零的数，已照常读入。请核对是否应当计入。",
        "「绩效指标」F3：整张工作表是隐藏的，其中有 10 个不为零的数，已照常读入。请核对是否应当计入。",
    ]


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("说明.txt", "第一行,甲\n第二行,乙\n", "skipped"),
        ("数据.csv", "日期,金额\n1月,3\n", "skipped"),
        ("短信.csv", "没有表格的说明", "skipped"),
        ("首页.html", "<html><table><tr><td>欢迎</td></tr></table></html>", "skipped"),
        ("自评.xls", "<html><table><tr><td>欢迎</td></tr></table></html>", "needs_review"),
        ("自评.xlsx", "日期,金额\n1月,3\n", "needs_review"),
        ("自评.csv", "项目支出绩效自评表,\n项目名称,道路养护\n主管部门,示例县交通运输局\n", "read"),
    ],
)
def test_a_text_without_a_form_is_passed_over(tmp_path: Path, name: str, content: str, status: str) -> None:
    """A note that lies in the folder needs no review, unless its name says that it is a workbook."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    subs = sx.read(tmp_path)
    row = subs.files.iloc[0]
    assert (row["status"], len(subs.findings) > 0) == (status, status == "needs_review")
    assert pd.isna(row["reason"]) is (status == "read")


def test_formulas_typed_over_and_checks_taken_away_are_told(tmp_path: Path) -> None:
    """A total and a hint of the template that were typed over are named, and the sheet whose checks are gone."""
    path = sx.write_template(tmp_path / "a.xlsx", year=2021)
    assert not told(sx.read(path), "layout.drift")
    book = openpyxl.load_workbook(path)
    sheet = book["绩效指标"]
    total = next(cell.row for cell in sheet["A"] if cell.value == "合计")
    weight = next(cell.column_letter for line in sheet["A3:M5"] for cell in line if cell.value == "分值")
    sheet[f"{weight}{total}"], sheet.protection.sheet = 100, False
    hint = next(cell.column_letter for line in sheet["A3:M6"] for cell in line if cell.value == "完成率")
    sheet[f"{hint}{total - 20}"] = "95%"
    book["项目支出"].data_validations.dataValidation.clear()
    book.save(path)
    subs = sx.read(path)
    assert [message.partition("：")[2] for message in told(subs, "layout.drift")] == [
        f"“绩效指标”与标准模板不同：{hint}{total - 20}、{weight}{total}的公式被填的内容代替。数据已照常读入，请留意。"
    ]
    assert subs.findings.set_index("code").loc["layout.unchecked", "stated"] == "项目支出"
