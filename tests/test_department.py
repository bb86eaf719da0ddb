"""Common measures of a department: the worked cases of cases/measures.toml, and what must hold of them all."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from forms import draw
from frames_from import submission, submissions
from part_of import select
from test_checks import drawn

import selfeval_xl as sx
from selfeval_xl import frames
from selfeval_xl.errors import SpecError
from selfeval_xl.rules import definitions, evaluate

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases").joinpath("measures.toml").read_text(encoding="utf-8")
)["case"]
GIVEN = {"name", "profile", "budget", "indicators", "measure", "value", "top", "below", "missing", "cells", "stated", "says"}
WAN = 10_000


def filled(case: dict[str, Any], at: int) -> frames.Records:
    """The workbook of a case; 人数 are filled in under the names that the form prints."""
    named = {"在职人数": "staff", "编制人数": "posts", "金额单位": "amount_unit"}
    profile = {named.get(key, key): value if value != "" else None for key, value in case.get("profile", {}).items()}
    return drawn({**case, "profile": profile}, f"{at:03}.xlsx")


@pytest.fixture(scope="module")
def together() -> sx.Evaluations:
    """All cases, evaluated as one batch."""
    return evaluate(submissions(*[filled(case, at) for at, case in enumerate(CASES)]))


def row(found: sx.Evaluations, name: str) -> pd.Series:
    """The one row of a measure."""
    rows = found.measures[found.measures["name"] == name]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("at", range(len(CASES)), ids=lambda at: CASES[at]["name"])
def test_cases(together: sx.Evaluations, at: int) -> None:
    """Each worked case comes out as signed: the ratio, its two sides, their cells, what is missing, what is told."""
    case = CASES[at]
    assert case.keys() <= GIVEN
    found = select(together, [f"{at:03}.xlsx"])
    told = row(found, case["measure"])
    assert told["status"] == ("computed" if "value" in case else "not_computable")
    assert told["value"] == case["value"] if "value" in case else pd.isna(told["value"])
    assert told["missing"] == case["missing"] if "missing" in case else pd.isna(told["missing"])
    scale = WAN if told["unit"] == "元" else 1
    for side, key in (("numerator", "top"), ("denominator", "below")):
        if key in case:
            assert told[side] == pytest.approx(case[key] * scale, abs=0.001)
            assert pd.notna(told[f"{side}_cells"])
        elif "missing" in case:
            assert pd.isna(told[side])
    if "cells" in case:
        assert told[["numerator_cells", "denominator_cells"]].to_list() == case["cells"]
    assert told["stated"] == case["stated"] if "stated" in case else pd.isna(told["stated"])
    messages = found.findings.loc[found.findings["code"] == "measure.stated", "message"].to_list()
    assert len(messages) == ("says" in case)
    assert all(case["says"] in message for message in messages)


def test_every_measure_has_its_cases() -> None:
    """Each measure is shown computed, or why it never is, and each that is computed is shown missing or without a base."""
    names = {entry.name for entry in definitions.definitions()}
    never = {"重点支出安排率", "支付进度率"}
    assert {case["measure"] for case in CASES} == names
    assert names - {case["measure"] for case in CASES if "value" in case} == {"支付进度率"}
    assert never <= {case["measure"] for case in CASES if "missing" in case}
    assert len(CASES) >= 40


def test_every_definition_has_its_source() -> None:
    """No formula without its source; none of 财预〔2013〕53号 is called verified, since its annex was not seen."""
    for entry in definitions.definitions():
        assert entry.basis
        assert not entry.verified
        assert entry.source.endswith("（未核实）")
        assert all(term.name for term in (*entry.numerator, *entry.denominator))


def test_a_slip_in_the_data_is_refused() -> None:
    """A column or a form that there is not is named when the data is loaded."""
    entry = definitions.definitions()[0]
    broken = dataclasses.replace(entry, numerator=(definitions.Term("在职人数", profile="staf"),))
    with pytest.raises(SpecError, match="staf"):
        definitions.checked((broken,))
    with pytest.raises(SpecError, match="column"):
        definitions.checked((dataclasses.replace(entry, numerator=(definitions.Term("公用经费", item="operating"),)),))
    with pytest.raises(SpecError, match="hunan"):
        definitions.checked((dataclasses.replace(entry, forms=("hunan",)),))


def test_a_project_has_no_measures() -> None:
    """The rates of a project form are not those of its department."""
    budget = [{"item_label": "年度资金总额", "final_budget": 100, "actual": 90}]
    assert evaluate(submissions(submission(budget=budget, project="农村饮水", form="anhui-project"))).measures.empty


def test_a_form_without_a_figure_is_not_listed() -> None:
    """Where nothing of any measure stands on the form, sixteen lines of 无法核算 would help nobody."""
    assert evaluate(submissions(submission(budget=[{"item_label": "办公设备购置", "actual": 3}]))).measures.empty


def test_the_figures_of_a_file_are_gathered_from_its_forms(tmp_path: Path) -> None:
    """决算 tables: 三公 on one sheet, the totals on another; every figure keeps its sheet and cell."""
    path = draw(
        tmp_path / "示例县卫生院.xlsx",
        总表="""
            收入支出决算总表 | < | < | < | < | <
            公开01表 | < | < | < | < | <
            部门：示例县卫生院 | < | < | < | 金额单位：元 | <
            收入 | < | < | 支出 | < | <
            项    目 | 行次 | 金额 | 项    目 | 行次 | 金额
            栏    次 | | 1 | 栏    次 | | 2
            本年收入合计 | 27 | 6200000.25 | 本年支出合计 | 58 | 6100000.25
            年初结转和结余 | 29 | 80000 | 年末结转和结余 | 60 | 100000
            """,
        三公="""
            部门整体支出绩效评价基础数据表 | < | < | <
            填报单位：示例县卫生院 | < | 单位：万元 | <
            项目 | 上年决算数 | 本年预算数 | 本年决算数
            三公经费 | 12.5 | 11 | 10.2
            公用经费 | 56 | 55 | 54.1
            """,
    )
    found = sx.evaluate(sx.read(path)).measures.set_index("name")
    assert found.loc["“三公经费”控制率", ["value", "numerator_cells", "denominator_cells"]].to_list() == [
        0.9273,
        "三公!D4",
        "三公!C4",
    ]
    assert found.loc["公用经费控制率", ["value", "numerator"]].to_list() == [0.9836, 541000]
    assert found.loc["结转结余变动率", ["value", "numerator_cells", "denominator_cells"]].to_list() == [0.25, "F8,C8", "C8"]
    assert found.loc["“三公经费”变动率", "formula"] == "(本年“三公”决算数−上年“三公”决算数)÷上年“三公”决算数"


def test_departments_of_one_file_stay_apart(tmp_path: Path) -> None:
    """Two departments on two sheets of one workbook have each their own rows."""
    form = """
        部门整体支出绩效评价基础数据表 | < | < | <
        填报单位：{name} | < | 单位：万元 | <
        项目 | 上年决算数 | 本年预算数 | 本年决算数
        公用经费 | 56 | 50 | {spent}
        """
    one, other = (form.format(name=name, spent=spent) for name, spent in (("甲局", 40), ("乙局", 30)))
    found = sx.evaluate(sx.read(draw(tmp_path / "合编.xlsx", 甲=one, 乙=other))).measures
    rows = found[found["measure"] == "operating_control_rate"]
    assert rows[["sheet", "value"]].to_numpy().tolist() == [["甲", 0.8], ["乙", 0.6]]


def test_rounded_amounts_excuse_a_rate_of_exact_ones() -> None:
    """1.2 of 3.7 万元 is 32.43%; a department that works from its 元 may state 32.80%, for 1.21 of 3.69 is that; 40% is not."""
    budget = [{"item_label": "公用经费", "final_budget": 3.7, "actual": 1.2}]
    for stated, told in (("32.43%", 0), ("40%", 1)):
        indicators = [{"level3": "公用经费控制率", "target": "≤100%", "achieved": stated}]
        found = evaluate(submissions(submission(budget=budget, indicators=indicators))).findings
        assert (found["code"] == "measure.stated").sum() == told


def test_one_batch_is_as_good_as_many(together: sx.Evaluations) -> None:
    """Each file has in a batch what it has alone, and evaluating twice gives the same."""
    pd.testing.assert_frame_equal(evaluate(together).measures, together.measures)
    assert tuple(together.measures.columns) == frames.names("measures")
    for at in (10, 30, 50):
        alone = evaluate(submissions(filled(CASES[at], at)))
        pd.testing.assert_frame_equal(select(together, [f"{at:03}.xlsx"]).measures, alone.measures)


def test_a_scaled_form_has_the_same_rates() -> None:
    """Rates do not depend on the unit in which a department counts."""
    rows = [{"item_label": "支出合计", "original_budget": 80.5, "final_budget": 100.25, "actual": 90.75}]
    wan = evaluate(submissions(submission(budget=rows))).measures
    yuan = evaluate(submissions(submission(budget=rows, amount_unit="元"))).measures
    assert wan["value"].equals(yuan["value"])
    assert wan["value"].notna().sum() == 2
