"""The figures of the report that the project began with, as the standard workbook holds them (amounts in 万元).

What holds is passed in silence, and what does not hold is told once each.
"""

from __future__ import annotations

import pandas as pd
import pytest
from frames_from import submission, submissions

from selfeval_xl.frames import Evaluations
from selfeval_xl.rules import evaluate

BUDGET = [
    {"item_label": "收入合计", "original_budget": 769.21, "actual": 2293.34,
     "reported_change_budget": 13.19, "reported_change_budget_rate": 0.0174},
    {"item_label": "财政拨款收入", "actual": 2293.34, "reported_change": -3272.35, "reported_change_rate": -0.5880},
    {"item_label": "支出合计", "original_budget": 769.21, "actual": 2293.34,
     "reported_change_budget": 13.19, "reported_change_budget_rate": 0.0174},
    {"item_label": "基本支出", "actual": 562.25, "reported_change": -4.92, "reported_change_rate": -0.0087},
    {"item_label": "项目支出", "actual": 1731.09, "reported_change": -3258.43, "reported_change_rate": -0.6531},
    {"item_label": "财政拨款支出合计", "actual": 2293.34},
    {"item_label": "一般公共预算财政拨款支出", "actual": 2293.34, "reported_variance": 1524.13,
     "reported_variance_rate": 1.9814, "reason": "转拨企业上级专项资金增加"},
]  # fmt: skip
TASK = {"level1": "重点工作任务", "level2": None, "table": "重点工作任务"}
INDICATORS = [
    {"level3": "规上工业增加值", "achieved": "16.97 亿元"},
    {"level3": "新开工项目", "target": "18 个", "achieved": "22 个", "reported_completion": 1.2222},
    {"level3": "新竣工投产项目", "target": "14 个", "achieved": "15 个", "reported_completion": 1.0714},
    {"level3": "实际到位资金", "target": "18 亿元", "achieved": "20.35 亿元", "reported_completion": 1.1305},
    {"level3": "实际利用外资", "target": "600 万美元", "achieved": "2132 万美元", "reported_completion": 1.8233},
    {"level3": "外贸进出口", "achieved": "2.9 亿元", "reported_completion": 1.089},
    {**TASK, "level3": "解除隔离人员", "achieved": "15 人"},
    {**TASK, "level3": "其中：继续隔离", "achieved": "14 人", "part_of": "解除隔离人员"},
    {**TASK, "level3": "省内转接", "achieved": "2 人", "part_of": "解除隔离人员"},
    {**TASK, "level3": "省外转接", "achieved": "3 人", "part_of": "解除隔离人员"},
    {**TASK, "level3": "疫苗接种", "achieved": "12943 剂次"},
    {**TASK, "level3": "其中：第一针", "achieved": "6663 人次", "part_of": "疫苗接种"},
    {**TASK, "level3": "第二针", "achieved": "6280 人次", "part_of": "疫苗接种"},
    {**TASK, "level3": "电商培训", "achieved": "58 场"},
    {**TASK, "level3": "其中：普及性", "achieved": "45 场", "part_of": "电商培训"},
    {**TASK, "level3": "增值性", "achieved": "13 场", "part_of": "电商培训"},
]


@pytest.fixture(scope="module")
def seed() -> Evaluations:
    """The seed, evaluated."""
    return evaluate(submissions(submission("新丰县.xlsx", budget=BUDGET, indicators=INDICATORS, reported_grade="优")))


def messages(seed: Evaluations, code: str) -> list[str]:
    """Messages of the findings of one kind."""
    return list(seed.findings.loc[seed.findings["code"] == code, "message"])


def test_the_foreign_investment_rate_is_wrong(seed: Evaluations) -> None:
    """2132 of 600 is 355.33%, not 182.33%."""
    (message,) = messages(seed, "stated.rate")
    assert "实际利用外资" in message
    assert "182.33%" in message
    assert "2132(K9)÷600(F9)" in message
    assert "355.33%" in message
    row = seed.indicators.set_index("level3").loc["实际利用外资"]
    assert row["completion"] == 3.5533


def test_the_paid_in_funds_rate_is_truncated(seed: Evaluations) -> None:
    """20.35 of 18 is 113.06%; the report cut it off at 113.05%, which is worth a note and no more."""
    (message,) = messages(seed, "stated.rate_truncated")
    assert "113.05%" in message
    assert "113.06%" in message


def test_last_years_parts_fall_short_by_nine(seed: Evaluations) -> None:
    """Last year's parts fell by 4.92+3258.43 together, the total by 3272.35; the gap of 9.00 is for the department to explain."""
    (message,) = messages(seed, "parts.prior")
    assert "4.92+3258.43＝3263.35" in message
    assert "3272.35" in message
    assert "相差 9.00 万元" in message


def test_more_left_isolation_than_there_were(seed: Evaluations) -> None:
    """14+2+3 is 19 of 15; 12943=6663+6280 and 58=45+13 hold."""
    (message,) = messages(seed, "parts.breakdown")
    assert "14(K12)+2(K13)+3(K14)＝19" in message
    assert "15" in message


def test_a_grade_without_a_score(seed: Evaluations) -> None:
    """优 is stated, no score is."""
    (message,) = messages(seed, "grade.without_score")
    assert "优" in message


def test_nothing_else_is_called_wrong(seed: Evaluations) -> None:
    """Of all figures only the one rate is an error; the differences and rates that hold are not mentioned."""
    assert list(seed.findings.loc[seed.findings["severity"] == "error", "code"]) == ["stated.rate"]
    assert set(seed.findings["code"]) == {
        "stated.rate", "stated.rate_truncated", "parts.prior", "parts.breakdown", "grade.without_score",
        "missing.target", "reason.far_above", "computed.execution",
    }  # fmt: skip


def test_rates_with_implied_bases(seed: Evaluations) -> None:
    """Bases that are not printed are implied by the stated differences, and named; execution has no implied base."""
    rows = seed.budget.set_index("item_label")
    assert rows.loc["收入合计", "change_budget_rate"] == 0.0174
    assert rows.loc["财政拨款收入", ["change_prior", "change_prior_rate"]].to_list() == [-32723500.0, -0.588]
    assert rows.loc["基本支出", "change_prior_rate"] == -0.0087
    assert rows.loc["项目支出", "change_prior_rate"] == -0.6531
    assert rows.loc["一般公共预算财政拨款支出", "variance_original_rate"] == 1.9814
    assert rows.loc["一般公共预算财政拨款支出", "implied_bases"] == "original_budget"
    assert rows.loc["支出合计", "execution_rate_original"] == 2.9814
    assert pd.isna(rows.loc["支出合计", "execution_rate"])
    assert pd.isna(rows.loc["一般公共预算财政拨款支出", "execution_rate_original"])


def test_there_is_no_score_to_compute(seed: Evaluations) -> None:
    """Without weights there is a total row with the stated grade, and no score."""
    (total,) = seed.scores.to_dict("records")
    assert (total["component"], total["reported_grade"]) == ("total", "优")
    assert pd.isna(total["computed_score"])
    assert pd.isna(total["computed_grade"])
