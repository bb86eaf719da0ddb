"""得分与等级: scores against weights, against the policy, against their total; weights against 100; grade against score.

A reported score is compared at its own decimals, one at least, so that 8.3 for 8.33 is right and 8 is not. Giving
oneself less than the policy allows is asked about, not called wrong; far above target it is what the policy wants.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, finding

from . import wording
from .cases import Case, hits, is_project, is_task
from .scoring import BY_COMPLETION
from .totals import TOTAL, grades, parts
from .vocabulary import component_names

_SAME = 1e-9


def rows(case: Case) -> Iterator[Finding]:
    """Score of each indicator: no more than its weight, and what the policy gives."""
    table = case.indicators[~is_task(case.indicators) & case.indicators["reported_score"].notna()]
    above = table["reported_score"] > table["weight"] + _SAME
    yield from _above_weight(case, "indicators", table[above], "level3")
    table = table.assign(gap=_gap(table["reported_score"], table["computed_score"], case))[~above]
    generous = table["completion"] >= (case.policy.explain_above.value or np.inf)
    lower = (table["gap"] < 0) & (table["reported_score"] < table["score_low"]) & ~generous
    for at, row in hits(table, (table["gap"] > 0) | lower):
        yield finding(
            "score.computed" if row["gap"] > 0 else "score.below",
            case.where("indicators", at, row, "reported_score"),
            stated=wording.points(row["reported_score"]),
            expected=wording.points(row["computed_score"]),
            label=row["level3"],
            target=wording.target(row),
            achieved=wording.achieved(row),
            completion=wording.rate(row["completion"]) if row["method"] in BY_COMPLETION else "办法规定",
            gap=wording.points(abs(row["gap"])),
        )
    outside = (table["reported_score"] < table["score_low"] - _SAME) | (table["reported_score"] > table["score_high"] + _SAME)
    for at, row in hits(table, outside & (table["method"] == "qualitative.band")):
        yield finding(
            "score.band",
            case.where("indicators", at, row, "reported_score"),
            stated=wording.points(row["reported_score"]),
            expected=f"{wording.points(row['score_low'])}～{wording.points(row['score_high'])}",
            label=row["level3"],
            achieved=row["achieved_text"],
        )


def execution(case: Case) -> Iterator[Finding]:
    """Score of the budget's execution: no more than its weight, and weight × execution rate."""
    table = case.budget.loc[case.execution.index].assign(weight=case.execution["weight"])
    above = table["reported_score"] > table["weight"] + _SAME
    yield from _above_weight(case, "budget", table[above], "item_label")
    table = table.assign(gap=_gap(table["reported_score"], table["computed_score"], case))[~above]
    for at, row in hits(table, table["gap"].abs() > 0):
        yield finding(
            "score.execution",
            case.where("budget", at, row, "reported_score"),
            stated=wording.points(row["reported_score"]),
            expected=wording.points(row["computed_score"]),
            completion=wording.rate(row["execution_rate"]),
            weight=wording.points(row["weight"]),
            direction="多计" if row["gap"] > 0 else "少计",
            gap=wording.points(abs(row["gap"])),
        )


def totals(case: Case) -> Iterator[Finding]:
    """自评得分 against the sum of the scores, and the sum of the weights against the policy's total."""
    forms = case.forms.assign(summed=_summed(case))
    forms["gap"] = _gap(forms["reported_total_score"], forms["summed"], case, at_least=case.policy.score_places.value or 0)
    forms["formula"] = _formulas(case, "reported")
    for form_no, row in hits(forms, forms["gap"].abs() > 0):
        yield finding(
            "score.total",
            case.where("profile", form_no, row, "reported_total_score"),
            stated=wording.points(row["reported_total_score"]),
            expected=wording.points(row["summed"]),
            formula=row["formula"],
            gap=wording.points(abs(row["gap"])),
        )
    yield from _weights(case)


def _summed(case: Case) -> pd.Series:
    """Sum of the scores that each form states; missing where a weighted row states none."""
    single = parts(case)
    unstated = (single["weight"].notna() & single["reported"].isna()).groupby(single["form_no"]).any()
    summed = single.groupby("form_no")["reported"].sum(min_count=1).mask(unstated)
    return numbers.half_up(summed, 4).reindex(case.forms.index)


