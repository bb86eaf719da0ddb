"""What each sheet of the summary says, as plain data, for a few departments; no Excel is involved."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest
import sample_evaluations as sample
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl import policies, specs
from selfeval_xl.findings import SEVERITIES, VERDICTS
from selfeval_xl.frames import Evaluations, Records
from selfeval_xl.words import words
from selfeval_xl.writer.looks import Summary, summary
from selfeval_xl.writer.tables import SHARED_WORDS, Table, tables


@pytest.fixture(scope="module")
def evaluations() -> Evaluations:
    """The sample batch."""
    return sample.evaluations()


@pytest.fixture(scope="module")
def made(evaluations: Evaluations) -> dict[str, Table]:
    """Its sheets by name."""
    return {table.sheet.name: table for table in tables(evaluations)}


def rows(table: Table) -> list[dict[str, Any]]:
    """Rows of a table by the names of their columns."""
    names = [column.value for column in table.sheet.columns]
    return [dict(zip(names, row, strict=True)) for row in table.values()]


def by_name(made: list[Table]) -> dict[str, Table]:
    """Tables by the names of their sheets."""
    return {table.sheet.name: table for table in made}


def by_file(table: Table, file: str) -> list[dict[str, Any]]:
    """Rows of a table that came from one file."""
    return [row for row in rows(table) if row["file"] == file]


def test_the_sheets_are_in_reading_order(made: dict[str, Table]) -> None:
    """Who stands where comes first, then what happened, what it is worth, what to look at, and where it all came from."""
    assert list(made) == [
        "排名", "预算执行", "指标完成", "得分构成", "三公经费", "项目支出", "部门指标", "问题清单", "未交与待核",
        "文件清单", "未核对", "参数", "说明",
    ]  # fmt: skip


def test_the_ranking_of_a_clean_department(made: dict[str, Table]) -> None:
    """Headline amounts are those of 支出合计 in 万元; 3 of 4 indicators reached their target."""
    assert by_file(made["排名"], sample.ROAD) == [
        {
            "rank": 1.0, "department": "示例县交通运输局", "fiscal_year": 2021, "kind": "部门",
            "original_budget": 2300.0, "final_budget": 2451.5,
            "actual": 2410.25, "execution_rate": 0.9832, "variance": -41.25, "variance_rate": -0.0168,
            "reached": 3.0, "computable": 4.0, "reach_rate": 0.75,
            "reported_score": 96.5, "computed_score": 99.61, "score_gap": -3.11, "reported_grade": "优", "computed_grade": "良",
            "margin_to_next_grade": 4.0, "error": 0, "warning": 0, "info": 0, "page": "部门页", "counted": "是",
            "file": sample.ROAD,
        }
    ]  # fmt: skip


def test_missing_stays_blank_and_zero_stays_zero(made: dict[str, Table]) -> None:
    """No budget row but zeros: amounts are 0, the rate has no base and is —; scores that nobody gave stay blank."""
    [row] = by_file(made["排名"], sample.WATER)
    assert (row["department"], row["original_budget"], row["final_budget"], row["actual"]) == ("（未填部门名称）", 0.0, 0.0, 15.6)
    assert (row["execution_rate"], row["variance"], row["variance_rate"]) == ("—", 15.6, "—")
    assert [row[name] for name in ("reported_score", "computed_score", "score_gap", "reported_grade")] == [None] * 4
    assert (row["reached"], row["computable"], row["reach_rate"]) == (0, 0, "—")
    assert (row["error"], row["warning"], row["info"]) == (1, 1, 0)


def test_a_file_that_could_not_be_read_has_its_row(made: dict[str, Table]) -> None:
    """It has no rank, but stands on 未交与待核 with the reason and what to do, in two columns."""
    assert by_file(made["排名"], sample.BROKEN) == []
    assert rows(made["未交与待核"]) == [
        {
            "kind": "待核",
            "department": None,
            "reason": "文件打不开：压缩包已损坏。",
            "action": "请部门重新保存后再报。",
            "file": sample.BROKEN,
        }
    ]


def test_a_skipped_file_is_not_ranked(made: dict[str, Table]) -> None:
    """Excel's own lock file is no department; it stands in 文件清单 alone."""
    assert by_file(made["排名"], sample.LOCK) == []
    assert [row["status"] for row in by_file(made["文件清单"], sample.LOCK)] == ["略过"]


