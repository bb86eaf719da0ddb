"""Forms that no layout names, read by the field's words: right on real ones, and whatever people do to the sheet."""

from __future__ import annotations

import importlib.util
import json
import unicodedata
from functools import cache
from inspect import signature
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
import transforms
from forms import draw
from openpyxl.utils.cell import coordinate_to_tuple
from test_official_forms import AMOUNTS, EDITIONS, split

import selfeval_xl as sx
from selfeval_xl import frames
from selfeval_xl.frames import Records
from selfeval_xl.reader import intake
from selfeval_xl.reader.cells import Grid
from selfeval_xl.reader.generic import add_sheets
from selfeval_xl.reader.grid import grids

PROJECT = """
项目支出绩效自评表 | < | < | < | < | < | < | <
（2022年度） | < | < | < | < | < | < | <
项目名称 | < | 示例县农村饮水维修 | < | < | < | < | <
主管部门 | < | 示例县水利局 | < | 实施单位 | 示例县供水站 | < | <
项目资金（万元） | | 年初预算数 | 全年预算数（A） | 全年执行数（B） | 分值 | 执行率（B/A） | 得分
^ | 年度资金总额 | 50 | 60 | 54 | 10 | 90.00% | 9
^ | 其中：当年财政拨款 | 50 | 60 | 54 | - | | -
^ | 其他资金 | | | | - | | -
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
^ | 产出指标（50分） | 数量指标 | 指标1：维修水厂 | ≥6座 | 6座 | 50 | 50
^ | 效益指标（30分） | 社会效益指标 | 受益人口 | 2000人 | 2100人 | 30 | 30
^ | 满意度指标（10分） | 服务对象满意度指标 | 群众满意度 | ≥90% | 92.5% | 10 | 10
^ | ^ | ^ | …… | | | |
总分 | < | < | < | < | < | 100 | 99
"""


@pytest.fixture
def project(tmp_path: Path) -> sx.Submissions:
    """A project form as a county sends it."""
    return sx.read(draw(tmp_path / "水利局.xlsx", 自评表=PROJECT), layouts=())


def test_the_head_of_a_form(project: sx.Submissions) -> None:
    """Who, what, when, and the total from the last row, each with its cell."""
    row, cells = project.profile.iloc[0], project.cells("profile").iloc[0]
    assert (row["form"], row["project"], row["department"]) == ("generic", "示例县农村饮水维修", "示例县水利局")
    assert (row["implementing_unit"], row["fiscal_year"], row["amount_unit"]) == ("示例县供水站", 2022, "万元")
    assert (row["reported_total_score"], cells["reported_total_score"], cells["department"]) == (99, "H14", "C4")


def test_the_money_of_a_form(project: sx.Submissions) -> None:
    """Amounts in 元 with their cells; dashes in score cells are not scored; a row left blank is no row."""
    money = project.budget.set_index("item")
    assert money.index.tolist() == ["total", "fiscal_appropriation", "other_funds"]
    total = money.loc["total"]
    assert (total["original_budget"], total["final_budget"], total["actual"]) == (500_000, 600_000, 540_000)
    assert (total["weight"], total["reported_execution_rate"], total["reported_score"]) == (10, 0.9, 9)
    assert project.states("budget")["weight"].tolist() == ["value", "dash", "dash"]
    assert project.cells("budget").iloc[0][["cell", "original_budget", "actual"]].tolist() == ["B6", "C6", "E6"]


def test_the_indicators_of_a_form(project: sx.Submissions) -> None:
    """Merged levels without their points, names without 指标1：, operator and unit out of one cell, no …… row."""
    rows = project.indicators
    assert rows[["level1", "level2", "level3"]].to_numpy().tolist() == [
        ["产出指标", "数量指标", "维修水厂"],
        ["效益指标", "社会效益指标", "受益人口"],
        ["满意度指标", "服务对象满意度指标", "群众满意度"],
    ]
    assert rows[["operator", "target_value", "unit", "achieved_value"]].fillna("").to_numpy().tolist() == [
        ["ge", 6, "座", 6],
        ["", 2000, "人", 2100],
        ["ge", 90, "%", 92.5],
    ]


def test_what_was_recognised_is_said(project: sx.Submissions) -> None:
    """An info finding for each table: which columns were recognised, which were not, how many of how many."""
    told = project.findings[project.findings["code"] == "layout.generic"]
    assert told["severity"].tolist() == ["info", "info"]
    assert "识别了 6/6 个栏目：年初预算数、全年预算数、全年执行数、分值、执行率、得分" in told["message"].iloc[0]


