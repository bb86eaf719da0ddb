"""得分汇总: the scores of each form by component, its total and grade.

A component's computed score counts what only a person can judge as reported, kept within the policy's bounds. It is
missing where any weighted row of it cannot be computed: a half-filled form has no total. Where indicators do not apply
and the policy rescales, the total is scaled up from the weights that apply; then the policy's caps by execution rate hold.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from selfeval_xl import frames, numbers
from selfeval_xl.policies import Band, Policy

from .cases import Case
from .scoring import APART, OTHER, execution
from .vocabulary import component_names

TOTAL = "total"
_WEIGHT_PLACES = 4
_UNROUNDED = 6  # decimals of a total that is graded before it is rounded; beyond them is binary noise
_RATE_PLACES = 8  # the same of an execution rate that a cap goes by
_SAME = 1e-9


def parts(case: Case) -> pd.DataFrame:
    """One row for each row that is scored: form_no, component, weight, reported, counted, judged (weight), apart (weight).

    `frame` and `at` say which row it is.
    """
    rows = case.indicators[case.indicators["component"].notna()]
    judged = rows["computed_score"].isna() & rows["score_high"].notna()
    apart = rows["method"] == APART
    indicators = pd.DataFrame(
        {
            "form_no": rows["form_no"],
            "frame": pd.Series("indicators", index=rows.index, dtype="str"),
            "at": rows.index,
            "component": rows["component"].mask(rows["component"] == OTHER),
            "weight": rows["weight"],
            "reported": rows["reported_score"],
            "counted": rows["counted_score"].mask(apart),
            "judged": rows["weight"].where(judged),
            "apart": rows["weight"].where(apart),
        }
    )
    chosen = case.execution
    money = case.budget.loc[chosen.index]
    execution = pd.DataFrame(
        {
            "form_no": money["form_no"],
            "frame": pd.Series("budget", index=money.index, dtype="str"),
            "at": money.index,
            "component": pd.Series("budget_execution", index=money.index, dtype="str"),
            "weight": chosen["weight"],
            "reported": money["reported_score"],
            "counted": money["computed_score"],
            "judged": np.nan,
            "apart": np.nan,
        }
    )
    execution = execution[execution["weight"].notna() | execution["reported"].notna()]
    return pd.concat([execution, indicators], ignore_index=True)


def scores(case: Case) -> pd.DataFrame:
    """The frame `scores`, plus form_no: components that have a weight or a score, then the total."""
    rows = parts(case)
    rows = rows[rows["form_no"].isin(case.forms.index)]
    places = case.policy.score_places.value or 0
    by_component = _sums(rows.dropna(subset="component"), ["form_no", "component"], places)
    whole = _sums(rows.assign(component=TOTAL), ["form_no", "component"], places)
    every = pd.MultiIndex.from_product([case.forms.index, [TOTAL]], names=["form_no", "component"])
    whole = whole.reindex(every)
    stated = case.forms["reported_total_score"].reindex(whole.index.get_level_values("form_no")).to_numpy()
    whole["gap_known"] = ~np.isnan(stated) | (whole["gap_known"] == True)  # noqa: E712 (missing counts as False)
    whole["reported_score"] = np.where(np.isnan(stated), whole["reported_score"], stated)
    whole = _wholes(whole, case)
    by_component["method"] = _execution_methods(by_component, case)
    table = pd.concat([by_component, whole]).reset_index()
    order = {name: at for at, name in enumerate((*component_names(), TOTAL))}
    table = table.assign(order=table["component"].map(order)).sort_values(["form_no", "order"], kind="stable")
    return _finish(table.reset_index(drop=True), case)


def _sums(rows: pd.DataFrame, keys: list[str], places: int) -> pd.DataFrame:
    grouped = rows.groupby(keys)
    weighted = rows["weight"].notna()
    unknown = rows["counted"].isna() & rows["apart"].isna()  # a score without a weight cannot be worked out either
    open_rows = unknown.groupby([rows[key] for key in keys]).any()
    unstated = (weighted & rows["reported"].isna() & rows["apart"].isna()).groupby([rows[key] for key in keys]).any()
    sums = grouped[["weight", "reported", "counted", "judged", "apart"]].sum(min_count=1)
    return pd.DataFrame(
        {
            "weight": numbers.half_up(sums["weight"], _WEIGHT_PLACES),
            "reported_score": numbers.half_up(sums["reported"], _WEIGHT_PLACES),
            "computed_score": numbers.half_up(sums["counted"], places).mask(open_rows),
            "judged_weight": numbers.half_up(sums["judged"].fillna(0.0), _WEIGHT_PLACES).where(sums["weight"].notna()),
            "gap_known": ~unstated,
            "apart": sums["apart"].fillna(0.0),
            "counted": sums["counted"].mask(open_rows),
            "method": np.where(open_rows, "sum.incomplete", "sum.component"),
        }
    )


def _execution_methods(by_component: pd.DataFrame, case: Case) -> pd.Series:
    """What gave the points of each component; of the budget's execution the rule itself, where it is one row of money."""
    methods = execution(case)["method"].set_axis(pd.MultiIndex.from_product([case.execution["form_no"], ["budget_execution"]]))
    own = methods.reindex(by_component.index)
    return by_component["method"].where(own.isna(), own)