def test_a_project_is_named_and_falls_back_to_its_total(made: dict[str, Table]) -> None:
    """A project form has no 支出合计; its 年度资金总额 stands in the overview, beside the project's name."""
    [row] = by_file(made["排名"], sample.PROJECT)
    assert (row["department"], row["actual"]) == ("示例县文化广电旅游体育局（文化馆维修）", 89.974)


def test_best_score_first_by_year_and_kind(evaluations: Evaluations) -> None:
    """Departments come before projects, each kind is ranked by its computed scores alone, equal scores share a rank."""
    scores = evaluations.scores
    total = scores["component"] == "total"
    values = {sample.ROAD: 90.0, sample.FARM: 95.5, sample.PROJECT: 99.0, sample.WATER: 90.0}
    scores = scores.assign(computed_score=scores["file"].map(values).where(total, scores["computed_score"]))
    table = tables(dataclasses.replace(evaluations, scores=scores))[0]
    assert [(row["rank"], row["kind"], row["computed_score"]) for row in rows(table)] == [
        (1, "部门", 95.5), (2, "部门", 90.0), (2, "部门", 90.0), (1, "项目", 99.0),
    ]  # fmt: skip


def test_a_projects_money_is_not_counted_twice() -> None:
    """The total of the batch takes a department's own row, or its projects where it has none; one row a department."""
    made = Records()
    made.add("files", {"file": "甲.xlsx", "status": "read"})
    for sheet, department, project in (
        ("整体", "甲局", None),
        ("项目", "甲局", "修路"),
        ("乙一", "乙局", "修桥"),
        ("乙二", "乙局", "修坝"),
    ):
        where = {"file": "甲.xlsx", "sheet": sheet, "cell": "A1"}
        form = {
            "form": "generic",
            "fiscal_year": 2021,
            "department": department,
            "project": project,
            "reported_total_score": 90.0,
        }
        made.add("profile", {**where, **form})
        made.add("budget", {**where, "cell": "A6", "item": "total", "actual": sample.WAN})
    shown = rows(tables(sample.evaluations([made]))[0])
    assert {row["department"]: row["counted"] for row in shown} == {
        "甲局": "是", "甲局（修路）": None, "乙局（修桥）": "是", "乙局（修坝）": "是",
    }  # fmt: skip


def test_three_public_stands_side_by_side(made: dict[str, Table]) -> None:
    """One row a department: what was not printed stays blank, a rate without base is —, and what rose is said in words."""
    [row] = rows(made["三公经费"])
    told = {name: value for name, value in row.items() if value is not None}
    assert told == {
        "department": "（未填部门名称）", "three_public.budget": 3.0, "three_public.actual": 0.0, "three_public.rate": 0.0,
        "fiscal_year": 2021, "file": sample.WATER, "sheet": "预算执行",
    }  # fmt: skip


def test_three_public_says_what_went_over() -> None:
    """Above the budget and above the year before are said apart, with the items by name."""
    made = Records()
    made.add("files", {"file": "甲.xlsx", "status": "read"})
    where = {"file": "甲.xlsx", "sheet": "三公", "cell": "A1"}
    made.add("profile", {**where, "form": "generic", "fiscal_year": 2021, "department": "甲局"})
    for item, amounts in (("three_public", (10, 9, 8)), ("three_public.hospitality", (3, 4, 2))):
        money = dict(zip(("final_budget", "actual", "prior_actual"), (each * sample.WAN for each in amounts), strict=True))
        made.add("budget", {**where, "item": item, **money})
    [row] = rows(by_name(tables(sample.evaluations([made])))["三公经费"])
    assert row["remark"] == "超预算：公务接待；比上年增加：合计、公务接待"
    assert (row["hospitality.rate"], row["three_public.rate"]) == (1.3333, 0.9)


