"""Scores: the worked cases of cases/scoring.toml, and what must hold of any score."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pandas as pd
import pytest
from frames_from import submission, submissions
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl import policies
from selfeval_xl.frames import Evaluations
from selfeval_xl.loading import build, data_files
from selfeval_xl.policies import Policy
from selfeval_xl.policy_text import said
from selfeval_xl.rules import evaluate, scoring, totals
from selfeval_xl.rules.cases import choose
from selfeval_xl.writer.looks import summary

CASES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("cases").joinpath("scoring.toml").read_text(encoding="utf-8")
)
KINDS = get_type_hints(Policy)


def policy_with(rule: Mapping[str, Any], policy: str = "mof-2020-10") -> Policy:
    """A shipped policy with other values for some of its rules, as a file of one's own would have them."""
    changed = {
        name: build(KINDS[name], value, name) if name == "rules" else build(KINDS[name], {"value": value, "basis": "算例"}, name)
        for name, value in rule.items()
    }
    return dataclasses.replace(policies.find(policy), **changed)


def same(found: Any, expected: Any) -> bool:
    """Equal, where missing equals missing."""
    return bool(pd.isna(found)) if expected is None else bool(found == expected)


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_indicator_cases(case: dict[str, Any]) -> None:
    """Each worked case of an indicator comes out as signed."""
    read = submissions(submission(indicators=[case["given"]])).indicators.assign(fiscal_year=case.get("year", 2021))
    found = scoring.indicators(read, policy_with(case.get("rule", {}), case.get("policy", "mof-2020-10"))).iloc[0]
    expect = case["expect"]
    score = expect.get("computed_score")
    assert found["method"] == expect["method"]
    assert same(found["completion"], expect.get("completion"))
    assert same(found["computed_score"], score)
    assert same(found["score_low"], expect.get("score_low", score))
    assert same(found["score_high"], expect.get("score_high", score))


def ruled(case: dict[str, Any], tmp_path: Path) -> Path | str:
    """The policy of a case: a shipped one, or with `rule` a file of one's own made from it."""
    name = str(case.get("policy", "mof-2020-10"))
    if "rule" not in case:
        return name
    text = next(path for path in data_files("policies") if path.stem == name).read_text(encoding="utf-8")
    for key, value in case["rule"].items():
        text = re.sub(rf"(?ms)^(\[{key}\][^\n]*\n)(value = .*?\n)?basis", rf"\1value = {json.dumps(value)}\nbasis", text)
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    return tmp_path / "own.toml"


@pytest.mark.parametrize("case", CASES["execution"], ids=lambda case: case["name"])
def test_execution_cases(case: dict[str, Any], tmp_path: Path) -> None:
    """Each worked case of the budget's execution comes out as signed."""
    read = submissions(submission(budget=[{"item_label": "支出合计", **case["given"]}]))
    found = evaluate(read, ruled(case, tmp_path))
    budget, expect = found.budget.iloc[0], case["expect"]
    assert same(budget["execution_rate"], expect.get("execution_rate"))
    assert same(budget["computed_score"], expect.get("computed_score"))
    if "method" in expect:
        assert component(found, "budget_execution")["method"] == expect["method"]


@pytest.mark.parametrize("case", CASES["grade"], ids=lambda case: case["name"])
def test_grade_cases(case: dict[str, Any]) -> None:
    """Each score has the grade of its band, and so much is wanting to the next."""
    policy = policy_with(case.get("rule", {}), case.get("policy", "mof-2020-10"))
    score = pd.Series([float(case["given"])])
    assert totals.grades(score, policy).iloc[0] == case["expect"]["grade"]
    assert same(totals.margins(score, policy).iloc[0], case["expect"].get("margin"))


