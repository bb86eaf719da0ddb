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


def whole_form(policy: str = "mof-2020-10", **changes: Any) -> Evaluations:
    """A form whose weights sum to 100, all targets met, with some rows changed by their third-level name."""
    rows = [
        {"level1": "产出指标", "level3": "产出", "target": "≥100 个", "achieved": "100 个", "weight": 50, "reported_score": 50},
        {"level1": "效益指标", "level3": "效益", "target": "≥100 个", "achieved": "100 个", "weight": 30, "reported_score": 30},
        {"level1": "满意度指标", "level3": "满意度", "target": "≥90%", "achieved": "90%", "weight": 10, "reported_score": 10},
    ]
    rows = [{**row, **changes.pop(str(row["level3"]), {})} for row in rows]
    money = {"item_label": "支出合计", "original_budget": 90, "final_budget": 100, "actual": 95, **changes.pop("money", {})}
    return evaluate(submissions(submission(budget=[money], indicators=rows, **changes)), policy)


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


def test_components_say_what_gave_their_points() -> None:
    """The execution's own rule, sums of indicators, and the sum of all."""
    found = whole_form(money={"actual": 130}).scores.set_index("component")["method"]
    assert found["budget_execution"] == "execution.capped"
    assert found["output"] == "sum.component"
    assert found["total"] == "sum.total"


def test_an_indicator_that_does_not_apply_leaves_the_others() -> None:
    """Its component keeps its printed weight and has no points; the total is scaled up from the 70 that apply."""
    found = whole_form("form-note-rescale", 效益={"achieved": "不适用", "reported_score": None})
    assert component(found, "benefit")["weight"] == 30
    assert pd.isna(component(found, "benefit")["computed_score"])
    assert component(found, "total")[["weight", "computed_score"]].to_list() == [100, 99.29]


def codes(evaluations: Evaluations) -> list[str]:
    """The findings on scores."""
    found = evaluations.findings["code"]
    return list(found[found.str.startswith("score")])


def test_a_score_that_may_be_lowered_is_not_asked_about() -> None:
    """Where the policy lets a person lower the score of a result far above target, a lower score is right."""
    lowered = {"achieved": "125 个", "reported_score": 45}
    assert codes(whole_form("hebei-system", 产出=lowered)) == []
    assert codes(whole_form(产出=lowered)) == ["score.met"]


def test_a_difference_within_the_tolerance_is_no_finding() -> None:
    """0.1 points under a policy that allows for it; a wrong last digit under one that does not."""
    off = {"achieved": "90 个", "reported_score": 45.1, "deviation_reason": "雨季"}
    assert codes(whole_form("guangxi-system", 产出=off)) == []
    assert codes(whole_form(产出=off)) == ["score.digit"]


def test_a_finding_does_not_explain_a_rule_of_its_own_by_the_completion() -> None:
    """Points that follow a rule for the indicator's name are not said to follow from its completion."""
    row = {"level3": "在职人员控制率", "achieved": "103%", "weight": 5, "reported_score": 4.5, "deviation_reason": "借调"}
    found = evaluate(submissions(submission(indicators=[row])), "mof-2013-53").findings.set_index("code")
    expected = "“在职人员控制率”目标 （没有填），完成 103%(K5)，按 办法规定 计应得 3.5 分，自评 4.5 分，多计 1 分。"
    assert expected in found.loc["score.computed", "message"]


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


rows_drawn = st.lists(st.tuples(operators, amounts, amounts, weights), min_size=20, max_size=40)