def test_projects_of_both_kinds_are_listed(made: dict[str, Table]) -> None:
    """A form of a project and a project that a department's table lists, each with its money."""
    assert [(row["department"], row["project"], row["actual"], row["execution_rate"]) for row in rows(made["项目支出"])] == [
        ("示例县文化广电旅游体育局", "文化馆维修", 89.974, 0.9997),
        ("示例县农业农村和水利发展服务保障中心（县乡村振兴工作专班办公室）", "2130305 水利工程建设", 12.34565, 1.0),
    ]


@pytest.mark.parametrize(
    ("listed", "kind", "reason"),
    [
        ("示例县审计局", "未交", "名册上有，没有收到。"),
        ("交通运输局", "未交", "名册上有，没有收到；收到的“示例县交通运输局”名称相近。"),
        ("示例县统计局", "未交", "名册上有，没有读到；待核的文件“示例县统计局_2021.xlsx”可能是它的。"),
        (" 示例县 交通运输局", None, None),
    ],
)
def test_the_roster_says_who_has_not_sent(evaluations: Evaluations, listed: str, kind: str | None, reason: str | None) -> None:
    """Blanks and width do not matter; a name that is only alike is named, and never taken for the same."""
    found = by_name(tables(evaluations, roster=[listed]))["未交与待核"]
    late = [(row["kind"], row["reason"]) for row in rows(found) if row["department"] == listed]
    assert late == ([(kind, reason)] if kind else [])


def test_who_is_not_on_the_roster_is_told_once(evaluations: Evaluations) -> None:
    """A name that a missing one is like is told there; any other is told as unknown to the roster."""
    found = by_name(tables(evaluations, roster=["交通运输局"]))["未交与待核"]
    told = [(row["kind"], row["department"]) for row in rows(found)]
    assert told == [
        ("未交", "交通运输局"), ("待核", None), ("名册外", "示例县文化广电旅游体育局"),
        ("名册外", "示例县农业农村和水利发展服务保障中心（县乡村振兴工作专班办公室）"),
    ]  # fmt: skip


def test_tables_of_amounts_only_are_one_row_of_the_overview() -> None:
    """Cover and two tables of 部门决算公开 are one row with the findings of all; a project form among them keeps its own."""
    made = Records()
    made.add("files", {"file": "决算.xlsx", "status": "read"})
    sheets = {"封面": (None, None), "收支总表": (None, 320.0), "支出决算表": (None, 320.0), "项目": ("文化馆维修", 89.9)}
    for sheet, (project, wan) in sheets.items():
        where = {"file": "决算.xlsx", "sheet": sheet}
        form = {"form": "generic", "fiscal_year": 2021, "department": "示例县文化局", "project": project}
        made.add("profile", {**where, "cell": "A1", **form})
        if wan is not None:
            made.add("budget", {**where, "cell": "A6", "item": "expenditure_total", "actual": wan * sample.WAN})
        made.add("findings", {**where, "cell": "C6", "code": "layout.drift", "severity": "info", "verdict": "layout"})
    shown = rows(tables(sample.evaluations([made]))[0])
    assert [(row["department"], row["actual"], row["info"]) for row in shown] == [
        ("示例县文化局", 320.0, 3),
        ("示例县文化局（文化馆维修）", 89.9, 1),
    ]


def test_amounts_are_exact_to_the_fen(made: dict[str, Table]) -> None:
    """万元 without stray binary decimals, at both ends of the scale."""
    farm = by_file(made["预算执行"], sample.FARM)
    assert [row["original_budget"] for row in farm] == [999_999_999.99, 1.0, None]
    assert [row["actual"] for row in farm] == [119_876_543.21, 1.999999, 12.34565]


