"""Several forms on one sheet: each has a profile, rows, texts and scores of its own, and no caption cuts one in two."""

from __future__ import annotations

from pathlib import Path

import pytest
from forms import draw
from openpyxl import load_workbook
from part_of import select

import selfeval_xl as sx
from selfeval_xl import frames, ownership

TITLE = """
项目支出绩效自评表 | < | < | < | < | < | <
（2022年度） | < | < | < | < | < | <
"""
FORM = """
项目名称 | {project} | 主管部门 | 示例县水利局 | | |
单位：万元 | | | | | |
资金 | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
年度资金总额 | 10 | 10 | {actual} | 10 | 90% | 9
年度目标 | 完成{project} | < | < | < | < | <
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
产出指标 | 数量指标 | {project}数量 | ≥5个 | 5个 | 90 | {score}
总分 | | | | | 100 | {total}
"""


def form(project: str = "甲", actual: float = 9, score: float = 90, title: str = TITLE) -> str:
    """A small project form; its total score is 9 more than the score of its one indicator."""
    return (
        title.strip("\n")
        + "\n" * bool(title)
        + FORM.format(project=project, actual=actual, score=score, total=score + 9).strip("\n")
    )


def read(folder: Path, *forms: str, between: str = "\n\n", **sheets: str) -> sx.Submissions:
    """What is read from forms under one another on one sheet, and from further sheets."""
    return sx.read(draw(folder / "十个项目.xlsx", 自评表=between.join(forms), **sheets))


def projects(subs: sx.Submissions) -> list[tuple[object, ...]]:
    """Project, first cell and total score of each form."""
    rows = subs.profile[["project", "first_cell", "reported_total_score"]]
    return list(rows.astype(object).where(rows.notna(), None).itertuples(index=False, name=None))


# -- where a form begins -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("between", "second", "third"), [("\n\n\n", "A13", "A25"), ("\n\n", "A12", "A23"), ("\n", "A11", "A21")])
def test_three_forms_under_one_another(tmp_path: Path, between: str, second: str, third: str) -> None:
    """Each has its project, total and year, whether blank rows part them or none does."""
    subs = read(tmp_path, form("甲"), form("乙", score=80), form("丙", score=70), between=between)
    assert projects(subs) == [("甲", "A1", 99), ("乙", second, 89), ("丙", third, 79)]
    assert list(subs.profile["fiscal_year"]) == [2022, 2022, 2022]
    assert list(subs.budget["actual"]) == [90_000] * 3
    assert list(subs.indicators["level3"]) == ["甲数量", "乙数量", "丙数量"]
    assert list(subs.texts["text"]) == ["完成甲", "完成乙", "完成丙"]


def test_each_form_has_its_own_edition(tmp_path: Path) -> None:
    """A form that no layout names may stand under one that has its layout."""
    official = (Path(__file__).parent / "official_forms/anhui-department.txt").read_text(encoding="utf-8")
    subs = read(tmp_path, official.partition("\n")[2].partition("\n----")[0], form("甲"))
    assert list(subs.profile["form"]) == ["anhui-department", "generic"]
    assert subs.files["forms"].item() == "anhui-department,generic"


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_second_form_without_its_title(tmp_path: Path, between: str) -> None:
    """项目名称 stands again: another form, of the same year as the one above."""
    subs = read(tmp_path, form("甲"), form("乙", score=80, title=""), between=between)
    assert [name for name, *_ in projects(subs)] == ["甲", "乙"]
    assert list(subs.profile["fiscal_year"]) == [2022, 2022]


def test_what_is_printed_once_at_the_top(tmp_path: Path) -> None:
    """Department and year of the first form are those of the forms below that print none; two that differ are nobody's."""
    bare = form("乙", title="").replace("主管部门 | 示例县水利局", " | ")
    other = form("丙", title="").replace("示例县水利局", "示例县教育局")
    subs = read(tmp_path, form("甲"), bare, other, bare.replace("乙", "丁"))
    assert list(subs.profile["department"].fillna("")) == ["示例县水利局", "示例县水利局", "示例县教育局", ""]
    assert list(subs.profile["fiscal_year"]) == [2022] * 4


def test_each_form_has_its_own_year_and_unit(tmp_path: Path) -> None:
    """2021年度 in 元 under 2022年度 in 万元."""
    lower = form("乙").replace("2022", "2021").replace("单位：万元", "单位：元")
    subs = read(tmp_path, form("甲"), lower)
    assert list(subs.profile["fiscal_year"]) == [2022, 2021]
    assert list(subs.profile["amount_unit"]) == ["万元", "元"]
    assert list(subs.budget["actual"]) == [90_000, 9]


