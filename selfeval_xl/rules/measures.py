"""WHAT HAPPENED: execution, variance and change of money; completion of indicators. No points.

Amounts are 元, rates are ratios rounded half-up at the policy's places. A rate has no meaning where its base is zero;
it is then missing, as it is where an operand is missing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.policies import Policy

from . import dates
from .lexicon import has, lexicon, of_time_or_cost
from .vocabulary import unit_family, unit_size

# column whose missing value may be implied: (amount, stated difference); base = amount − difference
IMPLIED = {
    "original_budget": ("actual", "reported_variance"),
    "prior_actual": ("actual", "reported_change"),
    "prior_budget": ("original_budget", "reported_change_budget"),
}
ACHIEVED_OVER_TARGET = ("", "ge", "gt", "eq")
REVERSE = ("le", "lt")
EITHER_WAY = "direction.judged"
"""Method of a plain target that may ask for more or for less."""
_Side = tuple[pd.Series, pd.Series | float, pd.Series | float, str]
"""Where a completion is top ÷ below, and the method that gave them; of several the first that holds."""
_ORDERED = (*ACHIEVED_OVER_TARGET, *REVERSE)


def budget(rows: pd.DataFrame, places: int) -> pd.DataFrame:
    """Every computed column of money but the score, under the names of columns.csv."""
    bases = implied_bases(rows)
    actual, original, final = rows["actual"], rows["original_budget"], rows["final_budget"]
    variance = numbers.subtract(actual, final)
    variance_original = numbers.subtract(actual, bases["original_budget"])
    change_prior = numbers.subtract(actual, bases["prior_actual"])
    change_budget = numbers.subtract(original, bases["prior_budget"])
    return pd.DataFrame(
        {
            "budget_adjustment": numbers.subtract(final, original),
            "execution_rate": numbers.ratio(actual, final, places),
            "execution_rate_original": numbers.ratio(actual, original, places),
            "variance": variance,
            "variance_rate": numbers.ratio(variance, final, places),
            "variance_original": variance_original,
            "variance_original_rate": numbers.ratio(variance_original, bases["original_budget"], places),
            "change_prior": change_prior,
            "change_prior_rate": numbers.ratio(change_prior, bases["prior_actual"], places),
            "change_budget": change_budget,
            "change_budget_rate": numbers.ratio(change_budget, bases["prior_budget"], places),
            "implied_bases": _implied_names(rows, bases),
        },
        index=rows.index,
    )


def implied_bases(rows: pd.DataFrame) -> pd.DataFrame:
    """年初预算数, 上年决算数 and 上年预算数 in 元: as printed, else implied by the stated difference.

    A stated difference of actual from budget that already fits 全年预算数 says nothing of 年初预算数.
    """
    bases = {}
    for base, (amount, difference) in IMPLIED.items():
        implied = numbers.subtract(rows[amount], rows[difference])
        if base == "original_budget":
            implied = implied.mask(implied == rows["final_budget"])
        bases[base] = rows[base].fillna(implied)
    return pd.DataFrame(bases, index=rows.index)


def _implied_names(rows: pd.DataFrame, bases: pd.DataFrame) -> pd.Series:
    names = pd.Series("", index=rows.index, dtype="str")
    for base in IMPLIED:
        implied = rows[base].isna() & bases[base].notna()
        names = names.where(~implied, names + " " + base)
    return names.str.strip().replace("", None).astype("str")


def completion(rows: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """完成率 of each indicator: its two sides `top` and `below`, and the `method` that gave them.

    The completion is top ÷ below, both in the target's unit, kept apart so that a score is rounded only once. Both are
    missing where only a person can judge, or where target or achieved value is missing.

    * no sign, and a name that asks for less (时限, 成本): equal is met, else neither more nor less can be judged.
    * ≥ > = or no sign: achieved ÷ target. ≤ <: 1 when met, else target ÷ achieved (ratio) or 1 − excess ÷ target (linear).
    * a range: 1 inside it; below, achieved ÷ low end; above, high end ÷ achieved.
    * a target of zero or below has no proportion: 1 when met, else missing.
    * a time: 1 when in time; late is late, without proportion.
    """
    work = rows[["target_value", "target_high", "achieved_value"]].copy()
    work["operator"] = rows["operator"].fillna("")
    work["achieved_value"] = in_target_unit(rows)
    if policy.negative_actual.value == "zero":
        work["achieved_value"] = work["achieved_value"].mask((work["achieved_value"] < 0) & (work["target_value"] > 0), 0.0)
    sorts = (
        _either_way(rows, work),
        _reverse(work, policy),
        _proportional(work),
        _without_proportion(work, policy),
        _range(work),
        _dated(rows, work),
    )
    cases = [case for sort in sorts for case in sort]
    where = [case[0].to_numpy(bool) for case in cases]
    top, below = (np.select(where, [np.asarray(case[side], dtype=float) for case in cases], np.nan) for side in (1, 2))
    method = np.select(where, [np.full(len(rows), case[3], dtype=object) for case in cases], "")
    sides = pd.DataFrame({"top": top, "below": below, "method": method}, index=rows.index)
    sides["method"] = sides["method"].where(sides["method"] != "", _not_measured(rows, work, policy))
    return sides


def in_target_unit(rows: pd.DataFrame) -> pd.Series:
    """Achieved values in the target's unit; missing where the two units do not measure the same thing."""
    unit, other = rows["unit"], rows["achieved_unit"]
    differ = unit.notna() & other.notna() & (unit != other)
    if not differ.any():
        return rows["achieved_value"]
    family, size = unit_family(), unit_size()
    same = unit.map(family).notna() & (unit.map(family) == other.map(family))
    values = rows["achieved_value"].mask(differ & ~same)
    convert = differ & same & values.notna() & (other.map(size) != unit.map(size))
    if convert.any():
        sizes = (other[convert].map(size).astype(float), unit[convert].map(size).astype(float))
        values = values.copy()
        values[convert] = numbers.exactly(lambda value, its, target: value * its / target, values[convert], *sizes)
    return values


