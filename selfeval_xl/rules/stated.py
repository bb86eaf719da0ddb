"""填报与核算: differences and rates that a department states, against what its own figures give.

A stated figure is judged at its own printed decimals (a rate at two decimals of per cent at most); one with more
digits, the trace of a formula, is right within half a unit of the last place. A decrease may be stated without its
minus sign where the stated amount shows the direction. A base that is not printed is implied by the stated difference,
so that the rate is held against that difference. Where the difference is already wrong, its rate is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, finding

from . import measures, wording
from .cases import Case, Row, Where, hits

_RATES = {"final_budget": "reported_execution_rate", "original_budget": "execution_rate_original"}  # what it is called
_SAME = 1e-9
RATE_LAST = 0.00005  # half of the last place of a rate printed as 28.15%
_NEAR = 0.002
_WHOLE_PERCENT = 2  # decimals of a ratio that is printed as 58%


@dataclass(frozen=True)
class Statement:
    """A difference and its rate as a form states them: amount − base, and that over base; `also` is another base that fits."""

    difference: str
    rate: str
    amount: str
    base: str
    also: str = ""


STATEMENTS = (
    Statement("reported_variance", "reported_variance_rate", "actual", "original_budget", also="final_budget"),
    Statement("reported_change", "reported_change_rate", "actual", "prior_actual"),
    Statement("reported_change_budget", "reported_change_budget_rate", "original_budget", "prior_budget"),
)


def amounts_and_rates(case: Case) -> Iterator[Finding]:
    """增减额 and 增减率 against the budget and against the year before."""
    for statement in STATEMENTS:
        rows = case.budget[case.budget[statement.difference].notna() | case.budget[statement.rate].notna()]
        if rows.empty:
            continue
        wrong = _wrong_difference(case, rows, statement)
        change = numbers.subtract(rows[statement.amount], rows[statement.base])
        for at, row in hits(rows.assign(change=change), wrong):
            yield _difference_finding(case, at, row, statement)
        yield from _rates(case, rows[~wrong], statement)


def _wrong_difference(case: Case, rows: pd.DataFrame, statement: Statement) -> pd.Series:
    """Stated differences that fit no base, beyond what rounding of the two amounts can explain; none where the base is blank."""
    stated = numbers.to_fen(rows[statement.difference])
    fits = stated.isna()
    for base in filter(None, (statement.base, statement.also)):
        gap = stated - numbers.to_fen(numbers.subtract(rows[statement.amount], rows[base]))
        fits |= gap.abs() <= 2 * case.half_unit(rows)
    return rows[statement.amount].notna() & rows[statement.base].notna() & ~fits


def _difference_finding(case: Case, at: int, row: Row, statement: Statement) -> Finding:
    unit = case.unit(row["form_no"])
    return finding(
        "stated.amount",
        case.where("budget", at, row, statement.difference),
        stated=f"{wording.money(row[statement.difference], unit)} {unit}",
        expected=f"{wording.money(row['change'], unit)} {unit}",
        label=row["item_label"],
        field=wording.label("budget", statement.difference),
        formula=wording.minus(
            *(case.cited(wording.money(row[name], unit), "budget", at, name) for name in (statement.amount, statement.base))
        ),
    )


def _rates(case: Case, rows: pd.DataFrame, statement: Statement) -> Iterator[Finding]:
    rows = rows[rows[statement.rate].notna()]
    if rows.empty:
        return
    rate, falls = rows[statement.rate], rows[statement.difference] < 0
    base = measures.implied_bases(rows)[statement.base]
    if statement.also:  # the other base is meant where only it fits the stated difference
        other = rows[statement.also]
        change = numbers.subtract(rows[statement.amount], other)
        fits = (judge(rate, change, other, case) == "right") | (falls & (judge(-rate, change, other, case) == "right"))
        rate = rate.mask(fits & change.notna() & (other != 0))
        base = base.fillna(other.where(rows[statement.difference].notna()))
    change = numbers.subtract(rows[statement.amount], base)
    verdict, unsigned = judge(rate, change, base, case), falls & (rate > 0)
    if unsigned.any():
        verdict = verdict.mask(unsigned, judge(-rate, change, base, case))
    verdict = cut_off(verdict, rate, (change, base), case.decimals_shown("budget", rows, statement.rate), case)
    for at, row in hits(
        rows.assign(base=base, change=change, verdict=verdict, expected=expect(change, base, case)), verdict != "right"
    ):
        yield _rate_finding(case, at, row, statement)


def _rate_finding(case: Case, at: int, row: Row, statement: Statement) -> Finding:
    unit = case.unit(row["form_no"])
    amount, base, change = (
        case.cited(wording.money(value, unit), "budget", at, column)
        for value, column in (
            (row[statement.amount], statement.amount),
            (row["base"], statement.base),
            (row["change"], statement.difference),
        )
    )
    printed = not pd.isna(row[statement.base])
    again = wording.money(row["base"] if printed else row["change"], unit)  # the second time without its cell
    return judged(
        case.where("budget", at, row, statement.rate),
        row["verdict"],
        label=row["item_label"],
        field=wording.label("budget", statement.rate),
        base=wording.label("budget", statement.base),
        stated=wording.stated_rate(row[statement.rate]),
        expected=row["expected"],
        formula=f"({wording.minus(amount, base)})÷{again}" if printed else f"{change}÷({wording.minus(amount, again)})",
    )


def execution_rates(case: Case) -> Iterator[Finding]:
    """预算执行率 as stated against 决算数 ÷ 全年预算数; 完成年初预算 against 年初预算数, where a form has no other budget."""
    rows = case.budget[case.budget["reported_execution_rate"].notna()]
    if rows.empty:
        return
    original = ~case.printed("budget", rows, "final_budget") & rows["original_budget"].notna()
    budget = rows["final_budget"].mask(original, rows["original_budget"])
    base = pd.Series(np.where(original, "original_budget", "final_budget"), index=rows.index)
    stated, half = rows["reported_execution_rate"], case.half_unit(rows) / 100
    verdict = within_print(judge(stated, rows["actual"], budget, case), stated, (rows["actual"], budget), half)
    shown = case.decimals_shown("budget", rows, "reported_execution_rate")
    verdict = cut_off(verdict, stated, (rows["actual"], budget), shown, case)
    expected = expect(rows["actual"], budget, case)
    table = rows.assign(verdict=verdict, expected=expected, budget=budget, base=base)
    for at, row in hits(table, verdict != "right"):
        unit = case.unit(row["form_no"])
        yield judged(
            case.where("budget", at, row, "reported_execution_rate"),
            row["verdict"],
            label=row["item_label"],
            field=wording.label("budget", _RATES[row["base"]]),
            base=wording.label("budget", row["base"]),
            stated=wording.stated_rate(row["reported_execution_rate"]),
            expected=row["expected"],
            formula="÷".join(
                case.cited(wording.money(value, unit), "budget", at, column)
                for value, column in ((row["actual"], "actual"), (row["budget"], row["base"]))
            ),
        )


def completions(case: Case) -> Iterator[Finding]:
    """完成率 as stated against 完成值 ÷ 目标值.

    For ≤ and <, and where no sign says which way, both directions of the quotient are accepted, and 100% where met, since
    forms differ in what they call it. 100% for what is above it is only a note: many forms end there.
    """
    rows = case.indicators[case.indicators["reported_completion"].notna()]
    if rows.empty:
        return
    sides = measures.completion(rows, case.policy)
    value, target, operator = measures.in_target_unit(rows), rows["target_value"], rows["operator"].fillna("")
    either = sides["method"] == measures.EITHER_WAY
    direct = operator.isin(measures.ACHIEVED_OVER_TARGET) & (target > 0)
    plain = direct & ~either
    others = (operator.isin(measures.REVERSE) & (target > 0)) | (operator == "range") | either
    top = value.where(direct, sides["top"].where(others))
    below = target.where(direct, sides["below"].where(others))
    stated = rows["reported_completion"]
    verdict = judge(stated, top, below, case)
    verdict = verdict.mask((stated == 1) & either, "right")
    verdict = verdict.mask((verdict != "right") & (stated == 1) & plain & (top > below), "stated.rate_capped")
    for one, other in ((value, target), (target, value)) if others.any() else ():
        verdict = verdict.mask(others & (judge(stated, one, other, case) == "right"), "right")
    shown = case.decimals_shown("indicators", rows, "reported_completion").where(plain)
    verdict = cut_off(verdict, stated, (top, below), shown, case)
    verdict = verdict.mask((target == 0) & sides["top"].isna() & value.notna(), "base.zero")
    for at, row in hits(
        rows.assign(verdict=verdict, value=value, top=top, below=below, expected=expect(top, below, case)), verdict != "right"
    ):
        yield judged(
            case.where("indicators", at, row, "reported_completion"),
            row["verdict"],
            label=row["level3"],
            field=wording.label("indicators", "reported_completion"),
            base=wording.label("indicators", "target_text"),
            stated=wording.stated_rate(row["reported_completion"]),
            expected=row["expected"],
            formula=_divided(case, at, row),
        )


def _divided(case: Case, at: int, row: Row) -> str:
    """top ÷ below, each with the cell of the achieved value or of the target where it is one of these."""
    top, below = (wording.number(row[side]) for side in ("top", "below"))
    if {row["top"], row["below"]} <= {row["value"], row["target_value"]}:
        top = case.cited(top, "indicators", at, "achieved_text" if row["top"] == row["value"] else "target_text")
        below = case.cited(below, "indicators", at, "target_text" if row["below"] == row["target_value"] else "achieved_text")
    return f"{top}÷{below}"


def judged(where: Where, verdict: str, *, expected: float, **words: str) -> Finding:
    """The finding of a verdict; a base of zero has nothing that is expected."""
    return finding(verdict, where, expected=None if verdict == "base.zero" else wording.rate(expected), **words)


def within_print(verdict: pd.Series, stated: pd.Series, sides: tuple[pd.Series, pd.Series], half: pd.Series) -> pd.Series:
    """The same verdicts; a wrong rate that the amounts may give before they were rounded for print is a tail.

    `half` is half of the last printed place of the amounts, in 元. So 2.64÷9.38 may be 28.15%, though it is 28.14% as printed.
    """
    top, below = sides
    low, high = (top - half) / (below + half), (top + half) / (below - half)
    wrong = (verdict == "stated.rate") & (half > 0)
    near = ((stated - top / below).abs() < _NEAR) & (stated >= low - RATE_LAST) & (stated <= high + RATE_LAST)
    return verdict.mask(wrong & near, "stated.rate_tail")


def judge(stated: pd.Series, top: pd.Series, below: pd.Series, case: Case) -> pd.Series:
    """right (or not to be judged), base.zero, stated.rate_truncated or stated.rate, for each stated rate."""
    places = case.policy.rate_places.value or 0
    said, exact = stated.to_numpy(float), numbers.ratio(top, below, places + 4).to_numpy()
    digits = np.maximum(numbers.decimals(stated, places + 1), _WHOLE_PERCENT)
    right = np.isnan(exact) | np.isnan(said) | ((digits > places) & (np.abs(said - exact) <= 0.5 * 10.0**-places + _SAME))
    truncated = np.zeros(len(said), dtype=bool)
    for shown in range(_WHOLE_PERCENT, places + 1):
        rest = (digits == shown) & ~right
        if rest.any():
            right[rest] = np.abs(said[rest] - numbers.ratio(top[rest], below[rest], shown).to_numpy()) < _SAME
            rest &= ~right
            truncated[rest] = np.abs(said[rest] - numbers.truncated(top[rest], below[rest], shown).to_numpy()) < _SAME
    undefined = ~np.isnan(said) & top.notna().to_numpy() & (below == 0).to_numpy()
    found = np.select([undefined, right, truncated], ["base.zero", "right", "stated.rate_truncated"], "stated.rate")
    return pd.Series(found, index=stated.index, dtype="str")


def cut_off(verdict: pd.Series, stated: pd.Series, sides: tuple[pd.Series, pd.Series], shown: pd.Series, case: Case) -> pd.Series:
    """The same verdicts; a right rate that its cell shows with more decimals, to which it was cut off, is truncated.

    92.8% is right for 92.806%. Shown as 92.80% it is what cutting off gives, where 92.81% was to be written; that is only
    a note, since whoever typed 92.8 saw zeros added. Where the cell shows no %, its zeros were not printed.
    """
    top, below = sides[0].abs(), sides[1]
    ready = (verdict == "right") & stated.notna() & top.notna() & (below > 0)
    for places in range(_WHOLE_PERCENT + 1, (case.policy.rate_places.value or 0) + 1):
        mine = ready & (shown + _WHOLE_PERCENT == places)
        if mine.any():
            printed, rounded = stated[mine].abs(), numbers.ratio(top[mine], below[mine], places)
            cut = ((printed - numbers.truncated(top[mine], below[mine], places)).abs() < _SAME) & (
                (printed - rounded).abs() > _SAME
            )
            verdict = verdict.mask(cut.reindex(verdict.index, fill_value=False), "stated.rate_truncated")
    return verdict


def expect(top: pd.Series, below: pd.Series, case: Case) -> pd.Series:
    """The quotient at the policy's places."""
    return numbers.ratio(top, below, case.policy.rate_places.value or 0)
