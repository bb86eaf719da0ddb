"""哪个数错了: the one amount of a self-evaluation form that several of its statements show to be wrong.

A wrong 决算数 makes its total, its 增减额, its 增减率 and its 执行率 disagree at once. Those are one cause: the amount is
told where it stands, with what it should be, and the checks that depend on it then judge by that. The statements are

    合计 = Σ 分项        增减额 = 金额 − 基数        增减率 = 增减额 ÷ 基数        执行率 = 决算数 ÷ 全年预算数

and `repair` says which amount puts most of them right. A wrong 增减额 or rate is left to those who check it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, finding

from . import measures, parts, repair, scoring, stated, wording
from .cases import AMOUNTS, Case, Row, Wrong, hits, row_of
from .vocabulary import identities

SUM, OPEN, DIFFERENCE, RATE = "sum", "open", "difference", "rate"
"""Parts that are all printed, parts of which some are not, a stated difference, a stated rate."""

_COLUMNS = (*AMOUNTS, *(statement.difference for statement in stated.STATEMENTS))
_ENOUGH = 2  # statements that fail before a form is looked at, and that must agree
_LEAST_DIGITS = 2  # of a ratio: 98%


@dataclass(frozen=True)
class Failing:
    """Statements of one sort, one a row: `form_no, gap, tolerance` (分) and what is needed to write them as sums.

    A row has `whole` and `addend1`, `addend2` … (cells as numbers, see `_cell`; below zero what is not printed) with
    `factor1` where an addend does not count once.
    """

    sort: str
    table: pd.DataFrame


def find(case: Case) -> tuple[Wrong, ...]:
    """The wrong amounts of every form of which at least two statements fail."""
    every = [*_sums(case), *_rows(case)]
    failing = [one.table[one.table["gap"].abs() > one.table["tolerance"]].assign(exact=one.sort != RATE) for one in every]
    if not any(map(len, failing)):
        return ()
    count = pd.concat(failing).groupby("form_no")["exact"].agg(["size", "any"])
    chosen = count.index[(count["size"] >= _ENOUGH) & count["any"]]
    return tuple(wrong for form_no in chosen for wrong in _of_form(case, every, int(form_no)))


def figures(case: Case) -> Iterator[Finding]:
    """Each wrong amount once, at its own cell; two that stand in each other's place are told together."""
    told: set[Wrong] = set()
    for wrong in case.wrong:
        other = next((one for one in case.wrong if _exchanged(case, wrong, one)), None)
        if wrong not in told:
            yield _finding(case, wrong, other)
        told |= {other} if other else set()


def mended(case: Case) -> Case:
    """The case with what its wrong amounts should be, measured and scored anew; for the checks that depend on them."""
    if not case.wrong:
        return case
    columns = {column: case.budget[column].copy() for column in AMOUNTS}
    for wrong in case.wrong:
        columns[wrong.column][columns[wrong.column].index == wrong.at] = wrong.amount
    right = case.budget.assign(**columns)
    sound = replace(case, budget=right.assign(**measures.budget(right, case.policy.rate_places.value or 0)))
    return replace(sound, budget=sound.budget.assign(computed_score=scoring.execution_columns(sound)["computed_score"]))


# -- statements ----------------------------------------------------------------------------------------------------


def _cell(at: pd.Series, column: str) -> pd.Series:
    """A number for each cell: the label of its row in budget, and which of the columns."""
    return at * len(_COLUMNS) + _COLUMNS.index(column)


def _sums(case: Case) -> Iterator[Failing]:
    """Each printed total and its parts, for every column of amounts."""
    at = parts.positions(case)
    half = parts.half_units(case, at)
    tables = {column: parts.amounts(at, case.budget[column]) for column in AMOUNTS}
    for identity in identities().values():
        if not identity.exhaustive or identity.total not in at:
            continue
        for column, table in tables.items():
            found = parts.sums(identity, table, half)
            if found.table.empty:
                continue
            rows = at.loc[found.table.index]
            known = found.table[["gap", "tolerance", "complete"]].assign(form_no=rows["form_no"].astype(float))
            known["whole"] = _cell(rows[identity.total], column)
            for number, part in enumerate(identity.parts):
                printed = table.reindex(columns=[part]).loc[rows.index, part].notna()
                cell = _cell(rows[part], column) if part in rows else pd.Series(np.nan, index=rows.index)
                known[f"addend{number}"] = cell.where(printed, -1.0 - number).where(found.terms[part].notna())
                known[f"value{number}"] = found.terms[part]
            yield Failing(SUM, known[known["complete"] | (known["gap"] <= 0)])
            yield Failing(OPEN, known[~known["complete"] & (known["gap"] > 0)])


