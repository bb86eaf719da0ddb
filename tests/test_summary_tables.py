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


def by_file(table: Table, file: str) -> list[dict[str, Any]]:
    """Rows of a table that came from one file."""
    return [row for row in rows(table) if row["file"] == file]


def test_the_sheets_are_in_reading_order(made: dict[str, Table]) -> None:
    """The overview comes first, then what happened, what it is worth, what to look at, and where it all came from."""
    assert list(made) == [
        "总览",
        "预算执行",
        "指标完成",
        "得分构成",
        "部门指标",
        "问题清单",
        "文件清单",
        "未核对",
        "参数",
        "说明",
    ]


def test_the_overview_of_a_clean_department(made: dict[str, Table]) -> None:
    """Headline amounts are those of 支出合计 in 万元; 3 of 4 indicators reached their target."""
    assert by_file(made["总览"], sample.ROAD) == [
        {
            "department": "示例县交通运输局", "fiscal_year": 2021, "original_budget": 2300.0, "final_budget": 2451.5,
            "actual": 2410.25, "execution_rate": 0.9832, "variance": -41.25, "variance_rate": -0.0168,
            "reached": 3.0, "computable": 4.0, "reach_rate": 0.75,
            "reported_score": 96.5, "computed_score": 99.61, "score_gap": -3.11, "reported_grade": "优", "computed_grade": "良",
            "error": 0, "warning": 0, "info": 0, "file": sample.ROAD,
        }
    ]  # fmt: skip


def test_missing_stays_blank_and_zero_stays_zero(made: dict[str, Table]) -> None:
    """No budget row but zeros: amounts are 0, the rate has no base and is —; scores that nobody gave stay blank."""
    [row] = by_file(made["总览"], sample.WATER)
    assert (row["department"], row["original_budget"], row["final_budget"], row["actual"]) == ("（未填部门名称）", 0.0, 0.0, 15.6)
    assert (row["execution_rate"], row["variance"], row["variance_rate"]) == ("—", 15.6, "—")
    assert [row[name] for name in ("reported_score", "computed_score", "score_gap", "reported_grade")] == [None] * 4
    assert (row["reached"], row["computable"], row["reach_rate"]) == (0, 0, "—")
    assert (row["error"], row["warning"], row["info"]) == (1, 1, 0)


def test_a_file_that_could_not_be_read_has_its_row(made: dict[str, Table]) -> None:
    """It stands last, says so in words, has its finding counted, and nothing else: no zero for what is not known."""
    row = rows(made["总览"])[-1]
    filled = {name: value for name, value in row.items() if value is not None}
    assert filled == {"department": "（未能读取）", "error": 1, "warning": 0, "info": 0, "file": sample.BROKEN}


def test_a_skipped_file_has_no_row_in_the_overview(made: dict[str, Table]) -> None:
    """Excel's own lock file is no department; it stands in 文件清单 alone."""
    assert by_file(made["总览"], sample.LOCK) == []
    assert [row["status"] for row in by_file(made["文件清单"], sample.LOCK)] == ["略过"]


def test_a_project_is_named_and_falls_back_to_its_total(made: dict[str, Table]) -> None:
    """A project form has no 支出合计; its 年度资金总额 stands in the overview, beside the project's name."""
    [row] = by_file(made["总览"], sample.PROJECT)
    assert (row["department"], row["actual"]) == ("示例县文化广电旅游体育局（文化馆维修）", 89.974)


def test_the_overview_counts_what_came_in(made: dict[str, Table]) -> None:
    """The lines under the title: files by status, departments, findings by severity, and what needs review by name."""
    counts, review, *_ = made["总览"].notes
    files, found = (
        "共收到 6 个文件：已读 4 个，待核 1 个，略过 1 个；3 个部门，4 份表。",
        "问题 6 条：差错 3 条，请说明 2 条，提示 1 条。",
    )
    assert counts == files + found
    assert review == "待核：示例县统计局_2021.xlsx。详见“文件清单”。"


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
    looks = dataclasses.replace(summary(), row_limit=9)
    table = tables(evaluations, looks)[1]
    assert table.top + len(table.marks) == 9
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
    assert told == ["执行率＝决算数÷全年预算数。"]


def test_the_looks_name_only_what_there_is(looks: Summary) -> None:
    """Styles, colours, word lists and bases that summary.toml refers to exist."""
    columns = [(sheet, column) for sheet in looks.sheets for column in sheet.columns]
    assert {column.style for _, column in columns} <= looks.styles.keys()
    assert {column.words for _, column in columns} - {"", "policy"} - SHARED_WORDS <= looks.words.keys()
    named = {name for style in looks.styles.values() for name in (style.color, style.fill) if name}
    tones = {f"{tone}_{part}" for tone in looks.tones.values() for part in ("ink", "fill")}
    assert named | tones | {"ink", "line", "rule", "group"} == looks.palette.keys()
    assert words("severity").keys() == set(SEVERITIES)
    assert words("verdict").keys() == set(VERDICTS)


def test_the_sheets_fit_excel_and_the_printer(looks: Summary) -> None:
    """Sheet names are legal; what is printed stands left of what is for the screen only."""
    for sheet in looks.sheets:
        assert 0 < len(sheet.name) <= 31
        assert not set(sheet.name) & set("[]:*?/\\'")
        printed = [column.printed for column in sheet.columns]
        assert printed == sorted(printed, reverse=True)
        assert max(column.header.count("/") for column in sheet.columns) <= 1


def test_every_row_carries_its_file(looks: Summary) -> None:
    """Nothing that the summary shows of a department is without the file that it came from."""
    assert [s.name for s in looks.sheets if "file" not in {c.value for c in s.columns}] == ["未核对", "参数", "说明"]


def test_nothing_is_changed_in_the_evaluations(evaluations: Evaluations) -> None:
    """The writer draws; what it was given stays as it was."""
    before = {name: getattr(evaluations, name).copy() for name in ("budget", "indicators", "profile", "findings", "scores")}
    tables(evaluations)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(evaluations, name), frame)
