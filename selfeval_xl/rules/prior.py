"""上年勾稽: the parts of last year against last year's total, as printed or as implied by the stated changes.

An amount of last year that is not printed is this year's amount less the stated change. Where 支出合计 has none, and this
year's 财政拨款收入 is the whole of it with nothing carried over, last year's 财政拨款收入 stands in. A gap is a question for
the department (结转, or another 口径), not an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from selfeval_xl.findings import Finding, finding

from . import measures, parts, wording
from .cases import Case, Row, hits, row_of
from .vocabulary import Identity, identities

SPENT, GRANTED = "expenditure_total", "fiscal_appropriation"
CARRIED = ["prior_carryover", "year_end_carryover"]
CALLED = {"prior_actual": "决算", "prior_budget": "预算"}
_TABLE = ["file", "sheet", "form_no", "table"]


@dataclass(frozen=True)
class Year:
    """Last year's amounts in 分 and this year's, laid out like `positions`; `rows` says in which rows they stand."""

    base: str
    rows: pd.DataFrame
    prior: pd.DataFrame
    now: pd.DataFrame
    half_unit: pd.Series


def totals(case: Case) -> Iterator[Finding]:
    """Each total of last year against its parts."""
    bases = measures.implied_bases(case.budget)
    known = [base for base in CALLED if bases[base].notna().any()]
    if not known:
        return
    at = parts.positions(case)
    half_unit = parts.half_units(case, at)
    for base in known:
        now = parts.amounts(at, case.budget[measures.IMPLIED[base][0]])
        year = Year(base, at, parts.amounts(at, bases[base]), now, half_unit)
        if base == "prior_actual" and {SPENT, GRANTED} <= set(at.columns):
            year = _with_grant(year)
        for identity in identities().values():
            if identity.exhaustive and identity.total in at:
                yield from _gaps(case, year, identity)


def _with_grant(year: Year) -> Year:
    """The same with last year's 财政拨款收入 for a missing 支出合计, where this year the one is the whole of the other."""
    income = year.rows["side"] == "收入"
    keys = pd.MultiIndex.from_frame(year.rows[_TABLE])

    def granted(frame: pd.DataFrame) -> pd.Series:
        own = pd.Series(frame.loc[income, GRANTED].to_numpy(), index=keys[income])
        return pd.Series(own.reindex(keys).to_numpy(), index=year.rows.index)

    carried = year.now.reindex(columns=CARRIED).abs().sum(axis=1).groupby([year.rows[key] for key in _TABLE]).transform("sum")
    whole = (year.rows["side"] == "支出") & (granted(year.now) == year.now[SPENT]) & (carried == 0)
    stands_in = whole & year.prior[SPENT].isna() & granted(year.prior).notna()
    return replace(
        year,
        prior=year.prior.assign(**{SPENT: year.prior[SPENT].mask(stands_in, granted(year.prior))}),
        rows=year.rows.assign(**{SPENT: year.rows[SPENT].mask(stands_in, granted(year.rows))}),
    )


def _gaps(case: Case, year: Year, identity: Identity) -> Iterator[Finding]:
    found = parts.sums(identity, year.prior, year.half_unit)
    # an implied amount carries the rounding of two printed ones, hence twice the tolerance
    beyond = found.table["gap"].abs() > 2 * found.table["tolerance"]
    if not beyond.any():
        return
    this_year = parts.sums(identity, year.now, year.half_unit).table
    broken = (this_year["gap"].abs() > this_year["tolerance"]).reindex(found.table.index, fill_value=False)
    for key, row in hits(found.table, beyond & (found.table["complete"] | (found.table["gap"] < 0)) & ~broken):
        labels = {str(item): int(at) for item, at in dict(year.rows.loc[key]).items() if item not in parts.KEYS and pd.notna(at)}
        terms = pd.Series(dict(found.terms.loc[key])).dropna()
        found_at = (labels[identity.total], terms.rename(index=labels))
        yield replace(_finding(case, year.base, row, found_at), basis=identity.basis)


def _finding(case: Case, base: str, sides: Row, place: tuple[int, pd.Series]) -> Finding:
    at = place[0]
    unit = case.unit(int(case.budget["form_no"].loc[at]))
    difference = measures.IMPLIED[base][1]
    formula, label = _by_changes(case, base, place) or _by_amounts(case, base, sides, place)
    row = row_of(case.budget, at)
    where = case.where("budget", at, row, difference if pd.isna(row[base]) else base)
    return finding(
        "parts.prior",
        where,
        stated=f"{wording.money(sides['total'] / 100, unit)} {unit}",
        expected=f"{wording.money(sides['parts'] / 100, unit)} {unit}",
        formula=formula,
        label=label,
        gap=f"{wording.money(abs(sides['gap']) / 100, unit)} {unit}",
    )


def _by_changes(case: Case, base: str, place: tuple[int, pd.Series]) -> tuple[str, str] | None:
    """The gap told by the stated changes, where every amount was implied by one and all go the same way."""
    at, terms = place
    labels = [*terms.index, at]
    if any(isinstance(label, str) for label in labels):
        return None
    rows = case.budget.loc[labels]
    shifts = rows[measures.IMPLIED[base][1]]
    if rows[base].notna().any() or shifts.isna().any() or not ((shifts <= 0).all() or (shifts >= 0).all()):
        return None
    unit, word = case.unit(int(rows["form_no"].iloc[0])), "减少" if shifts.min() < 0 else "增加"
    *sizes, whole = [wording.money(abs(shift), unit) for shift in shifts]
    total = wording.money(abs(shifts.iloc[:-1].sum()), unit)
    return (
        f"{_names(rows.iloc[:-1])}{CALLED[base]}比上年共{word} {wording.total(sizes)}＝{total} {unit}",
        f"“{rows['item_label'].iloc[-1]}”比上年{word} {whole} {unit}",
    )


def _by_amounts(case: Case, base: str, sides: Row, place: tuple[int, pd.Series]) -> tuple[str, str]:
    """The gap told by last year's amounts, printed or implied."""
    at, terms = place
    unit = case.unit(int(case.budget["form_no"].loc[at]))
    names = _names(case.budget.loc[[label for label in terms.index if not isinstance(label, str)]])
    sizes = wording.total(wording.money(term / 100, unit) for term in terms)
    total = wording.money(sides["parts"] / 100, unit)
    whole = wording.money(sides["total"] / 100, unit)
    label = case.budget["item_label"].loc[at]
    return f"{names}上年{CALLED[base]}共 {sizes}＝{total} {unit}", f"“{label}”上年{CALLED[base]}为 {whole} {unit}"


def _names(rows: pd.DataFrame) -> str:
    return "、".join(f"“{label}”" for label in rows["item_label"])