@settings(max_examples=40, deadline=None)
@given(rows_drawn, st.sampled_from(sorted(policies.policies())))
def test_a_score_lies_between_nothing_and_its_weight(drawn: list[tuple[str, float, float, float]], policy: str) -> None:
    """0 ≤ score_low ≤ score ≤ score_high ≤ weight, whatever is filled in, under every policy."""
    rows = [row(f"{sign}{target:.4f}", value, weight) for sign, target, value, weight in drawn]
    read = submissions(submission(indicators=rows)).indicators
    found = scoring.indicators(read, policies.find(policy))
    weight = pd.Series([entry[3] for entry in drawn])
    assert (found["score_low"] >= 0).all()
    assert (found["score_low"] <= found["score_high"]).all()
    assert (found["score_high"] <= weight).all()
    given_score = found["computed_score"].notna() & (found["method"] != "over.editable")
    assert (found["score_low"] == found["computed_score"])[given_score].all()
    assert (found["computed_score"].fillna(0.0) <= weight).all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.01, 1e6), amounts, amounts, weights), min_size=20, max_size=40),
    st.sampled_from(["ratio", "linear", "all_or_nothing"]),
)
def test_more_is_never_worth_less(drawn: list[tuple[float, float, float, float]], reverse: str) -> None:
    """For ≥ a greater achieved value never earns a lower score; for ≤ never a higher, by each of the reverse rules."""
    for sign, way in (("≥", 1), ("≤", -1)):
        low = scored([row(f"{sign}{target:.4f}", min(one, other), weight) for target, one, other, weight in drawn], reverse)
        high = scored([row(f"{sign}{target:.4f}", max(one, other), weight) for target, one, other, weight in drawn], reverse)
        assert (way * (high["computed_score"] - low["computed_score"]) >= 0).all()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(-50, 300).map(lambda value: round(value, 2)), min_size=2, max_size=20))
def test_steps_and_brackets_fall_with_the_value(drawn: list[float]) -> None:
    """The more a controlled rate exceeds its standard, the less it earns, never below nothing."""
    for name in ("在职人员控制率", "预算控制率", "公用经费控制率"):
        rows = [{"level3": name, "target": "≤100%", "achieved": f"{value:.2f}%", "weight": 5} for value in sorted(drawn)]
        found = scored(rows, policy="mof-2013-53")["computed_score"]
        assert (found.diff().dropna() <= 0).all()
        assert found.between(0, 5).all()


money_drawn = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=10)


@settings(max_examples=10, deadline=None)
@given(money_drawn, st.sampled_from([10, 1000, 10_000]), st.sampled_from(sorted(policies.policies())))
def test_the_size_of_amounts_changes_no_rate_and_no_score(drawn: list[tuple[int, int]], factor: int, policy: str) -> None:
    """All amounts of a form multiplied by the same number: the same rates, scores, grades and methods."""

    def scaled(by: int) -> Evaluations:
        return evaluate(
            submissions(
                *[
                    submission(
                        f"{at}.xlsx",
                        budget=[{"item_label": "支出合计", "original_budget": final * by / 100, "final_budget": final * by / 100,
                                 "actual": actual * by / 100, "weight": 10}],
                        indicators=[{"target": "≥10 个", "achieved": "9 个", "weight": 90}],
                    )
                    for at, (final, actual) in enumerate(drawn)
                ]
            ),
            policy,
        )  # fmt: skip

    one, other = scaled(1), scaled(factor)
    pd.testing.assert_series_equal(one.budget["execution_rate"], other.budget["execution_rate"])
    pd.testing.assert_frame_equal(one.scores, other.scores)


@settings(max_examples=10, deadline=None)
@given(rows_drawn, st.randoms(use_true_random=False), st.sampled_from(sorted(policies.policies())))
def test_the_order_of_rows_changes_nothing(drawn: list[tuple[str, float, float, float]], random: Any, policy: str) -> None:
    """Shuffled rows get the same scores, each its own, and the form the same total."""
    rows = [
        {**row(f"{sign}{target:.4f}", value, weight), "level3": f"第{at}项"}
        for at, (sign, target, value, weight) in enumerate(drawn)
    ]
    mixed = rows.copy()
    random.shuffle(mixed)
    one, other = (evaluate(submissions(submission(indicators=part)), policy) for part in (rows, mixed))
    columns = ["completion", "score_low", "score_high", "computed_score", "method"]
    found = other.indicators.set_index("level3").loc[one.indicators["level3"], columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(one.indicators[columns], found)
    pd.testing.assert_frame_equal(one.scores, other.scores)


@pytest.mark.parametrize("policy", sorted(policies.policies()))
def test_evaluating_twice_gives_the_same(policy: str) -> None:
    """Under each policy, all the indicators of the worked cases as one form."""
    rows = [{"level3": f"第{at}项", **case["given"]} for at, case in enumerate(CASES["case"])]
    once = evaluate(submissions(submission(indicators=rows)), policy)
    twice = evaluate(once, policy)
    pd.testing.assert_frame_equal(once.indicators, twice.indicators)
    pd.testing.assert_frame_equal(once.scores, twice.scores)
