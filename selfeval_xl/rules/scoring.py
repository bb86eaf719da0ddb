"""WHAT IT IS WORTH: the score of each indicator and of the budget's execution under a policy (财预〔2020〕10号 and kin).

score = weight × share, no less than 0 and no more than the weight, rounded once, half-up, at the policy's places. The
share is the completion, unless the policy says otherwise of the kind of target (all or nothing, a deduction), of the
indicator's name (rules/named.py), or of one that does not apply. `method` names what gave the points; a sentence for each
is in data/policy_words.toml. Where only a person can judge, `computed_score` is missing and `score_low`..`score_high` say
what the policy allows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.policies import Policy

from . import named
from .cases import Case, is_project, is_task
from .measures import ACHIEVED_OVER_TARGET, REVERSE, completion, in_target_unit
from .vocabulary import component_of, vocabulary

_RATE_PLACES = 8  # of a rate that is compared with a cap; beyond them is binary noise
MISSING = ("missing.target", "missing.achieved", "missing.weight")
BY_COMPLETION = frozenset(f"quantitative.{name}" for name in ("met", "proportional", "zero_target", "negative_target")) | {
    "reverse.linear",
    "range.met",
    "range.proportional",
    "date.met",
}
"""Methods whose points are weight × completion; the others follow a rule of the policy's own."""
OTHER = "other"
"""Component of an indicator whose level is none of those that are known: it counts in the total alone."""
APART = "not_applicable.rescaled"
"""Method of an indicator that does not apply and takes no part in the total."""


