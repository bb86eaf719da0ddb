"""哪个数错了: the one amount of a self-evaluation form that its statements show to be wrong.

A wrong 决算数 makes its total, its 增减额, its 增减率 and its 执行率 disagree at once. Those are one cause: the amount is
told where it stands, with what it should be, and the checks that depend on it then judge by that. `equations` are the
statements; an amount is named where

    two amounts of a column, exchanged, put all of theirs right, or
    one amount puts several independent ones right, as `repair` finds, or
    one alone does not come out, and in one of its amounts only a usual slip of the hand explains it.

A wrong 增减额 or rate is left to those who check it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, finding

from . import equations, repair, wording
from .cases import AMOUNTS, Case, Wrong, row_of
from .equations import DIFFERENCE, OPEN, SUM

_ENOUGH = 2  # statements that must agree without a slip that could be seen


def find(case: Case) -> tuple[Wrong, ...]:
    """The wrong amounts of every form of which a statement fails."""
    chosen = equations.failing(case)
    if not chosen:
        return ()
    case = replace(case, budget=case.budget[case.budget["form_no"].isin(chosen)])
    every = equations.every(case)
    return tuple(wrong for sums, fen in equations.of_forms(case, every, chosen) for wrong in _of_form(case, sums, fen))


def figures(case: Case) -> Iterator[Finding]:
    """Each wrong amount once, at its own cell; two that stand in each other's place are told together."""
    told: set[Wrong] = set()
    for wrong in case.wrong:
        other = next((one for one in case.wrong if _exchanged(case, wrong, one)), None)
        if wrong not in told:
            yield _finding(case, wrong, other)
        told |= {other} if other else set()


# -- one form ------------------------------------------------------------------------------------------------------


def _of_form(case: Case, sums: list[repair.Sum], fen: dict[int, float]) -> Iterator[Wrong]:
    """The amounts of one form that are wrong."""
    printed = _printed(case)
    for pair in repair.exchanges(sums, fen, _alike):
        yield from (_wrong(fix, "") for fix in pair)
        fen = {**fen, **{fix.cell: fix.fen for fix in pair}}
    fixes, _, _ = repair.solve(sums, fen)
    sound = {**fen, **{fix.cell: fix.fen for fix in fixes if _plain(fix)}}
    yield from (_wrong(fix, "") for fix in fixes if _plain(fix))
    left = [one for one in sums if abs(one.gap(sound)) > one.tolerance]
    for fix, what in repair.slipped(left, sums, sound, printed):
        if _amount(fix.cell):
            yield _wrong(fix, what)


def _amount(cell: int) -> bool:
    """Whether a cell is one of money, and neither a stated difference nor one that is not printed."""
    return cell >= 0 and equations.place(cell)[1] in AMOUNTS


def _alike(one: int, other: int) -> bool:
    """Whether two cells are amounts of one column."""
    return _amount(one) and _amount(other) and equations.place(one)[1] == equations.place(other)[1]


def _plain(fix: repair.Fix) -> bool:
    """Whether an amount is shown to be wrong by statements that do not depend on each other.

    A stated difference and its rate are one witness: whoever took the wrong base took it for both.
    """
    sorts = {one.sort for one in fix.mended}
    witnesses = {(one.sort in {SUM, OPEN}, one.whole, one.addends[0]) for one in fix.mended}
    exact = bool(sorts & {SUM, OPEN, DIFFERENCE}) and bool(sorts - {OPEN})
    return _amount(fix.cell) and len(witnesses) >= _ENOUGH and exact


def _printed(case: Case) -> repair.Printed:
    def text(cell: int, fen: float) -> str:
        at = equations.place(cell)[0]
        return wording.money(fen / 100, case.unit(int(case.budget["form_no"].loc[at]))) if cell >= 0 else ""

    return text


def _wrong(fix: repair.Fix, slip: str) -> Wrong:
    at, column = equations.place(fix.cell)
    return Wrong(at, column, numbers.half_up(pd.Series([fix.fen]), 0).iloc[0] / 100, fix.sums, slip)


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
    slip = wrong.slip or repair.slip(printed, expected)
    hint = f"，像是{slip}" if slip else ""
    if other is not None:
        beside = row_of(case.budget, other.at)
        place = case.where("budget", other.at, beside, other.column)[2]
        hint = wording.exchanged(beside["item_label"], place)
    return finding(
        "parts.slip" if wrong.slip else "parts.figure",
        case.where("budget", wrong.at, row, wrong.column),
        stated=f"{printed} {unit}",
        expected=f"{expected} {unit}",
        label=row["item_label"],
        field=wording.label("budget", wrong.column),
        count=wrong.count,
        hint=hint,
    )