def _either_way(rows: pd.DataFrame, work: pd.DataFrame) -> list[_Side]:
    """Plain targets of a cost, a time limit or a number of complaints, and a result that is not the same."""
    target, value = work["target_value"], work["achieved_value"]
    other = (work["operator"] == "") & (target > 0) & value.notna() & (value != target)
    told, words = rows.loc[other].reindex(columns=["level1", "level2", "level3", "unit"]), lexicon().direction
    timely, cost = of_time_or_cost(told)
    less = timely | cost | (has(told["level3"], words.less) & ~has(told["level3"], words.less_not))
    return [(less.reindex(rows.index, fill_value=False), np.nan, np.nan, EITHER_WAY)]


def _dated(rows: pd.DataFrame, work: pd.DataFrame) -> list[_Side]:
    """Times of completion against the time that was set, where both are plain."""
    told = pd.Series(None, index=rows.index, dtype="object")
    ready = (work["operator"] == "by_date") & rows["target_text"].notna() & rows["achieved_text"].notna()
    if ready.any():
        years = rows["fiscal_year"] if "fiscal_year" in rows else pd.Series(np.nan, index=rows.index)
        told[ready] = dates.compared(rows.loc[ready, "target_text"], rows.loc[ready, "achieved_text"], years[ready])
    return [(told == dates.IN_TIME, 1.0, 1.0, dates.IN_TIME), (told == dates.LATE, np.nan, np.nan, dates.LATE)]


def _range(work: pd.DataFrame) -> list[_Side]:
    low, high, value = work["target_value"], work["target_high"], work["achieved_value"]
    ready = (work["operator"] == "range") & low.notna() & high.notna() & value.notna()
    return [
        (ready & (value >= low) & (value <= high), 1.0, 1.0, "range.met"),
        (ready & (value < low) & (low > 0), value, low, "range.proportional"),
        (ready & (value > high) & (high >= 0), high, value, "range.proportional"),
        (ready, np.nan, np.nan, "range.judged"),
    ]


def _without_proportion(work: pd.DataFrame, policy: Policy) -> list[_Side]:
    """Targets of zero and below: met or not, but nothing in between."""
    target, value, operator = work["target_value"], work["achieved_value"], work["operator"]
    ready = operator.isin(_ORDERED) & (target <= 0) & value.notna()
    holds = {"ge": value >= target, "gt": value > target, "le": value <= target, "lt": value < target}
    met = pd.Series(np.select([operator == sign for sign in holds], list(holds.values()), value == target), index=work.index)
    if policy.zero_target.value not in {"met_if_zero", "met_or_zero"}:
        met &= target < 0
    return [
        (ready & met & (target == 0), 1.0, 1.0, "quantitative.zero_target"),
        (ready & (target == 0), np.nan, np.nan, "quantitative.zero_target"),
        (ready & met, 1.0, 1.0, "quantitative.negative_target"),
        (ready, np.nan, np.nan, "quantitative.negative_target"),
    ]


def _proportional(work: pd.DataFrame) -> list[_Side]:
    target, value, operator = work["target_value"], work["achieved_value"], work["operator"]
    ready = operator.isin(ACHIEVED_OVER_TARGET) & (target > 0) & value.notna()
    met = (value > target) | ((value == target) & (operator != "gt"))
    return [(ready & met, value, target, "quantitative.met"), (ready, value, target, "quantitative.proportional")]


def _reverse(work: pd.DataFrame, policy: Policy) -> list[_Side]:
    target, value, operator = work["target_value"], work["achieved_value"], work["operator"]
    ready = operator.isin(REVERSE) & (target > 0) & value.notna()
    met = (value < target) | ((value == target) & (operator == "le"))
    if policy.reverse.value == "linear":
        left = pd.Series(np.nan, index=work.index)
        over = ready & ~met
        left[over] = numbers.exactly(lambda a, b: max(2 * a - b, a * 0), target[over], value[over])
        rest = (ready, left, target, "reverse.linear")
    else:
        rest = (ready, target, value, "quantitative.proportional")
    return [(ready & met, 1.0, 1.0, "quantitative.met"), rest]


def _not_measured(rows: pd.DataFrame, work: pd.DataFrame, policy: Policy) -> pd.Series:
    """Why there is no completion: something is missing, or a person must judge."""
    words = {word for level in policy.levels.value or () for word in level.words}
    in_words = (work["operator"] == "text") | work["target_value"].isna()
    cases = {
        "missing.target": rows["target_value"].isna() & rows["target_text"].isna(),
        "missing.achieved": rows["achieved_value"].isna() & rows["achieved_text"].isna(),
        "by_date.judged": work["operator"] == "by_date",
        "qualitative.band": in_words & rows["achieved_text"].isin(words),
        "qualitative.judged": in_words,
        "quantitative.units_differ": rows["achieved_value"].notna() & work["achieved_value"].isna(),
    }
    found = np.select(list(cases.values()), list(cases), "quantitative.judged")
    return pd.Series(found, index=rows.index, dtype="object")