def test_a_two_sided_table_and_its_parts(tmp_path: Path) -> None:
    """收入 | 支出 side by side, and a total split over further columns."""
    text = """
财政拨款收入支出决算总表 | < | < | < | <
部门：示例县水利局 | | | | 金额单位：元
收入 | < | 支出 | < | <
项目 | 决算数 | 项目 | 合计 | 一般公共预算财政拨款
一、一般公共预算财政拨款 | 120.5 | 一、农林水支出 | 120.5 | 120.5
本年收入合计 | 120.5 | 本年支出合计 | 120.5 | 120.5
"""
    money = sx.read(draw(tmp_path / "a.xlsx", 公开04表=text), layouts=()).budget
    own, part = money[money["part_label"].isna()], money[money["part_label"].notna()]
    assert own[["side", "item_label", "actual"]].to_numpy().tolist() == [
        ["收入", "一、一般公共预算财政拨款", 120.5],
        ["支出", "一、农林水支出", 120.5],
        ["收入", "本年收入合计", 120.5],
        ["支出", "本年支出合计", 120.5],
    ]
    assert part[["cell", "part", "actual"]].to_numpy().tolist() == [
        ["C5", "general_public_budget", 120.5],
        ["C6", "general_public_budget", 120.5],
    ]


def test_a_table_that_lies_on_its_side(tmp_path: Path) -> None:
    """三公: the names stand in the header, over pairs of 预算数 and 决算数."""
    text = """
“三公”经费支出决算表 | < | < | < | < | <
单位：万元 | | | | |
合计 | < | 公务用车购置及运行维护费 | < | 公务接待费 | <
预算数 | 决算数 | 预算数 | 决算数 | 预算数 | 决算数
10 | 9 | 7 | 6.5 | 3 | 2.5
"""
    money = sx.read(draw(tmp_path / "a.xlsx", 三公=text), layouts=()).budget
    assert money[["cell", "item", "final_budget", "actual"]].to_numpy().tolist() == [
        ["A3", "three_public", 100_000, 90_000],
        ["C3", "three_public.vehicles", 70_000, 65_000],
        ["E3", "three_public.hospitality", 30_000, 25_000],
    ]


def test_a_form_that_only_sets_targets(tmp_path: Path) -> None:
    """Amounts beside their names, without a header: what is planned is the original budget."""
    text = """
项目支出绩效目标表 | < | < | <
项目名称 | < | 示例项目 | <
主管部门 | < | 示例县水利局 | <
资金情况（万元） | 年度资金总额： | 16 | <
^ | 其中：上级资金 | 12 | <
绩效指标 | 一级指标 | 三级指标 | 指标值
^ | 产出指标 | 维修水厂 | ≥6座
"""
    subs = sx.read(draw(tmp_path / "a.xlsx", 目标=text), layouts=())
    assert subs.budget[["item_label", "original_budget"]].to_numpy().tolist() == [
        ["年度资金总额:", 160_000],
        ["其中:上级资金", 120_000],
    ]
    assert subs.indicators[["level3", "operator", "target_value"]].to_numpy().tolist() == [["维修水厂", "ge", 6]]


# -- the shared cases, and what people do to them ------------------------------------------------------------------


