"""得分汇总: the scores of each form by component, its total and grade.

A component's computed score counts what only a person can judge as reported, kept within the policy's bounds. It is
missing where any weighted row of it cannot be computed: a half-filled form has no total.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from selfeval_xl import frames, numbers
from selfeval_xl.specs import Band, Policy

from .cases import Case, is_task
from .scoring import components
from .vocabulary import component_names

TOTAL = "total"
_WEIGHT_PLACES = 4
_SAME = 1e-9


def parts(case: Case) -> pd.DataFrame:
    """One row for each row that is scored: form_no, component, weight, reported, counted, judged (weight)."""
    rows = case.indicators[
        ~is_task(case.indicators) & (case.indicators["weight"].notna() | case.indicators["reported_score"].notna())
    ]
    judged = rows["computed_score"].isna() & rows["score_high"].notna()
    as_reported = rows["reported_score"].clip(lower=rows["score_low"], upper=rows["score_high"])
    indicators = pd.DataFrame(
        {
            "form_no": rows["form_no"],
            "component": components(rows),
            "weight": rows["weight"],
            "reported": rows["reported_score"],
            "counted": rows["computed_score"].where(~judged, as_reported),
            "judged": rows["weight"].where(judged),
        }
    )
    chosen = case.execution
    money = case.budget.loc[chosen.index]
    execution = pd.DataFrame(
        {
            "form_no": money["form_no"],
            "component": pd.Series("budget_execution", index=money.index, dtype="str"),
            "weight": chosen["weight"],
            "reported": money["reported_score"],
            "counted": money["computed_score"],
            "judged": np.nan,
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
    table = pd.concat([by_component, whole]).reset_index()
    order = {name: at for at, name in enumerate((*component_names(), TOTAL))}
    table = table.assign(order=table["component"].map(order)).sort_values(["form_no", "order"], kind="stable")
    return _finish(table.reset_index(drop=True), case)


def _sums(rows: pd.DataFrame, keys: list[str], places: int) -> pd.DataFrame:
    grouped = rows.groupby(keys)
    weighted = rows["weight"].notna()
    open_rows = (weighted & rows["counted"].isna()).groupby([rows[key] for key in keys]).any()
    unstated = (weighted & rows["reported"].isna()).groupby([rows[key] for key in keys]).any()
    sums = grouped[["weight", "reported", "counted", "judged"]].sum(min_count=1)
    return pd.DataFrame(
        {
            "weight": numbers.half_up(sums["weight"], _WEIGHT_PLACES),
            "reported_score": numbers.half_up(sums["reported"], _WEIGHT_PLACES),
            "computed_score": numbers.half_up(sums["counted"], places).mask(open_rows),
            "judged_weight": numbers.half_up(sums["judged"].fillna(0.0), _WEIGHT_PLACES).where(sums["weight"].notna()),
            "gap_known": ~unstated,
        }
    )


def _finish(table: pd.DataFrame, case: Case) -> pd.DataFrame:
    forms = case.forms.loc[table["form_no"]].reset_index(drop=True)
    total = table["component"] == TOTAL
    places = case.policy.score_places.value or 0
    gap = (table["reported_score"] - table["computed_score"]).where(table["gap_known"].astype(bool))
    whole = case.policy.total_weight.value
    complete = (table["weight"] - whole).abs() < _SAME if whole is not None else table["weight"].notna()
    graded = table["computed_score"].where(total & complete)
    wide = table.assign(
        **{name: forms[name] for name in ("file", "sheet", "cell", "form")},
        score_gap=numbers.half_up(gap, max(places, _WEIGHT_PLACES)),
        reported_grade=forms["reported_grade"].where(total),
        computed_grade=grades(graded, case.policy),
        margin_to_next_grade=margins(graded, case.policy),
        policy=pd.Series(case.policy.id, index=table.index, dtype="str"),
    )
    return wide[[*frames.names("scores"), "form_no"]]


def grades(values: pd.Series, policy: Policy) -> pd.Series:
    """自评等级 of each score: the highest band that it reaches, each inclusive; 89.995 is rounded first if the policy says so."""
    bands = _bands(policy)
    if policy.grade_after_rounding.value:
        values = numbers.half_up(values, policy.score_places.value or 0)
    found = np.select([values.to_numpy() >= band.at_least for band in bands], [band.grade for band in bands], "")
    return pd.Series(found, index=values.index, dtype="str").where(lambda text: text != "")


def margins(values: pd.Series, policy: Policy) -> pd.Series:
    """Points from each score to the next higher grade; missing in the highest."""
    if policy.grade_after_rounding.value:
        values = numbers.half_up(values, policy.score_places.value or 0)
    next_band = pd.Series(np.nan, index=values.index)
    for band in _bands(policy):
        next_band = next_band.mask(values < band.at_least, band.at_least)
    return numbers.half_up(next_band - values, _WEIGHT_PLACES)


def _bands(policy: Policy) -> list[Band]:
    return sorted(policy.bands.value or (), key=lambda band: -band.at_least)