def _wholes(whole: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Totals under the policy's rules for a whole form: scaled up for what does not apply, then capped by execution rate."""
    policy, places = case.policy, case.policy.score_places.value or 0
    method = whole["method"].replace({"sum.component": "sum.total"})
    score, all_points = whole["computed_score"], policy.total_weight.value
    counted, graded = whole["counted"], numbers.half_up(whole["counted"], _UNROUNDED)
    if all_points is not None and (whole["apart"] > 0).any():
        left = whole["weight"] - whole["apart"]
        scaled = (whole["apart"] > 0) & (left > 0) & score.notna()
        score = score.where(~scaled, numbers.ratio(whole["counted"], left, places, times=all_points))
        graded = graded.where(~scaled, numbers.ratio(whole["counted"], left, _UNROUNDED, times=all_points))
        counted = counted.where(~scaled, counted * all_points / left)
        method = method.mask(scaled, "sum.rescaled")
    if policy.total_caps.value:
        rates = execution(case).set_index(case.execution["form_no"])
        of_form = rates.reindex(whole.index.get_level_values("form_no")).set_axis(whole.index)
        rate = numbers.ratio(of_form["top"], of_form["below"], _RATE_PLACES)
        for cap in sorted(policy.total_caps.value, key=lambda entry: -entry.execution_below):
            held = (rate < cap.execution_below) & (graded > cap.at_most)
            score, graded = score.mask(held, cap.at_most), graded.mask(held, cap.at_most)
            method = method.mask(held, "capped.execution")
    return whole.assign(computed_score=score, counted=counted, graded=graded, method=method)


def _finish(table: pd.DataFrame, case: Case) -> pd.DataFrame:
    forms = case.forms.loc[table["form_no"]].reset_index(drop=True)
    total = table["component"] == TOTAL
    places = case.policy.score_places.value or 0
    gap = (table["reported_score"] - table["computed_score"]).where(table["gap_known"].astype(bool))
    whole = case.policy.total_weight.value
    complete = (table["weight"] - whole).abs() < _SAME if whole is not None else table["weight"].notna()
    graded = table["graded"].where(total & complete)
    wide = table.assign(
        **{name: forms[name] for name in ("file", "sheet", "cell", "form")},
        score_gap=numbers.half_up(gap, max(places, _WEIGHT_PLACES)),
        counted_score=table["counted"].where(total),
        graded_score=table["graded"].where(total),
        reported_grade=forms["reported_grade"].where(total),
        computed_grade=grades(graded, case.policy),
        margin_to_next_grade=margins(graded, case.policy),
        policy=pd.Series(case.policy.id, index=table.index, dtype="str"),
    )
    return wide[[*frames.names("scores"), "form_no"]]


def grades(values: pd.Series, policy: Policy) -> pd.Series:
    """自评等级 of each score: the highest band that it reaches; 89.995 is rounded first if the policy says so."""
    values, bands = _ready(values, policy), _bands(policy)
    found = np.select([_reaches(values, band) for band in bands], [band.grade for band in bands], "")
    return pd.Series(found, index=values.index, dtype="str").where(lambda text: text != "")


def margins(values: pd.Series, policy: Policy) -> pd.Series:
    """Points from each score to the next higher grade; missing in the highest. Above a bound is one step of a score above."""
    values = _ready(values, policy)
    step = 10.0 ** -(policy.score_places.value or 0)
    next_band = pd.Series(np.nan, index=values.index)
    for band in _bands(policy):
        next_band = next_band.mask(
            ~_reaches(values, band) & values.notna(), band.start + (step if band.above is not None else 0.0)
        )
    return numbers.half_up(next_band - values, _WEIGHT_PLACES)


def _ready(values: pd.Series, policy: Policy) -> pd.Series:
    """Scores as the grade sees them: rounded first, or as they are."""
    return numbers.half_up(values, policy.score_places.value or 0) if policy.grade_after_rounding.value else values


def _reaches(values: pd.Series, band: Band) -> pd.Series:
    return values > band.start if band.above is not None else values >= band.start


def _bands(policy: Policy) -> list[Band]:
    return sorted(policy.bands.value or (), key=lambda band: (-band.start, band.above is None))