@pytest.mark.parametrize("case", CASES["total"], ids=lambda case: case["name"])
def test_total_cases(case: dict[str, Any], tmp_path: Path) -> None:
    """Each worked case of a whole form: its total, its grade, and the rule that gave them."""
    given = case["given"]
    money = [{"item_label": "支出合计", **given["budget"]}] if "budget" in given else []
    rows = [{**row, "level3": f"指标{at}"} for at, row in enumerate(given["indicators"], 1)]
    found = component(evaluate(submissions(submission(budget=money, indicators=rows)), ruled(case, tmp_path)), "total")
    expect = case["expect"]
    assert same(found["computed_score"], expect.get("total"))
    assert same(found["computed_grade"], expect.get("grade"))
    assert same(found["margin_to_next_grade"], expect.get("margin"))
    assert found["method"] == expect["method"]


@pytest.mark.parametrize("case", CASES["choice"], ids=lambda case: case["name"])
def test_choice_cases(case: dict[str, Any]) -> None:
    """Which policy rules a form that nobody named one for."""
    given = case["given"]
    assert choose(given.get("year"), given.get("form", "generic"), given.get("department", "")).id == case["expect"]["policy"]


def test_every_policy_and_every_method_has_a_case() -> None:
    """No shipped policy, and no method of the list that the policies are read aloud from, is without a worked case."""
    listed = [case for kind in ("case", "execution", "grade", "total", "choice") for case in CASES[kind]]
    named = {case.get("policy", "mof-2020-10") for case in listed}
    methods = {case["expect"]["method"] for case in listed if "method" in case["expect"]} | {"sum.component"}
    assert set(policies.policies()) - named == set()
    assert set(said("methods")) ^ methods == set()
    assert set(said("methods")) == set(summary().words["method"])
    assert len(listed) >= 150
    assert len({case["name"] for case in listed}) == len(listed)


def whole_form(**changes: Any) -> Evaluations:
    """A form whose weights sum to 100, all targets met, with some rows changed by their third-level name."""
    rows = [
        {"level1": "产出指标", "level3": "产出", "target": "≥100 个", "achieved": "100 个", "weight": 50, "reported_score": 50},
        {"level1": "效益指标", "level3": "效益", "target": "≥100 个", "achieved": "100 个", "weight": 30, "reported_score": 30},
        {"level1": "满意度指标", "level3": "满意度", "target": "≥90%", "achieved": "90%", "weight": 10, "reported_score": 10},
    ]
    rows = [{**row, **changes.pop(str(row["level3"]), {})} for row in rows]
    money = {"item_label": "支出合计", "original_budget": 90, "final_budget": 100, "actual": 95, **changes.pop("money", {})}
    return evaluate(submissions(submission(budget=[money], indicators=rows, **changes)))


def component(evaluations: Evaluations, name: str) -> pd.Series:
    """One row of scores."""
    return evaluations.scores.set_index("component").loc[name]


def test_the_total_is_the_sum_of_its_components() -> None:
    """10 for execution by the policy, 50, 30 and 10: 9.5+50+30+10 is 99.5, 优."""
    found = whole_form()
    assert list(found.scores["component"]) == ["budget_execution", "output", "benefit", "satisfaction", "total"]
    assert list(found.scores["weight"]) == [10, 50, 30, 10, 100]
    assert list(found.scores["computed_score"]) == [9.5, 50, 30, 10, 99.5]
    assert component(found, "total")["computed_grade"] == "优"


def test_weights_that_are_full_leave_no_room_for_the_policys_own() -> None:
    """Where the indicators have all 100 points, none is added for execution."""
    found = whole_form(产出={"weight": 60})
    assert "budget_execution" not in set(found.scores["component"])
    assert component(found, "total")["weight"] == 100


def test_a_judged_indicator_counts_as_reported() -> None:
    """A person's judgement stands, and it is said how much of the weight rests on it."""
    found = whole_form(效益={"target": "有所提升", "achieved": "明显提升", "reported_score": 27})
    assert component(found, "benefit")[["computed_score", "judged_weight"]].to_list() == [27, 30]
    assert component(found, "total")[["computed_score", "judged_weight"]].to_list() == [96.5, 30]