@settings(max_examples=30)
@given(st.lists(st.none() | st.integers(-(10**15), 10**15), min_size=5, max_size=5))
def test_missing_is_never_zero_and_zero_never_missing(fen: list[int | None]) -> None:
    """Whatever was filled in, a blank stays blank, and an amount stands in 万元 as its own 分 say, without stray decimals."""
    made = Records()
    made.add("files", {"file": "甲.xlsx", "status": "read"})
    amounts = {name: None if value is None else value / 100 for name, value in zip(sample.MONEY, fen, strict=True)}
    made.add("budget", {"file": "甲.xlsx", "sheet": "预算执行", "cell": "A6", "item_label": "支出合计", **amounts})
    [row] = rows(tables(sample.evaluations([made]))[1])
    assert [row[name] for name in sample.MONEY] == [None if value is None else value / 1_000_000 for value in fen]


def test_the_cell_states_are_told_apart(made: dict[str, Table]) -> None:
    """A dash, an error value and a blank of the form are three things in the summary too."""
    total, cars = by_file(made["预算执行"], sample.WATER)
    assert (total["prior_budget"], total["prior_actual"]) == ("—", "错误值")
    assert (cars["prior_budget"], cars["prior_actual"], cars["change_prior"]) == (None, None, None)
    assert (cars["execution_rate"], cars["actual"]) == (0.0, 0.0)


def test_rows_are_indented_as_the_form_draws_them(made: dict[str, Table]) -> None:
    """Depth and weight come from the layout; an amount of a further column stands one step deeper and says which."""
    table = made["预算执行"]
    found = {row["item"]: mark for row, mark in zip(rows(table), table.marks, strict=True) if row["file"] != sample.WATER}
    assert {name: (mark.indent, mark.strong) for name, mark in found.items()} == {
        "收入合计": (0, True), "支出合计": (0, True), "基本支出": (1, False), "人员经费": (2, False), "项目支出": (1, False),
        "支出合计（基本支出）": (1, False), "2130305 水利工程建设": (0, False), "年度资金总额": (0, False),
    }  # fmt: skip
    assert [row["file"] for row, mark in zip(rows(table), table.marks, strict=True) if mark.first] == [
        sample.ROAD, sample.PROJECT, sample.WATER, sample.FARM,
    ]  # fmt: skip


def test_targets_are_shown_with_operator_and_unit(made: dict[str, Table]) -> None:
    """What stood in three cells of the form is one readable target; what was printed whole is not doubled."""
    assert [row["target"] for row in by_file(made["指标完成"], sample.ROAD)] == ["≥100公里", "≥95%", "=60个", "≥90%"]
    assert [row["achieved"] for row in by_file(made["指标完成"], sample.ROAD)] == ["112公里", "100%", "60个", "88%"]
    assert [row["target"] for row in by_file(made["指标完成"], sample.FARM)] == ["≥5000亩", "≤1.2万元", "较满意"]


def test_a_key_task_without_figures_shows_its_words(made: dict[str, Table]) -> None:
    """Where a task has no number, its goal and its progress stand in the place of target and achievement."""
    task = by_file(made["指标完成"], sample.WATER)[2]
    assert (task["target"], task["achieved"], task["completion"], task["reached"]) == (
        "全面落实河湖长制，完成年度巡查任务", "已完成", None, None,
    )  # fmt: skip


def test_a_part_is_no_indicator_of_its_own(evaluations: Evaluations) -> None:
    """其中 rows are shown, indented, but not counted in 指标完成率."""
    parts = evaluations.indicators["part_of"].where(evaluations.indicators["file"] != sample.ROAD, "C9")
    changed = dataclasses.replace(evaluations, indicators=evaluations.indicators.assign(part_of=parts))
    [row] = by_file(tables(changed)[0], sample.ROAD)
    assert (row["reached"], row["computable"], row["reach_rate"]) == (0, 0, "—")


