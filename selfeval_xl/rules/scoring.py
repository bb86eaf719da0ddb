"""WHAT IT IS WORTH: the score of each indicator and of the budget's execution under a policy (财预〔2020〕10号 and kin).

score = weight × completion, no less than 0 and no more than the weight, rounded once, half-up, at the policy's places.
Where only a person can judge, `computed_score` is missing and `score_low`..`score_high` say what the policy allows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.specs import Policy

from .cases import Case, is_project, is_task
from .measures import completion
from .vocabulary import component_of, vocabulary

MISSING = ("missing.target", "missing.achieved", "missing.weight")


def indicators(rows: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """completion, score_low, score_high, computed_score and method of each indicator.

    Rows of 重点工作任务, and 其中 rows without a weight of their own, take no part in scores: their method is missing
    unless it says why there is no completion.
    """
    sides = completion(rows, policy)
    rate_places, places = policy.rate_places.value or 0, policy.score_places.value or 0
    weight = rows["weight"].mask(is_task(rows))
    score = numbers.ratio(sides["top"], sides["below"], places, times=weight)
    score = _within(score, weight)
    judged = sides["top"].isna() & ~sides["method"].isin(MISSING)
    low, high = _bounds(rows, sides["method"], weight, policy)
    unweighted = ~sides["method"].isin(MISSING) & weight.isna()
    apart = unweighted & (is_task(rows) | rows["part_of"].notna())
    method = sides["method"].mask(unweighted, "missing.weight").mask(apart, None)
    return pd.DataFrame(
        {
            "completion": numbers.ratio(sides["top"], sides["below"], rate_places),
            "score_low": score.where(~judged, low),
            "score_high": score.where(~judged, high),
            "computed_score": score,
            "method": method.astype("str"),
        },
        index=rows.index,
    )


def _bounds(rows: pd.DataFrame, method: pd.Series, weight: pd.Series, policy: Policy) -> tuple[pd.Series, pd.Series]:
    """Least and greatest score that a person may give: the level's share of the weight, else anything up to it."""
    levels = policy.levels.value or ()
    lows = {word: level.low for level in levels for word in level.words}
    highs = {word: level.high for level in levels for word in level.words}
    text = rows["achieved_text"].where(method == "qualitative.band")
    ones = pd.Series(1.0, index=rows.index)
    places = policy.score_places.value or 0
    low = numbers.ratio(weight, ones, places, times=text.map(lows).astype(float).fillna(0.0))
    high = numbers.ratio(weight, ones, places, times=text.map(highs).astype(float).fillna(1.0))
    return _within(low, weight), _within(high, weight)


def _within(score: pd.Series, weight: pd.Series) -> pd.Series:
    """A score no less than 0 and no more than its weight; a minus zero becomes zero."""
    return score.clip(lower=0.0).where(~(score > weight), weight) + 0.0


def execution_rows(case: Case) -> pd.DataFrame:
    """The row of each form whose execution rate is scored: `form_no` and the `weight` that counts, by row label.

    Of the policy's execution items, a row that prints a weight comes first. Where none prints one, the policy's weight
    counts, but only if indicators have weights that leave room for it and none of them is the execution rate itself.
    """
    policy = case.policy
    items = list(policy.execution_items.value or ())
    listed = case.budget["table"].isin(vocabulary().project_tables)  # the total of a list of projects is not the form's own
    rows = case.budget[case.budget["item"].isin(items) & case.budget["part"].isna() & ~listed]
    order = rows.assign(unweighted=rows["weight"].isna(), rank=rows["item"].map({item: at for at, item in enumerate(items)}))
    rows = order.sort_values(["unweighted", "rank"], kind="stable").drop_duplicates("form_no").sort_index()
    return pd.DataFrame({"form_no": rows["form_no"], "weight": rows["weight"].fillna(_policy_weight(case, rows["form_no"]))})


def _policy_weight(case: Case, form_no: pd.Series) -> pd.Series:
    own = case.policy.weights.get("budget_execution")
    whole = case.policy.total_weight.value
    if own is None or own.value is None or whole is None:
        return pd.Series(np.nan, index=form_no.index)
    scored = case.indicators[~is_task(case.indicators) & case.indicators["weight"].notna()]
    weights = scored.groupby("form_no")["weight"].sum()
    has_own = set(scored.loc[components(scored) == "budget_execution", "form_no"])
    sums = form_no.map(weights)
    room = (sums > 0) & (sums + own.value <= whole + 1e-9) & ~form_no.isin(has_own)
    return pd.Series(np.where(room, own.value, np.nan), index=form_no.index)


def execution_score(case: Case) -> pd.Series:
    """预算执行得分 of each budget row that is scored: weight × execution rate, up to the policy's cap."""
    chosen = case.execution
    rows = case.budget.loc[chosen.index]
    places = case.policy.score_places.value or 0
    score = numbers.ratio(rows["actual"], rows["final_budget"], places, times=chosen["weight"])
    cap = case.policy.execution_cap.value
    if cap is not None:
        ones = pd.Series(1.0, index=rows.index)
        score = score.where(~(score > chosen["weight"] * cap), numbers.ratio(chosen["weight"], ones, places, times=cap))
    return _within(score, chosen["weight"]).reindex(case.budget.index)


def components(rows: pd.DataFrame) -> pd.Series:
    """Score component of each indicator by its first-level name, else by its second-level name; missing if unknown."""
    found = {level: rows[level].map(component_of(level)).astype("str") for level in ("level1", "level2")}
    return found["level1"].fillna(found["level2"])


def scored_execution(case: Case) -> pd.Series:
    """Whether a budget row is one whose execution rate is scored or must be explained: the form's own, or a project."""
    return pd.Series(case.budget.index.isin(case.execution.index), index=case.budget.index) | is_project(case.budget)