def test_the_line_under_a_form_is_not_the_head_of_the_next(tmp_path: Path) -> None:
    """填报单位 under each form belongs to the form above it."""
    foot = "\n填报单位：示例县供水站 | | | 填报人：张三 | | |"
    for title in (TITLE, ""):
        subs = read(tmp_path, form("甲") + foot, form("乙", title=title) + foot.replace("张三", "李四"), between="\n")
        assert list(subs.profile["filled_by"]) == ["张三", "李四"]
        assert [name for name, *_ in projects(subs)] == ["甲", "乙"]


def test_the_number_of_a_form_belongs_to_it(tmp_path: Path) -> None:
    """附件2 above the second title is where the second form begins."""
    subs = read(tmp_path, "附件1\n" + form("甲"), "附件2\n" + form("乙"))
    assert [cell for _, cell, _ in projects(subs)] == ["A1", "A13"]


def test_departments_that_only_titles_name(tmp_path: Path) -> None:
    """示例县水利局2022年度项目支出绩效自评表 over one form, 示例县教育局 over the next, and no field in either."""
    headless = "\n".join(form("甲", title="").splitlines()[1:])
    titles = [f"{name}2022年度项目支出绩效自评表 | < | < | < | < | < | <\n" for name in ("示例县水利局", "示例县教育局")]
    profile = read(tmp_path, *(title + headless for title in titles)).profile
    assert list(profile["department"]) == ["示例县水利局", "示例县教育局"]
    assert list(profile["first_cell"]) == ["A1", "A10"]


@pytest.mark.parametrize("common", [False, True], ids=["two titles", "one title over both"])
def test_forms_side_by_side(tmp_path: Path, common: bool) -> None:  # noqa: FBT001 (a case)
    """Two forms beside one another, a blank column between them."""
    left, right = (form(name, title="" if common else TITLE).splitlines() for name in "甲乙")
    top = ["2022年度项目支出绩效自评表" + " | <" * 14] if common else []
    subs = read(tmp_path, "\n".join([*top, *(f"{one} |  | {other}" for one, other in zip(left, right, strict=True))]))
    assert projects(subs) == [("甲", "A1", 99), ("乙", "I1", 99)]
    assert list(subs.profile["fiscal_year"]) == [2022, 2022]
    assert list(subs.indicators["level3"]) == ["甲数量", "乙数量"]


# -- what begins no form -------------------------------------------------------------------------------------------

CAPTIONS = """
示例县水利局2022年度项目支出绩效自评表 | < | < | < | < | < | <
项目名称 | 甲 | 主管部门 | 示例县水利局 | | |
一、项目资金执行情况表 | < | < | < | < | < | <
资金（万元） | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
年度资金总额 | 10 | 10 | 9 | 10 | | 10
二、绩效指标自评表 | < | < | < | < | < | <
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
产出指标 | 数量指标 | 数量 | ≥5个 | 5个 | 90 | 80
总分 | | | | | 100 | 80
三、项目支出情况表 | < | < | < | < | < | <
项目名称 | 预算数 | 决算数
甲 | 10 | 9
填报单位：示例县供水站 | | | 填报人：张三 | | |
"""


def test_captions_begin_no_form(tmp_path: Path) -> None:
    """表 inside a form, a table with 项目名称 for a header and the line of who filled it in cut nothing."""
    assert projects(read(tmp_path, CAPTIONS)) == [("甲", None, 80)]


def test_a_head_that_goes_on_begins_no_form(tmp_path: Path) -> None:
    """（续） with the same project above the second half, as on the next page."""
    head, middle, tail = form("甲").partition("一级指标")
    again = "项目支出绩效自评表（续） | < | < | < | < | < | <\n项目名称 | 甲 | | | | |\n"
    assert projects(read(tmp_path, head + again + middle + tail)) == [("甲", None, 99)]


ACCOUNTS = """
{title} | < | <
部门：{department} | | 单位：万元
项目 | 年初预算数 | 决算数
合计 | 10 | 9
基本支出 | 10 | 9
"""
NINE = ["收入支出决算总表", "收入决算表", "支出决算表", "财政拨款收入支出决算总表", "一般公共预算财政拨款支出决算表"]


def accounts(department: str) -> str:
    """Tables of the accounts of a department, under one another."""
    return "\n".join(ACCOUNTS.format(title=title, department=department).strip("\n") for title in NINE)


def test_the_accounts_of_one_department_are_one_form(tmp_path: Path) -> None:
    """Every table names the department again: that begins nothing."""
    subs = read(tmp_path, accounts("示例县水利局"))
    assert list(subs.profile["department"]) == ["示例县水利局"]
    assert list(subs.budget["table"].unique()) == NINE