def test_words_stand_for_codes(made: dict[str, Table]) -> None:
    """An official reads no code: method, verdict, status, form and policy are Chinese."""
    assert [row["method"] for row in by_file(made["指标完成"], sample.FARM)] == [
        "未达到，按比例计分", "未达到，按比例计分", "由人评判：定性指标",
    ]  # fmt: skip
    assert [row["reached"] for row in by_file(made["指标完成"], sample.ROAD)] == ["达标", "达标", "达标", "未达标"]
    assert {row["total.policy"] for row in rows(made["得分构成"])} == {policies.policies()["mof-2020-10"].name}
    assert {row["forms"] for row in rows(made["文件清单"])} == {specs.layouts()["standard"].name, "按用语识别", None}


def test_a_method_without_a_word_is_shown_as_it_is(evaluations: Evaluations) -> None:
    """A rule that is newer than the word list does not break the summary."""
    newer = evaluations.indicators.assign(method="newer.rule")
    table = tables(dataclasses.replace(evaluations, indicators=newer))[2]
    assert {row["method"] for row in rows(table)} == {"newer.rule"}


def test_scores_stand_side_by_side(made: dict[str, Table]) -> None:
    """One row a form: stated, computed and difference of every component; a component that no form has stays blank."""
    [farm] = by_file(made["得分构成"], sample.FARM)
    assert [farm[f"output.{name}"] for name in ("weight", "reported_score", "computed_score", "score_gap")] == [50, 50, 45, 5]
    assert (farm["total.judged_weight"], farm["total.margin_to_next_grade"], farm["cost.weight"]) == (10, 4, None)


def test_findings_are_sorted_by_department_gravest_first(made: dict[str, Table]) -> None:
    """A department finds its own together, what must be corrected on top, each with its cell."""
    told = [(row["department"][:6], row["severity"], row["cell"]) for row in rows(made["问题清单"])]
    assert told == [
        ("示例县农业农", "差错", "K6"), ("示例县农业农", "请说明", "L7"), ("示例县农业农", "提示", "D6"),
        ("（未填部门名", "差错", "G5"), ("（未填部门名", "请说明", "B4"), ("（未能读取）", "差错", None),
    ]  # fmt: skip


def test_the_order_of_files_does_not_matter(evaluations: Evaluations) -> None:
    """The same files in another order give the same tables."""
    backwards = sample.evaluations(
        [sample.lock_file(), sample.broken(), sample.project(), sample.water(), sample.farm(), sample.road()]
    )
    assert [(table.notes, table.cells) for table in tables(backwards)] == [(t.notes, t.cells) for t in tables(evaluations)]


def test_an_empty_batch_has_every_sheet(made: dict[str, Table]) -> None:
    """Nothing to read is shown as nothing, on every sheet."""
    empty = {table.sheet.name: table for table in tables(sample.evaluations([]))}
    assert list(empty) == list(made)
    assert [name for name, table in empty.items() if table.rows()] == ["说明"]


def test_more_rows_than_excel_has_are_cut_with_a_note(evaluations: Evaluations) -> None:
    """The sheet fills Excel to its last row and says how many rows there are and how many it shows."""
    looks = dataclasses.replace(summary(), row_limit=10)
    table = tables(evaluations, looks)[1]
    assert table.top + len(table.marks) == 10
    assert table.notes[-1] == "共 11 行，超出 Excel 行数上限，本表只列前 4 行。"