def indicators(rows: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """completion, share, score_low, score_high, computed_score, method and what counts of each indicator.

    Rows of 重点工作任务, and 其中 rows without a weight of their own, take no part in scores: their method is missing
    unless it says why there is no completion.
    """
    rate_places, places = policy.rate_places.value or 0, policy.score_places.value or 0
    weight = rows["weight"].mask(is_task(rows))
    sides = completion(rows, policy)
    measured = numbers.ratio(sides["top"], sides["below"], rate_places)
    worth = _worth(rows, sides, policy)
    if policy.rate_before_score.value:
        rated = numbers.ratio(worth["top"], worth["below"], rate_places)
        worth = worth.assign(top=rated, below=rated.where(rated.isna(), 1.0))
    score = _within(numbers.ratio(worth["top"], worth["below"], places, times=weight), weight)
    score, method = _far_above(score, worth["method"], rows, measured, policy)
    low, high = _bounds(rows, method, weight, policy)
    fixed = (method == "qualitative.band") & rows["achieved_text"].isin(_words(policy, fixed=True))
    method, score = method.mask(fixed, "qualitative.fixed"), score.mask(fixed, low)
    judged = score.isna() & ~method.isin((*MISSING, APART))
    free = method == "over.editable"
    unweighted = ~method.isin(MISSING) & weight.isna()
    apart = unweighted & (is_task(rows) | rows["part_of"].notna())
    bounds = pd.DataFrame(
        {
            "score_low": score.where(~judged, low).mask(free, 0.0),
            "score_high": score.where(~judged, high),
        },
        index=rows.index,
    )
    counts = ~is_task(rows) & (weight.notna() | rows["reported_score"].notna())
    return bounds.assign(
        completion=measured,
        achieved_in_target_unit=in_target_unit(rows),
        share=(worth["top"] / worth["below"]).clip(0.0, 1.0).where(weight.notna()) + 0.0,
        computed_score=score,
        counted_score=_counted(rows["reported_score"], score, bounds).mask(method == APART, 0.0).where(counts),
        component=components(rows).fillna(OTHER).where(counts).astype("str"),
        method=method.mask(unweighted, "missing.weight").mask(apart, None).astype("str"),
    )


def _counted(reported: pd.Series, score: pd.Series, bounds: pd.DataFrame) -> pd.Series:
    """What a total counts of each indicator: its score, or what is reported within the bounds where a person must judge."""
    judged = score.isna() & bounds["score_high"].notna()
    return score.where(~judged, reported.clip(lower=bounds["score_low"], upper=bounds["score_high"]))


def _worth(rows: pd.DataFrame, sides: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The share of the weight, `top` ÷ `below`, and the `method` that gave it; the last that holds counts."""
    operator, method = rows["operator"].fillna(""), sides["method"]
    missed = method == "quantitative.proportional"
    equal, reverse = operator == "eq", operator.isin(REVERSE)
    more = equal & (method == "quantitative.met") & (sides["top"] > sides["below"])
    unequal = equal & (missed | more)
    late, outside = method == "date.missed", method == "range.proportional"
    unmet = {name: (method == f"quantitative.{name}") & sides["top"].isna() for name in ("zero_target", "negative_target")}
    nothing, judged = (0.0, 1.0), (np.nan, np.nan)
    changes = [
        (
            missed & operator.isin(ACHIEVED_OVER_TARGET) & (policy.positive.value == "all_or_nothing"),
            *nothing,
            "quantitative.missed",
        ),
        (
            missed & operator.isin(ACHIEVED_OVER_TARGET) & (policy.positive.value in {None, "judged"}),
            *judged,
            "quantitative.judged",
        ),
        (missed & reverse & (policy.reverse.value == "all_or_nothing"), *nothing, "quantitative.missed"),
        (missed & reverse & (policy.reverse.value in {None, "judged"}), *judged, "quantitative.judged"),
        (more & (policy.equal.value == "both_ways"), sides["below"], sides["top"], "equal.both_ways"),
        (unequal & (policy.equal.value == "exact"), *nothing, "quantitative.missed"),
        (unequal & (policy.equal.value in {None, "judged"}), *judged, "quantitative.judged"),
        (outside & (policy.range_outside.value == "all_or_nothing"), *nothing, "range.missed"),
        (outside & (policy.range_outside.value in {None, "judged"}), *judged, "range.judged"),
        (unmet["zero_target"] & (policy.zero_target.value == "met_or_zero"), *nothing, "quantitative.missed"),
        (unmet["negative_target"] & (policy.negative_target.value == "met_or_zero"), *nothing, "quantitative.missed"),
        (late & (policy.late.value == "zero"), *nothing, "date.missed"),
        (late & (policy.late.value != "zero"), *judged, "date.late"),
        *_not_applicable(rows, policy),
    ]
    own = named.shares(rows, policy)
    worth = sides.where(own["method"].isna(), own)
    for where, top, below, name in changes:
        held = where & (own["method"].isna() | name.startswith("not_applicable"))
        if not held.any():
            continue
        worth = worth.assign(
            top=worth["top"].mask(held, top), below=worth["below"].mask(held, below), method=worth["method"].mask(held, name)
        )
    return worth


def _not_applicable(rows: pd.DataFrame, policy: Policy) -> list[tuple[pd.Series, float, float, str]]:
    words, action = policy.not_applicable_words.value or (), policy.not_applicable.value
    if not words or action is None:
        return []
    marked = rows["achieved_text"].isin(words)
    name = {"rescale": APART, "zero": "not_applicable.zero", "judged": "not_applicable.judged"}[action]
    return [(marked, 0.0 if action == "zero" else np.nan, 1.0 if action == "zero" else np.nan, name)]


def _far_above(
    score: pd.Series, method: pd.Series, rows: pd.DataFrame, measured: pd.Series, policy: Policy
) -> tuple[pd.Series, pd.Series]:
    """超额完成: what a result far above a ≥ target loses, or that a person may lower its score."""
    met = (method == "quantitative.met") & rows["operator"].fillna("").isin(ACHIEVED_OVER_TARGET)
    if policy.editable_above.value is not None:
        method = method.mask(met & (measured >= policy.editable_above.value), "over.editable")
    for over in sorted(policy.over_target.value or (), key=lambda entry: entry.at_least):
        held = met & (measured >= over.at_least)
        weight = rows.loc[held, "weight"]
        lost = [pd.Series(value, index=weight.index) for value in (over.share, over.points)]
        left = numbers.exactly(lambda whole, share, points: whole * (1 - share) - points, weight, *lost)
        left = _within(numbers.half_up(left, policy.score_places.value or 0), weight)
        score = score.where(~held, left.reindex(rows.index))
        method = method.mask(held, "over.deducted")
    return score, method


def _words(policy: Policy, *, fixed: bool) -> set[str]:
    """Words of the qualitative levels, of those with one share only, or of all."""
    return {word for level in policy.levels.value or () if level.low == level.high or not fixed for word in level.words}


def _bounds(rows: pd.DataFrame, method: pd.Series, weight: pd.Series, policy: Policy) -> tuple[pd.Series, pd.Series]:
    """Least and greatest score that a person may give: the level's share of the weight, else anything up to it.

    An end that does not belong to the level is left by the smallest step of a score.
    """
    text = rows["achieved_text"].where(method == "qualitative.band")
    levels = {word: level for level in policy.levels.value or () for word in level.words}
    places = policy.score_places.value or 0
    step = 10.0**-places
    low = _bound(weight, text, {word: (level.low, 0.0 if level.low_included else step) for word, level in levels.items()}, places)
    high = _bound(
        weight, text, {word: (level.high, 0.0 if level.high_included else -step) for word, level in levels.items()}, places, 1.0
    )
    return low, high.where(~(high < low), low)


def _bound(weight: pd.Series, text: pd.Series, ends: dict[str, tuple[float, float]], places: int, rest: float = 0.0) -> pd.Series:
    ones = pd.Series(1.0, index=weight.index)
    share = text.map({word: end[0] for word, end in ends.items()}).astype(float).fillna(rest)
    bound = numbers.ratio(weight, ones, places, times=share)
    if any(end[1] for end in ends.values()):
        bound = numbers.half_up(bound + text.map({word: end[1] for word, end in ends.items()}).astype(float).fillna(0.0), places)
    return _within(bound, weight)


def _within(score: pd.Series, weight: pd.Series) -> pd.Series:
    """A score no less than 0 and no more than its weight; a minus zero becomes zero."""
    return score.clip(lower=0.0).where(~(score > weight), weight) + 0.0


def components(rows: pd.DataFrame) -> pd.Series:
    """Score component of each indicator by its first-level name, else by its second-level name; missing if unknown."""
    found = {level: rows[level].map(component_of(level)).astype("str") for level in ("level1", "level2")}
    return found["level1"].fillna(found["level2"])


# -- the budget's execution ----------------------------------------------------------------------------------------


def execution_rows(case: Case) -> pd.DataFrame:
    """The row of each form whose execution rate is scored: `form_no` and the `weight` that counts, by row label.

    Of the policy's execution items, a row that prints a weight comes first. Where none prints one, the policy's weight
    counts, but only if indicators have weights that leave room for it and none of them is the execution rate itself.
    On a form without these items it is the row that prints a weight or a score, if it is the only one.
    """
    items = list(case.policy.execution_items.value or ())
    listed = case.budget["table"].isin(vocabulary().project_tables)  # the total of a list of projects is not the form's own
    own = case.budget[case.budget["part"].isna() & ~listed]
    named = own[own["item"].isin(items)]
    rows = pd.concat([named, _only_scored(own[~own["form_no"].isin(named["form_no"])])])
    order = rows.assign(unweighted=rows["weight"].isna(), rank=rows["item"].map({item: at for at, item in enumerate(items)}))
    rows = order.sort_values(["unweighted", "rank"], kind="stable").drop_duplicates("form_no").sort_index()
    return pd.DataFrame({"form_no": rows["form_no"], "weight": rows["weight"].fillna(_policy_weight(case, rows["form_no"]))})


def _only_scored(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of money that alone on their form print a weight or a score; projects have theirs for themselves."""
    scored = rows[(rows["weight"].notna() | rows["reported_score"].notna()) & ~is_project(rows)]
    return scored[~scored["form_no"].duplicated(keep=False)]


def _policy_weight(case: Case, form_no: pd.Series) -> pd.Series:
    own, whole = case.policy.weights.get("budget_execution"), case.policy.total_weight.value
    if own is None or own.value is None or whole is None:
        return pd.Series(np.nan, index=form_no.index)
    scored = case.indicators[~is_task(case.indicators) & case.indicators["weight"].notna()]
    weights = scored.groupby("form_no")["weight"].sum()
    has_own = set(scored.loc[components(scored) == "budget_execution", "form_no"])
    sums = form_no.map(weights)
    room = (sums > 0) & (sums + own.value <= whole + 1e-9) & ~form_no.isin(has_own)
    return pd.Series(np.where(room, own.value, np.nan), index=form_no.index)


def execution(case: Case) -> pd.DataFrame:
    """Of each row that is scored: `top` and `below` of the rate by the policy's recipe, `rate`, `score` and its `method`.

    预算执行得分 is weight × execution rate, up to the policy's cap; a budget of zero is what the policy says it is.
    """
    policy, chosen = case.policy, case.execution
    rows, weight = case.budget.loc[chosen.index], chosen["weight"]
    places, ones = policy.score_places.value or 0, pd.Series(1.0, index=chosen.index)
    top, below = (_first_filled(rows, recipe.value) for recipe in (policy.execution_numerator, policy.execution_denominator))
    if policy.rate_before_score.value:
        top, below = numbers.ratio(top, below, policy.rate_places.value or 0), ones.where(below != 0, 0.0)
    score = numbers.ratio(top, below, places, times=weight)
    method = pd.Series(np.where(score.isna(), "execution.not_computable", "execution.proportional"), chosen.index, "object")
    cap = policy.execution_cap.value
    if cap is not None:
        over = numbers.ratio(top, below, _RATE_PLACES) > cap
        score = score.where(~over | score.isna(), numbers.ratio(weight, ones, places, times=cap))
        method = method.mask(over & score.notna(), "execution.capped")
    zero = (below == 0) & weight.notna() & (policy.execution_zero.value in {"zero", "full"})
    if policy.execution_zero.value == "full":
        zero &= _first_filled(rows, policy.execution_numerator.value) == 0
    score = score.mask(zero, weight if policy.execution_zero.value == "full" else 0.0)
    rate = (top / below).where(below != 0)
    method = method.mask(zero, "execution.zero_budget")
    return pd.DataFrame({"top": top, "below": below, "rate": rate, "score": _within(score, weight), "method": method})


def _first_filled(rows: pd.DataFrame, recipe: tuple[str, ...] | None) -> pd.Series:
    """The first amount of a recipe that a row has."""
    columns = [rows[name] for name in recipe or ()]
    return pd.concat(columns, axis=1).bfill(axis=1).iloc[:, 0] if columns else pd.Series(np.nan, index=rows.index)


def execution_columns(case: Case) -> pd.DataFrame:
    """scored_rate, counted_weight and computed_score of the budget rows whose execution is scored; missing of the others."""
    found = execution(case)
    columns = {"scored_rate": found["rate"], "counted_weight": case.execution["weight"], "computed_score": found["score"]}
    return pd.DataFrame(columns).reindex(case.budget.index)


def scored_execution(case: Case) -> pd.Series:
    """Whether a budget row is one whose execution rate is scored or must be explained: the form's own, or a project."""
    return pd.Series(case.budget.index.isin(case.execution.index), index=case.budget.index) | is_project(case.budget)