def test_the_accounts_of_two_departments_are_two_forms(tmp_path: Path) -> None:
    """Another department is another form, its first title included."""
    profile = read(tmp_path, accounts("示例县水利局"), accounts("示例县教育局")).profile
    assert list(profile["department"]) == ["示例县水利局", "示例县教育局"]
    assert list(profile["first_cell"]) == ["A1", "A27"]


# -- lists of projects ---------------------------------------------------------------------------------------------

LIST = """
2023年部门预算项目绩效目标 | < | < | < | < | < | <
单位名称 | 项目名称 | 预算数（元） | 年度目标 | 一级指标 | 三级指标 | 指标值
示例县气象局 | 人工增雨 | 250000 | 作业12次 | 产出指标 | 作业次数 | ≥12次
 | | | | 效益指标 | 受益农户 | ≥800户
 | 雷达维护 | 80000.5 | 全年运行 | 产出指标 | 完好率 | 100%
示例县地震局 | 台站运行 | 60000 | 台站正常 | 产出指标 | 台站数 | 3个
示例县地震局 | 台站运行 | | | 产出指标 | 数据上报率 | ≥95%
"""


def test_every_project_of_a_list_is_a_form(tmp_path: Path) -> None:
    """A blank cell says what stands above it; a name that is repeated is the same project."""
    subs = read(tmp_path, LIST)
    rows = subs.profile[["department", "project", "cell", "first_cell"]]
    assert rows.to_numpy().tolist() == [
        ["示例县气象局", "人工增雨", "A3", "A1"],
        ["示例县气象局", "雷达维护", "B5", "A5"],
        ["示例县地震局", "台站运行", "A6", "A6"],
    ]
    assert subs.budget[["item_label", "original_budget", "cell"]].to_numpy().tolist() == [
        ["人工增雨", 250_000, "B3"],
        ["雷达维护", 80_000.5, "B5"],
        ["台站运行", 60_000, "B6"],
    ]
    assert list(subs.texts["text"]) == ["作业12次", "全年运行", "台站正常"]
    assert list(ownership.owners(subs.indicators, subs.profile)) == [0, 0, 1, 2, 2]
    assert len(subs.findings[subs.findings["code"] == "layout.generic"]) == 1


def test_a_list_whose_names_are_merged_downwards(tmp_path: Path) -> None:
    """One 单位名称 merged over all its projects."""
    merged = LIST.replace(" | | | | 效益", "^ | ^ | ^ | ^ | 效益").replace(" | 雷达维护", "^ | 雷达维护")
    assert list(read(tmp_path, merged).profile["project"]) == ["人工增雨", "雷达维护", "台站运行"]


# -- rows find their form ------------------------------------------------------------------------------------------


def test_scores_of_each_form(tmp_path: Path) -> None:
    """Two forms whose indicators were scored differently have scores of their own."""
    evals = sx.evaluate(read(tmp_path, form("甲"), form("乙", actual=5, score=40)))
    total = evals.scores[evals.scores["component"] == "total"]
    assert list(total["reported_score"]) == [99, 49]
    assert list(total["computed_score"]) == [99, 95]
    assert list(evals.scores.loc[evals.scores["component"] == "budget_execution", "computed_score"]) == [9, 5]


def test_scores_of_forms_side_by_side(tmp_path: Path) -> None:
    """The same where the second form stands in further columns."""
    left, right = (form(name, score=score).splitlines() for name, score in (("甲", 90), ("乙", 40)))
    evals = sx.evaluate(read(tmp_path, "\n".join(f"{one} |  | {other}" for one, other in zip(left, right, strict=True))))
    assert list(evals.scores.loc[evals.scores["component"] == "output", "reported_score"]) == [90, 40]


def test_findings_of_the_upper_form_are_not_the_lower_forms(tmp_path: Path) -> None:
    """A finding belongs to the form in which its cell stands, also above the department's name."""
    subs = read(tmp_path, form("甲"), form("乙"))
    cells = frames.table(
        "findings", [("十个项目.xlsx", "自评表", cell) for cell in ("A1", "G10", "A12", "B14", None)], ["file", "sheet", "cell"]
    )
    assert list(ownership.owners(cells, subs.profile)) == [0, 0, 1, 1, 0]


