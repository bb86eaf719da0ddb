"""得分: scores against weights, against the policy, and against another weighting of the same scores.

A score is compared at its own printed decimals, so that 8.3 and 8 are right for 8.33. One that is cut off instead of
rounded is told apart from one that is off by one in its last digit, and both from a real difference.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import wording
from .cases import Case, Row, hits, is_task, row_of
from .lexicon import unexplained
from .measures import REVERSE, in_target_unit
from .scoring import BY_COMPLETION

_SAME = 1e-9
_HUNDRED = 100


def rows(case: Case) -> Iterator[Finding | NotRun]:
    """Score of each indicator: no more than its weight, and what the policy gives."""
    table = case.indicators[~is_task(case.indicators) & case.indicators["reported_score"].notna()]
    table = table.assign(verdict=verdicts(table, case))
    yield from _above_weight(case, "indicators", table[table["verdict"] == "above_weight"], "level3")
    for at, row in hits(table, ~table["verdict"].isin(["right", "above_weight", "band"])):
        gap = _difference(row["reported_score"], row["computed_score"])
        yield finding(
            f"score.{row['verdict']}",
            case.where("indicators", at, row, "reported_score"),
            stated=wording.points(row["reported_score"]),
            expected=wording.points(row["computed_score"]),
            label=row["level3"],
            target=case.cited(wording.target(row), "indicators", at, "target_text"),
            achieved=case.cited(wording.achieved(row), "indicators", at, "achieved_text"),
            completion=wording.rate(row["completion"]) if row["method"] in BY_COMPLETION else "办法规定",
            gap=wording.points(abs(gap)),
        )
    yield from _bands(case, table[table["verdict"] == "band"])


def verdicts(table: pd.DataFrame, case: Case) -> pd.Series:
    """What each stated score is: right (or not to be judged), above_weight, band (outside its level), or as `_verdict`."""
    within = table["reported_score"] <= table["weight"] + _SAME
    above = (table["reported_score"] > table["weight"] + _SAME) & table["weighted_score"].isna()
    verdict = _verdict(table, "completion", case)
    generous = (table["completion"] >= (case.policy.explain_above.value or np.inf)) & (verdict != "computed")
    met = (table["completion"] >= 1) & verdict.isin(["truncated", "digit", "below"])
    verdict = verdict.mask(_other_convention(table, case), "right")
    low, high = table["score_low"] - _SAME, table["score_high"] + _SAME
    left_open = (table["reported_score"] >= low) & (table["reported_score"] <= high)
    excused = (met & ~unexplained(table["deviation_reason"])) | generous | (left_open & (verdict != "computed"))
    verdict = verdict.mask(met, "met").mask(excused, "right")
    outside = (table["reported_score"] < low) | (table["reported_score"] > high)
    verdict = verdict.mask(outside & (table["method"] == "qualitative.band"), "band")
    return verdict.where(within, "right").mask(above, "above_weight")


def _other_convention(table: pd.DataFrame, case: Case) -> pd.Series:
    """Missed ≤ targets whose score is right by the other of the two conventions in use, where the policy's own is not verified.

    ratio gives weight × target ÷ achieved, linear weight × (1 − excess ÷ target).
    """
    target, value = table["target_value"], in_target_unit(table)
    rows = table["operator"].isin(REVERSE) & (target > 0) & (value > target)
    if case.policy.reverse.verified or case.policy.reverse.value not in {"ratio", "linear"} or not rows.any():
        return pd.Series(data=False, index=table.index)
    linear = case.policy.reverse.value == "ratio"
    top, below = (2 * target - value, target) if linear else (target, value)
    score = numbers.ratio(top.clip(lower=0.0), below, case.policy.score_places.value or 0, times=table["weight"])
    return rows & (_verdict(table.assign(computed_score=score, completion=top / below), "completion", case) == "right")


def _bands(case: Case, table: pd.DataFrame) -> Iterator[Finding]:
    """Scores of indicators in words, outside what their level allows."""
    for at, row in hits(table, table["verdict"].notna()):
        yield finding(
            "score.band",
            case.where("indicators", at, row, "reported_score"),
            stated=wording.points(row["reported_score"]),
            expected=f"{wording.points(row['score_low'])}～{wording.points(row['score_high'])}",
            label=row["level3"],
            achieved=row["achieved_text"],
        )


def _quotient(case: Case, at: int, row: Row) -> str:
    """The execution rate with the cells of the amounts that give it: 95.50%(D15÷C15)."""
    rate, cells = wording.rate(row["execution_rate"]), [case.slot("budget", at, name) for name in ("actual", "final_budget")]
    return f"{rate}({'÷'.join(map(str, cells))})" if all(cells) else rate


def weighted_twice(case: Case) -> Iterator[Finding | NotRun]:
    """折算得分 = 单项得分 × 分值% although 单项得分 already counts up to the weight: full marks could not reach the total."""
    table = case.indicators[case.indicators[["weighted_score", "reported_score", "weight"]].notna().all(axis=1)]
    again = numbers.half_up(table["reported_score"] * table["weight"] / _HUNDRED, 2)
    twice = ((table["weighted_score"] - again).abs() < _SAME) & (table["weight"] < _HUNDRED)
    within = table["reported_score"] <= table["weight"] + _SAME
    scored = table["reported_score"] > 0
    every = (twice & within).groupby(table["form_no"]).all() & scored.groupby(table["form_no"]).any()
    table = table.assign(full=table["weight"] * table["weight"] / _HUNDRED)
    sums = table.groupby("form_no")[["weighted_score", "full", "reported_score"]].sum()
    first = table[table["form_no"].map(every).astype(bool) & scored].drop_duplicates("form_no")
    for at, row in hits(first, first["weight"].notna()):
        whole = row_of(sums, row["form_no"])
        yield finding(
            "score.weighted_twice",
            case.where("indicators", at, row, "weighted_score"),
            stated=wording.points(whole["weighted_score"]),
            expected=wording.points(whole["reported_score"]),
            formula=f"{wording.points(row['reported_score'])}×{wording.points(row['weight'])}%＝{wording.points(row['weighted_score'])}",
            most=wording.points(whole["full"]),
            weight=wording.points(row["weight"]),
        )


def execution(case: Case) -> Iterator[Finding | NotRun]:
    """Score of the budget's execution: no more than its weight, and weight × execution rate."""
    table = case.budget.loc[case.execution.index].assign(weight=case.execution["weight"])
    table = table.assign(verdict=execution_verdicts(table, case))
    yield from _above_weight(case, "budget", table[table["verdict"] == "above_weight"], "item_label")
    for at, row in hits(table, ~table["verdict"].isin(["right", "above_weight"])):
        code = {"truncated": "score.execution_truncated"}.get(row["verdict"], "score.execution")
        gap = _difference(row["reported_score"], row["computed_score"])
        yield finding(
            code,
            case.where("budget", at, row, "reported_score"),
            stated=wording.points(row["reported_score"]),
            expected=wording.points(row["computed_score"]),
            completion=_quotient(case, at, row),
            weight=case.cited(f"{wording.points(row['weight'])} 分", "budget", at, "weight"),
            direction="多计" if gap > 0 else "少计",
            gap=wording.points(abs(gap)),
        )
    yield from _without_budget(case, case.budget.loc[case.execution.index])