def test_a_judged_indicator_counts_within_its_band() -> None:
    """部分达成 allows 60% to 80%: 30 of 30 counts as 24."""
    found = whole_form(效益={"target": "有所提升", "achieved": "部分达成"})
    assert component(found, "benefit")["computed_score"] == 24


def test_a_half_filled_form_has_no_total() -> None:
    """One weighted indicator without its achieved value: its component and the total are missing, not too low."""
    found = whole_form(效益={"achieved": None})
    assert component(found, "output")["computed_score"] == 50
    assert np.isnan(component(found, "benefit")["computed_score"])
    assert np.isnan(component(found, "total")["computed_score"])


def test_no_grade_where_weights_do_not_make_the_whole() -> None:
    """Bands are bands of 100 points; 80 points of weight have no grade."""
    assert pd.isna(component(whole_form(效益={"weight": 10, "reported_score": 10}), "total")["computed_grade"])


def test_the_stated_total_comes_before_the_sum() -> None:
    """自评得分 as stated is the reported total; the sum only where none is stated."""
    assert component(whole_form(reported_total_score=97.0), "total")["reported_score"] == 97
    found = whole_form(money={"weight": 10, "reported_score": 9.5})
    assert component(found, "total")[["reported_score", "score_gap"]].to_list() == [99.5, 0]


def test_key_tasks_carry_no_weight() -> None:
    """重点工作任务 has completion, but takes no part in scores."""
    task = {"level1": "重点工作任务", "table": "重点工作任务", "target": "10 个", "achieved": "8 个", "weight": 5}
    found = evaluate(submissions(submission(indicators=[task])))
    assert found.indicators["completion"].iloc[0] == 0.8
    assert found.indicators[["computed_score", "method"]].isna().all(axis=None)
    assert list(found.scores["component"]) == ["total"]


amounts = st.floats(-1e9, 1e9).map(lambda value: round(value, 4))
weights = st.floats(0, 100).map(lambda value: round(value, 3))
operators = st.sampled_from(["≥", "≤", ">", "<", "=", ""])


def scored(rows: list[dict[str, Any]], reverse: str = "ratio", policy: str = "mof-2020-10") -> pd.DataFrame:
    """The computed columns of some indicators."""
    read = submissions(submission(indicators=rows))
    return scoring.indicators(read.indicators, policy_with({"reverse": reverse}, policy))


def row(target: str, achieved: float, weight: float) -> dict[str, Any]:
    """One indicator."""
    return {"target": target, "achieved": f"{achieved:.4f}", "weight": weight}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(operators, amounts, amounts, weights), min_size=20, max_size=40), st.sampled_from(["ratio", "linear"]))
def test_a_score_lies_between_nothing_and_its_weight(drawn: list[tuple[str, float, float, float]], reverse: str) -> None:
    """0 ≤ score_low ≤ score ≤ score_high ≤ weight, whatever is filled in."""
    found = scored([row(f"{sign}{target:.4f}", value, weight) for sign, target, value, weight in drawn], reverse)
    weight = pd.Series([entry[3] for entry in drawn])
    assert (found["score_low"] >= 0).all()
    assert (found["score_low"] <= found["score_high"]).all()
    assert (found["score_high"] <= weight).all()
    given_score = found["computed_score"].notna()
    assert (found["score_low"] == found["computed_score"])[given_score].all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 1e6), amounts, amounts, weights), min_size=20, max_size=40))
def test_more_is_never_worth_less(drawn: list[tuple[float, float, float, float]]) -> None:
    """For ≥ a greater achieved value never earns a lower score; for ≤ never a higher."""
    for sign, way in (("≥", 1), ("≤", -1)):
        low = scored([row(f"{sign}{target:.4f}", min(one, other), weight) for target, one, other, weight in drawn])
        high = scored([row(f"{sign}{target:.4f}", max(one, other), weight) for target, one, other, weight in drawn])
        assert (way * (high["computed_score"] - low["computed_score"]) >= 0).all()