def test_the_summary_has_a_row_for_each_form(tmp_path: Path) -> None:
    """Overview and scores tell both forms, select and concat keep them apart."""
    evals = sx.evaluate(read(tmp_path, form("甲"), form("乙", score=40)))
    book = load_workbook(sx.write_summary(evals, tmp_path / "汇总.xlsx"))
    names = ["示例县水利局（甲）", "示例县水利局（乙）"]
    told = [[cell.value for row in sheet.iter_rows() for cell in row if cell.value in names] for sheet in book]
    assert told.count(names) >= 2
    chosen = select(evals, ["十个项目.xlsx"])
    assert list(ownership.owners(chosen.indicators, chosen.profile)) == [0, 1]
    (tmp_path / "b").mkdir()
    other = sx.read(draw(tmp_path / "b/其他.xlsx", 自评表=form("丙")))
    joined = frames.concat([other, read(tmp_path, form("甲"), form("乙"))])
    assert list(joined.profile["project"].iloc[ownership.owners(joined.indicators, joined.profile)]) == list(
        joined.indicators["level3"].str[0]
    )


def test_what_is_repeated_in_two_forms_is_not_summed(tmp_path: Path) -> None:
    """Parts are held against the total of their own form, although both tables have the same name."""
    parts = "年度资金总额 | 10 | 10 | {a} | 10 | | 9\n其中：财政拨款 | 10 | 10 | {b} | | |\n其他资金 | 0 | 0 | 0 | | |"
    upper, lower = (
        form(name).replace("年度资金总额 | 10 | 10 | 9 | 10 | 90% | 9", parts.format(a=9, b=b))
        for name, b in (("甲", 9), ("乙", 8))
    )
    found = sx.evaluate(read(tmp_path, upper, lower)).findings
    wrong = found[found["code"].str.startswith("parts.")]
    assert list(wrong["cell"]) == ["D19"]


# -- sheets that are no forms --------------------------------------------------------------------------------------

COVER = """
示例县2022年度部门整体支出绩效自评报告 | <
部门名称：示例县水利局 |
填报日期：2023年3月20日 |
"""
LINES = """
2022年度项目支出绩效自评
示例县水利局
2023年3月
"""
CONTENTS = """
目录 | <
序号 | 表名
1 | 项目支出绩效自评表
2 | 部门整体支出绩效自评表
"""
EXPLAINED = """
填表说明 | < | <
1.项目名称：按预算批复的项目全称填写。 | < | <
2.年度资金总额：按批复填写，单位：万元。 | < | <
一级指标 | 三级指标 | 指标值
产出指标 | 示例指标 | ≥5个
"""
LISTS = """
一级指标 | 二级指标 | 三级指标 | 指标值 | 分值
产出指标 | 数量指标 | 数量 | ≥5个 | 50
"""


@pytest.mark.parametrize("cover", [COVER, LINES], ids=["with labels", "lines only"])
def test_covers_contents_and_explanations_are_no_forms(tmp_path: Path, cover: str) -> None:
    """Department and year of the cover count for the form; nothing is read from the other sheets."""
    alone = form("甲", title="项目支出绩效自评表 | < | < | < | < | < | <").replace("主管部门 | 示例县水利局", " | ")
    sheets = {"封面": cover, "目录": CONTENTS, "填表说明": EXPLAINED, "自评表": alone, "Sheet9": EXPLAINED}
    subs = sx.read(draw(tmp_path / "全套.xlsx", **sheets))
    assert subs.profile[["sheet", "department", "fiscal_year"]].to_numpy().tolist() == [["自评表", "示例县水利局", 2022]]
    assert set(subs.indicators["sheet"]) == {"自评表"}


def test_a_form_on_a_hidden_sheet_is_read_and_told(tmp_path: Path) -> None:
    """Lists of choices are passed over in silence; a form that was filled in and hidden is read, and a finding says so."""
    path = draw(tmp_path / "带隐藏.xlsx", 自评表=form("甲"), hidden1=LISTS, 旧表=form("乙"))
    book = load_workbook(path)
    book["hidden1"].sheet_state = "veryHidden"
    book["旧表"].sheet_state = "hidden"
    book.save(path)
    subs = sx.read(path)
    assert list(subs.profile["project"]) == ["甲", "乙"]
    told = subs.findings[subs.findings["code"] == "layout.hidden"]
    assert list(told["sheet"]) == ["旧表"]
    assert "整张工作表" in told["message"].item()


def test_a_workbook_of_hidden_sheets_is_read(tmp_path: Path) -> None:
    """Where every form is hidden, they are what the department sent."""
    path = draw(tmp_path / "全隐藏.xlsx", 自评表=form("甲"), 说明=CONTENTS)
    book = load_workbook(path)
    book["自评表"].sheet_state = "hidden"
    book.save(path)
    assert list(sx.read(path).profile["project"]) == ["甲"]