def execution_verdicts(table: pd.DataFrame, case: Case) -> pd.Series:
    """The same of the scores of the budget's execution; `table` has the weight that counts."""
    return _verdict(table, "execution_rate", case).mask(table["reported_score"] > table["weight"] + _SAME, "above_weight")


def excess(case: Case, forms: pd.Series) -> pd.DataFrame:
    """`form_no` and `gap` (stated − computed) of every score of the `forms` that is told to be wrong."""
    rows = case.indicators[case.indicators["form_no"].isin(forms) & ~is_task(case.indicators)]
    rows = rows[rows["reported_score"].notna()]
    money = case.budget.loc[case.execution.index].assign(weight=case.execution["weight"])
    money = money[money["form_no"].isin(forms)]
    parts = ((rows, verdicts(rows, case)), (money, execution_verdicts(money, case)))
    columns = ["form_no", "reported_score", "computed_score", "weight"]
    wrong = pd.concat([table.loc[verdict != "right", columns] for table, verdict in parts])
    right = wrong["computed_score"].fillna(wrong["weight"])  # of a score in words above its weight, no more than that
    return wrong.assign(gap=numbers.half_up(wrong["reported_score"] - right, 4))[["form_no", "gap"]]


def _without_budget(case: Case, table: pd.DataFrame) -> Iterator[Finding]:
    """Money was spent on a budget of 0, and a rate is stated."""
    stated = table["reported_execution_rate"].notna() & (table["reported_execution_rate"] != 0)
    for at, row in hits(table, (table["final_budget"] == 0) & (table["actual"] > 0) & stated):
        unit = case.unit(row["form_no"])
        score: str = "" if pd.isna(row["reported_score"]) else f"、得 {wording.points(row['reported_score'])} 分"
        yield finding(
            "execution.no_budget",
            case.where("budget", at, row, "reported_execution_rate"),
            stated=wording.stated_rate(row["reported_execution_rate"]),
            label=row["item_label"],
            actual=f"{wording.money(row['actual'], unit)} {unit}",
            score=score,
        )


def _difference(reported: float, computed: float) -> float:
    """reported − computed, without the tail of binary storage."""
    return float(f"{reported - computed:.4f}")


def _above_weight(case: Case, frame: str, table: pd.DataFrame, label: str) -> Iterator[Finding]:
    for at, row in hits(table, table["weight"].notna()):
        yield finding(
            "score.above_weight",
            case.where(frame, at, row, "reported_score"),
            stated=wording.points(row["reported_score"]),
            expected=wording.points(row["weight"]),
            label=row[label],
        )


def _verdict(table: pd.DataFrame, degree: str, case: Case) -> pd.Series:
    """right (or not to be judged), full (marks for a miss), truncated, digit, computed (too high) or below.

    The computed score was itself rounded at the policy's places: what half of its last place leaves open counts as right.
    `degree` is the column of the completion, which tells whether that rounding went up.
    """
    reported, computed = table["reported_score"], table["computed_score"]
    places = case.policy.score_places.value or 0
    digits = numbers.decimals(reported, places)
    unit, slack = 10.0**-digits, 0.5 * 10.0**-places
    gap = reported - computed
    exact = table[degree] * table["weight"]
    exact = exact.where((exact - computed).abs() <= slack + _SAME, computed)
    full = (gap > _SAME) & ((reported - table["weight"]).abs() < _SAME)
    right = gap.isna() | (gap.abs() <= np.where(digits < places, unit / 2 + slack, _SAME) + _SAME)
    right |= gap.abs() <= (case.policy.score_tolerance.value or 0.0) + _SAME
    cut = (exact > reported) & (exact < reported + unit - _SAME)
    off = (digits > 0) & (gap.abs() < 1.5 * unit + slack)
    found = np.select([full, right, cut, off, gap > 0], ["full", "right", "truncated", "digit", "computed"], "below")
    return pd.Series(found, index=table.index, dtype="str")