def test_the_policy_is_explained_with_its_sources(made: dict[str, Table]) -> None:
    """Every number that the scores rest on stands on 说明 with where it comes from, marked 未核实 where it is."""
    told = {row["name"]: row for row in rows(made["说明"]) if row["group"] == "财预〔2020〕10号"}
    params = [entry for entry in dataclasses.fields(policies.Policy) if "Param" in str(entry.type) and entry.name != "weights"]
    assert len(told) == 2 + len(policies.policies()["mof-2020-10"].weights) + len(params)
    assert (told["产出指标分值"]["text"], told["产出指标分值"]["verified"]) == ("产出指标占 50 分。", "未核实")
    assert told["超额完成须说明"]["text"] == "完成率达到 130% 及以上的，须说明原因。"
    assert told["等级"]["text"] == "等级：优 90 分（含）以上，良 80 分（含）以上，中 60 分（含）以上，差 0 分（含）以上。"


def test_a_rule_that_is_switched_off_says_so(made: dict[str, Table]) -> None:
    """A policy without a value for a rule says that there is none, never an empty cell or a zero."""
    told = {row["name"]: row for row in rows(made["说明"]) if row["group"] == "财预〔2020〕10号"}
    assert told["执行率低时总分的上限"]["text"] == "执行率低时总分的上限：没有规定，不用这一项。"


# -- the looks themselves ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def looks() -> Summary:
    """The shipped looks."""
    return summary()


def test_every_column_is_explained(looks: Summary) -> None:
    """Each column of each sheet has its definition on 说明; no rate without its base."""
    unexplained = [(s.name, c.header) for s in looks.sheets for c in s.columns if not c.meaning]
    assert unexplained == []
    told = [c.meaning for s in looks.sheets for c in s.columns if c.header.endswith("执行率")]
    assert told == ["执行率＝决算数÷全年预算数。", "执行率＝执行数÷全年预算数。"]


def test_the_looks_name_only_what_there_is(looks: Summary) -> None:
    """Styles, colours, word lists and bases that summary.toml refers to exist."""
    columns = [(sheet, column) for sheet in looks.sheets for column in sheet.columns]
    assert {column.style for _, column in columns} <= looks.styles.keys()
    assert {column.words for _, column in columns} - {"", "policy", "sheet"} - SHARED_WORDS <= looks.words.keys()
    assert {f"{column.style}_link" for _, column in columns if column.link} <= looks.styles.keys()
    named = {name for style in looks.styles.values() for name in (style.color, style.fill) if name}
    tones = {f"{tone}_{part}" for tone in looks.tones.values() for part in ("ink", "fill")}
    assert named | tones | {"ink", "line", "rule", "group", "bar"} == looks.palette.keys()
    assert words("severity").keys() == set(SEVERITIES)
    assert words("verdict").keys() == set(VERDICTS)


def test_the_sheets_fit_excel_and_the_printer(looks: Summary) -> None:
    """Sheet names are legal; what is printed stands left of what is for the screen only."""
    for sheet in looks.sheets:
        assert 0 < len(sheet.name) <= 31
        assert not set(sheet.name) & set("[]:*?/\\'")
        printed = [column.printed for column in sheet.columns]
        assert printed == sorted(printed, reverse=True)
        assert max((column.header.count("/") for column in sheet.columns), default=0) <= 1


def test_every_row_carries_its_file(looks: Summary) -> None:
    """Nothing that the summary shows of a department is without the file that it came from."""
    listed = [sheet for sheet in looks.sheets if sheet.columns]
    assert [s.name for s in listed if "file" not in {c.value for c in s.columns}] == ["未核对", "参数", "说明"]


def test_every_sheet_has_a_question(looks: Summary) -> None:
    """Under each title stands what the sheet answers; the workbook of one department leaves out what is about the batch."""
    assert [sheet.name for sheet in looks.sheets if not sheet.question] == []
    assert [sheet.name for sheet in looks.sheets if not sheet.details] == ["总览", "排名", "未交与待核"]


def test_nothing_is_changed_in_the_evaluations(evaluations: Evaluations) -> None:
    """The writer draws; what it was given stays as it was."""
    before = {name: getattr(evaluations, name).copy() for name in ("budget", "indicators", "profile", "findings", "scores")}
    tables(evaluations)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(evaluations, name), frame)