def _weights(case: Case) -> Iterator[Finding]:
    """Weights that do not sum to the policy's total; a form without money need not have the weight of execution.

    Not where an indicator has no weight at all: that has been told, and the sum cannot be right.
    """
    whole = case.policy.total_weight.value
    blank = case.indicators[case.indicators["weight"].isna() & case.indicators["part_of"].isna() & ~is_task(case.indicators)]
    totals = case.scores[(case.scores["component"] == TOTAL) & case.scores["weight"].notna()]
    totals = totals[~totals["form_no"].isin(blank["form_no"])]
    if whole is None:
        return
    execution_weight = case.policy.weights.get("budget_execution")
    apart = (execution_weight.value or 0.0) if execution_weight else 0.0
    without_money = ~totals["form_no"].isin(case.execution["form_no"])
    fits = ((totals["weight"] - whole).abs() < _SAME) | (without_money & ((totals["weight"] + apart - whole).abs() < _SAME))
    wrong = totals.loc[~fits, ["form_no", "weight"]].assign(formula=totals["form_no"].map(_formulas(case, "weight")))
    weighted = case.indicators[case.indicators["weight"].notna() & case.indicators["form_no"].isin(wrong["form_no"])]
    first = weighted.drop_duplicates("form_no").drop(columns="weight").reset_index(names="at").merge(wrong, on="form_no")
    for _, row in hits(first, first["weight"].notna()):
        where = case.where("indicators", row["at"], row, "weight")
        stated, expected = wording.points(row["weight"]), wording.points(whole)
        yield finding("weight.total", where, stated=stated, expected=expected, formula=row["formula"])


def grades_and_scores(case: Case) -> Iterator[Finding]:
    """自评等级 against 自评得分, of each form and of each project in a list; a form's grade needs a score.

    Where no total is stated, the sum of the scores stands for it, if they are complete and their weights are the whole.
    """
    forms = case.forms
    totals = case.scores[case.scores["component"] == TOTAL].set_index("form_no")
    whole = (totals["weight"] - (case.policy.total_weight.value or np.nan)).abs() < _SAME
    score = forms["reported_total_score"].fillna(_summed(case).where(whole))
    yield from _grades(case, "profile", forms, score)
    projects = case.budget[is_project(case.budget)]
    yield from _grades(case, "budget", projects, projects["reported_score"])
    for form_no, row in hits(forms, forms["reported_grade"].notna() & score.isna()):
        yield finding(
            "grade.without_score", case.where("profile", form_no, row, "reported_total_score"), stated=row["reported_grade"]
        )


def _grades(case: Case, frame: str, table: pd.DataFrame, score: pd.Series) -> Iterator[Finding]:
    """Stated grades that are not the grade of the stated score; 优秀 is read as 优, other words are left alone."""
    bands = [band.grade for band in case.policy.bands.value or ()]
    table = table.assign(said=table["reported_grade"].str[:1], right=grades(score, case.policy), score=score)
    for at, row in hits(table, table["said"].isin(bands) & table["right"].notna() & (table["said"] != table["right"])):
        where = case.where(frame, at, row, "reported_grade")
        score_text = wording.points(row["score"])
        yield finding("grade.score", where, stated=row["reported_grade"], expected=row["right"], score=score_text)


def _above_weight(case: Case, frame: str, table: pd.DataFrame, label: str) -> Iterator[Finding]:
    for at, row in hits(table, table["weight"].notna()):
        yield finding(
            "score.above_weight",
            case.where(frame, at, row, "reported_score"),
            stated=wording.points(row["reported_score"]),
            expected=wording.points(row["weight"]),
            label=row[label],
        )


def _gap(reported: pd.Series, computed: pd.Series, case: Case, at_least: int = 1) -> pd.Series:
    """reported − computed; 0 where they agree at the reported score's own decimals, missing where either is."""
    places = case.policy.score_places.value or 0
    printed = np.maximum(numbers.decimals(reported, places), at_least)
    agree = (reported - computed).abs() <= (case.policy.score_tolerance.value or 0.0) + _SAME
    for digits in range(at_least, places + 1):
        agree |= (printed == digits) & ((reported - numbers.half_up(computed, digits)).abs() < _SAME)
    return numbers.half_up(reported - computed, 4).mask(agree, 0.0)


def _formulas(case: Case, column: str) -> pd.Series:
    """预算执行 10+产出 50+…: what each form's `column` of parts sums to, by component, and what belongs to none of them."""
    rows = parts(case).assign(name=lambda table: table["component"].map(component_names()).fillna("其他"))
    sums = rows.groupby(["form_no", "name"], sort=False)[column].sum(min_count=1).dropna().reset_index()
    order = {name: at for at, name in enumerate((*component_names().values(), "其他"))}
    sums = sums.assign(order=sums["name"].map(order)).sort_values(["form_no", "order"])
    texts = [f"{name} {wording.points(value)}" for name, value in zip(sums["name"], sums[column], strict=True)]
    return pd.Series(texts, index=sums.index, dtype="str").groupby(sums["form_no"]).agg("+".join)