def _rows(case: Case) -> Iterator[Failing]:
    """What a row states of its own amounts."""
    rows, half = case.budget, case.half_unit(case.budget)
    fen = {column: numbers.to_fen(rows[column]) for column in _COLUMNS}
    label, form_no = rows.index.to_series().astype(float), rows["form_no"].astype(float)
    for statement in stated.STATEMENTS:
        amount, difference = fen[statement.amount], fen[statement.difference]
        base, column = fen[statement.base], _cell(label, statement.base)
        if statement.also:
            fits = (amount - fen[statement.also] - difference).abs() <= 2 * half
            base, column = base.mask(fits, fen[statement.also]), column.mask(fits, _cell(label, statement.also))
        whole = _cell(label, statement.amount)
        gap = amount - base - difference
        table = pd.DataFrame({"form_no": form_no, "gap": gap, "tolerance": 2 * half, "whole": whole, "addend0": column})
        table = table.assign(addend1=_cell(label, statement.difference))
        yield Failing(DIFFERENCE, table[gap.notna()])
        rate = rows[statement.rate]
        rate = rate.mask((rate > 0) & (difference < 0), -rate)
        yield _rate(amount, base, 1 + rate, (_last(case, rate), half)).located(form_no, whole, column)
    rate = rows["reported_execution_rate"]
    whole, base = _cell(label, "actual"), _cell(label, "final_budget")
    yield _rate(fen["actual"], fen["final_budget"], rate, (_last(case, rate), half)).located(form_no, whole, base)


@dataclass(frozen=True)
class _Rated:
    gap: pd.Series
    tolerance: pd.Series
    factor: pd.Series

    def located(self, form_no: pd.Series, whole: pd.Series, base: pd.Series) -> Failing:
        table = pd.DataFrame(
            {
                "form_no": form_no,
                "gap": self.gap,
                "tolerance": self.tolerance,
                "whole": whole,
                "addend0": base,
                "factor0": self.factor,
            }
        )
        return Failing(RATE, table[self.gap.notna() & (self.factor.abs() > 0)])


def _rate(amount: pd.Series, base: pd.Series, factor: pd.Series, places: tuple[pd.Series, pd.Series]) -> _Rated:
    """amount = factor × base, as near as the last place of the rate and half of the last place of amounts allow."""
    last, half = places
    return _Rated((amount - factor * base).where(base > 0), base.abs() * last + half * (1 + factor.abs()) + 1, factor)


def _last(case: Case, rate: pd.Series) -> pd.Series:
    """Half of the last printed place of each rate."""
    places = case.policy.rate_places.value or 0
    return pd.Series(0.5 * 10.0 ** -numbers.decimals(rate, places).clip(_LEAST_DIGITS, places), index=rate.index)


# -- one form ------------------------------------------------------------------------------------------------------


def _of_form(case: Case, every: list[Failing], form_no: int) -> Iterator[Wrong]:
    """The amounts of one form that are wrong.

    A stated difference and its rate are one witness: whoever took the wrong base took it for both.
    """
    sums: list[repair.Sum] = []
    fen: dict[int, float] = {}
    for one in every:
        for _, row in hits(one.table, one.table["form_no"] == form_no):
            sums.append(_as_sum(case, one.sort, row, fen))
    fixes, _, _ = repair.solve(sums, fen)
    for fix in fixes:
        at, column = divmod(fix.cell, len(_COLUMNS))
        sorts = {one.sort for one in fix.mended}
        witnesses = {(one.sort in {SUM, OPEN}, one.whole, one.addends[0]) for one in fix.mended}
        enough = len(witnesses) >= _ENOUGH and sorts & {SUM, OPEN, DIFFERENCE} and sorts - {OPEN}
        if fix.cell >= 0 and _COLUMNS[column] in AMOUNTS and enough:
            yield Wrong(at, _COLUMNS[column], numbers.half_up(pd.Series([fix.fen]), 0).iloc[0] / 100, fix.sums)


def _as_sum(case: Case, sort: str, row: Row, fen: dict[int, float]) -> repair.Sum:
    """A statement as an equation over cells; the amounts of its cells go into `fen`."""
    addends, factors = [], []
    for name in (name for name in row if name.startswith("addend") and not pd.isna(row[name])):
        cell, number = int(row[name]), name.removeprefix("addend")
        if cell < 0:  # what is not printed has a place of its own
            cell = -len(fen) - 1
            fen[cell] = float(row[f"value{number}"])
        addends.append(cell)
        factors.append(float(row.get(f"factor{number}", 1.0)))
    whole = int(row["whole"])
    for cell in (whole, *addends):
        if cell not in fen:
            at, column = divmod(cell, len(_COLUMNS))
            fen[cell] = float(numbers.to_fen(case.budget.loc[[at], _COLUMNS[column]]).iloc[0])
    return repair.Sum(whole, tuple(addends), sort, float(row["tolerance"]), tuple(factors))


# -- telling -------------------------------------------------------------------------------------------------------


def _exchanged(case: Case, one: Wrong, other: Wrong) -> bool:
    """Whether two amounts of one column stand in each other's place."""
    printed = case.budget[one.column]
    crosswise = one.amount == printed.loc[other.at] and other.amount == printed.loc[one.at]
    return one.column == other.column and one.at != other.at and bool(crosswise)


def _finding(case: Case, wrong: Wrong, other: Wrong | None) -> Finding:
    row = row_of(case.budget, wrong.at)
    unit = case.unit(row["form_no"])
    printed, expected = (wording.money(amount, unit) for amount in (row[wrong.column], wrong.amount))
    slip = repair.slip(printed, expected)
    hint = f"，像是{slip}" if slip else ""
    if other is not None:
        beside = row_of(case.budget, other.at)
        place = case.where("budget", other.at, beside, other.column)[2]
        hint = wording.exchanged(beside["item_label"], place)
    return finding(
        "parts.figure",
        case.where("budget", wrong.at, row, wrong.column),
        stated=f"{printed} {unit}",
        expected=f"{expected} {unit}",
        label=row["item_label"],
        field=wording.label("budget", wrong.column),
        count=wrong.count,
        hint=hint,
    )