@pytest.fixture(scope="module")
def score_cases(shared: Path) -> ModuleType:
    """The script that scores a reading."""
    spec = importlib.util.spec_from_file_location("score_cases", shared / "tools" / "score_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.parametrize("generic", [False, True], ids=["layouts", "words alone"])
def test_every_field_of_every_case(shared: Path, score_cases: ModuleType, generic: bool) -> None:  # noqa: FBT001 (a case)
    """Every expected value at its cell, nothing else; by words alone as well."""
    wrong = {}
    for path in sorted((shared / "cases").glob("*.expected.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        score, _ = score_cases.score_case(path.parent / expected["file"], expected, generic, findings=False)
        if score.wrong:
            wrong[score.name] = score.notes
    assert wrong == {}


def said(sheets: list[Grid]) -> dict[str, list[tuple[Any, ...]]]:
    """What is read from some sheets, but for addresses, names of sheets and blanks in texts."""
    subs = read(sheets)
    return {kind: [_folded(row) for row in _told(getattr(subs, kind)).itertuples(index=False)] for kind in frames.PLACED}


def read(sheets: list[Grid]) -> sx.Submissions:
    """What is read from some sheets by words alone."""
    records = Records()
    add_sheets(records, "f", sheets, ())
    records.add("files", {"file": "f"})
    return frames.build([records])


def rows(subs: sx.Submissions) -> list[Any]:
    """Money and indicators as they were read, the unit of the sheet and notes aside."""
    return [_folded(row) for frame in (subs.budget, subs.indicators) for row in _told(frame).itertuples(index=False)]


def at(a1: str) -> tuple[int, int]:
    """Row and column of a cell, counted from 0."""
    row, column = coordinate_to_tuple(a1)
    return row - 1, column - 1


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=["file", "sheet", "cell", "first_cell", "part_of", "table"], errors="ignore")


def _folded(row: Any) -> tuple[Any, ...]:
    texts = ("".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else value for value in row)
    return tuple(None if pd.isna(value) else value for value in texts)


DONE_TO_A_SHEET = pytest.mark.parametrize(
    "done",
    [
        transforms.blank_rows, transforms.title_lines, transforms.blank_column, transforms.split_down, transforms.split_across,
        transforms.split, transforms.joined, transforms.columns_moved, transforms.renamed, transforms.full_width,
        transforms.half_width, transforms.spaced,
    ],
    ids=lambda done: done.__name__,
)  # fmt: skip


def cases(shared: Path) -> list[tuple[str, bytes]]:
    """The workbooks of the shared cases."""
    names = [json.loads(path.read_text(encoding="utf-8"))["file"] for path in sorted((shared / "cases").glob("*.expected.json"))]
    return [(name, (shared / "cases" / name).read_bytes()) for name in names]


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes]]:
    """The workbooks of the official forms."""
    folder = tmp_path_factory.mktemp("editions")
    return [(one, draw(folder / f"{one}.xlsx", 表=split(one)[0]).read_bytes()) for one in EDITIONS]


@cache
def as_it_stands(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """What is read from a workbook that nothing was done to."""
    return said(grids(intake.admit(data)))


def changed(books: list[tuple[str, bytes]], done: transforms.Transform) -> list[tuple[str, int]]:
    """The workbooks of which something else is read after something was done to their sheets."""
    found = []
    for name, data in books:
        before = as_it_stands(data)
        for seed in range(3 if "chance" in signature(done).parameters else 1):
            sheets = grids(intake.admit(data))
            for sheet in sheets:
                if sheet.rows:
                    done(sheet, Random(seed))  # noqa: S311 (not for secrets)
            if said(sheets) != before:
                found.append((name, seed))
    return found


@DONE_TO_A_SHEET
def test_what_people_do_to_an_official_form_changes_nothing(
    editions: list[tuple[str, bytes]], done: transforms.Transform
) -> None:
    """Rows and columns inserted or moved, cells split or merged, sheets renamed, widths changed: the same is read."""
    assert changed(editions, done) == []


@pytest.mark.shared
@DONE_TO_A_SHEET
def test_what_people_do_to_a_sheet_changes_nothing(shared: Path, done: transforms.Transform) -> None:
    """The same with the sheets of public documents."""
    assert changed(cases(shared), done) == []


def test_a_header_at_the_end_of_a_sheet_may_reach_below_what_is_filled(tmp_path: Path) -> None:
    """The last table was left blank: its header, of cells merged over two rows, is all of it, and the rest is read."""
    sheet = """
    部门名称 | 示例县林业局 |
    项目 | 年初预算数 | 决算数
    基本支出 | 10 | 9
    一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
    ^ | ^ | ^ | ^ | ^ | ^ | ^
    """
    subs = sx.read(draw(tmp_path / "林业局.xlsx", 自评表=sheet), layouts=())
    assert subs.files["status"].tolist() == ["read"]
    assert subs.budget["actual"].tolist() == [90_000]
    assert subs.indicators.empty


def in_yuan(data: bytes) -> tuple[Any, Any]:
    """What is read from a workbook in 万元, and from the same in 元."""
    told = read(grids(intake.admit(data)))
    frame, spots, units = told.budget, told.cells("budget"), told.profile.groupby("sheet")["amount_unit"].first()
    sheets = grids(intake.admit(data))
    for sheet in (sheet for sheet in sheets if units.get(sheet.name) == "万元"):
        own = frame["sheet"] == sheet.name
        amounts = [at(a1) for name in AMOUNTS for a1 in spots.loc[own & frame[name].notna(), name]]
        transforms.in_yuan(sheet, amounts)
    return rows(told), rows(read(sheets))


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_form_in_yuan(edition: str, editions: list[tuple[str, bytes]]) -> None:
    """A form in 元 instead of 万元, its amounts ten thousand times as large, says the same."""
    before, after = in_yuan(dict(editions)[edition])
    assert after == before


@pytest.mark.shared
def test_a_document_in_yuan(shared: Path) -> None:
    """The same with the public documents."""
    for name, data in cases(shared):
        before, after = in_yuan(data)
        assert after == before, name
