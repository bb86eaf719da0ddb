"""What a self-evaluation form says of its own amounts, written as equations: whole − Σ factor × addend = 0.

    合计 = Σ 分项        增减额 = 金额 − 基数        增减率 = 增减额 ÷ 基数        执行率 = 决算数 ÷ 全年预算数

Worked out by whole columns; only the rows of a form in which one fails are turned into `repair.Sum`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl import numbers

from . import parts, repair, stated
from .cases import AMOUNTS, Case, Row, hits
from .vocabulary import Identity, identities

SUM, OPEN, DIFFERENCE, RATE = "sum", "open", "difference", "rate"
"""Parts that are all printed, parts of which some are not, a stated difference, a stated rate."""

COLUMNS = (*AMOUNTS, *(statement.difference for statement in stated.STATEMENTS))
Labels = TypeVar("Labels", pd.Series, npt.NDArray[np.float64])
_Printed = tuple[str, pd.DataFrame, pd.DataFrame]
"""A column, the row label of each item (see parts.positions), and its amounts there."""
_LEAST_DIGITS = 2  # of a ratio: 98%
_LEAST_FACTOR = 0.01  # below which a rate says nothing of how large its base is


@dataclass(frozen=True)
class Equations:
    """Statements of one sort, one a row: `form_no, gap, tolerance` (分) and what is needed to write them as sums.

    A row has `whole` and `addend1`, `addend2` … (cells as numbers, see `_cell`; below zero what is not printed) with
    `factor1` where an addend does not count once.
    """

    sort: str
    table: pd.DataFrame


def failing(case: Case) -> list[int]:
    """The forms of which a statement does not come out."""
    sums = [(found.table, at["form_no"].loc[found.table.index]) for _, (_, at, _), found in _worked(case)]
    rows = [(one.table, one.table["form_no"]) for one in _rows(case)]
    wrong = [form_no[table["gap"].abs() > table["tolerance"]] for table, form_no in (*sums, *rows)]
    return sorted({int(form_no) for forms in wrong for form_no in forms})


def every(case: Case) -> list[Equations]:
    """All that the forms of a case state."""
    return [*_sums(case), *_rows(case)]


def of_forms(case: Case, found: list[Equations], chosen: list[int]) -> Iterator[tuple[list[repair.Sum], dict[int, float]]]:
    """The equations of each chosen form, and the amounts of their cells in 分."""
    mine = case.budget[case.budget["form_no"].isin(chosen)]
    amounts = numbers.to_fen(mine[list(COLUMNS)]).to_numpy(float)
    at = {label: number for number, label in enumerate(mine.index)}
    rows: dict[int, list[tuple[str, Row]]] = {form_no: [] for form_no in chosen}
    for one in found:
        for _, row in hits(one.table, one.table["form_no"].isin(chosen)):
            rows[int(row["form_no"])].append((one.sort, row))
    for stated_rows in rows.values():
        fen: dict[int, float] = {}
        sums = [_as_sum(sort, row, fen) for sort, row in stated_rows]
        for cell in {cell for one in sums for cell in (one.whole, *one.addends) if cell >= 0}:
            label, column = divmod(cell, len(COLUMNS))
            fen[cell] = float(amounts[at[label], column])
        yield sums, fen


def place(cell: int) -> tuple[int, str]:
    """The label in budget of a cell's row, and its column."""
    at, column = divmod(cell, len(COLUMNS))
    return at, COLUMNS[column]


def _cell(at: Labels, column: str) -> Labels:
    """A number for each cell: the label of its row in budget, and which of the columns."""
    return at * len(COLUMNS) + COLUMNS.index(column)


def _sums(case: Case) -> Iterator[Equations]:
    """Each printed total and its parts, for every column of amounts."""
    for identity, printed, found in _worked(case):
        known = _located(found, identity, printed)
        is_open = ~known["complete"] & (known["gap"] > 0)
        yield from (Equations(sort, rows) for sort, rows in ((SUM, known[~is_open]), (OPEN, known[is_open])) if len(rows))


def _worked(case: Case) -> Iterator[tuple[Identity, _Printed, parts.Sums]]:
    """Each identity over each column of amounts that has it."""
    at = parts.positions(case)
    half = parts.half_units(case, at)
    tables = {column: parts.amounts(at, case.budget[column]) for column in AMOUNTS}
    for identity in identities().values():
        if identity.exhaustive and identity.total in at:
            for column, table in tables.items():
                found = parts.sums(identity, table, half)
                if len(found.table):
                    yield identity, (column, at, table), found


def _located(found: parts.Sums, identity: Identity, printed: _Printed) -> pd.DataFrame:
    """Sums with the cells that they stand in."""
    column, labels, amounts = printed
    rows = labels.index.get_indexer(found.table.index)
    columns = {name: found.table[name].to_numpy() for name in ("gap", "tolerance", "complete")}
    columns["form_no"] = labels["form_no"].to_numpy(float)[rows]
    columns["whole"] = _cell(labels[identity.total].to_numpy()[rows], column)
    for number, part in enumerate(identity.parts):
        value = found.terms[part].to_numpy()
        cell = np.full(len(rows), -1.0 - number)
        if part in labels:
            cell = np.where(amounts[part].isna().to_numpy()[rows], cell, _cell(labels[part].to_numpy()[rows], column))
        columns[f"addend{number}"], columns[f"value{number}"] = np.where(np.isnan(value), np.nan, cell), value
    return pd.DataFrame(columns, index=found.table.index)


def _rows(case: Case) -> Iterator[Equations]:
    """What a row states of its own amounts."""
    rows, half = case.budget, case.half_unit(case.budget)
    fen = {column: numbers.to_fen(rows[column]) for column in COLUMNS}
    label, form_no = rows.index.to_series().astype(float), rows["form_no"].astype(float)
    for statement in stated.STATEMENTS:
        if rows[statement.difference].isna().all() and rows[statement.rate].isna().all():
            continue
        amount, difference = fen[statement.amount], fen[statement.difference]
        base, column = fen[statement.base], _cell(label, statement.base)
        if statement.also:
            fits = (amount - fen[statement.also] - difference).abs() <= 2 * half
            base, column = base.mask(fits, fen[statement.also]), column.mask(fits, _cell(label, statement.also))
        whole = _cell(label, statement.amount)
        gap = amount - base - difference
        table = pd.DataFrame({"form_no": form_no, "gap": gap, "tolerance": 2 * half, "whole": whole, "addend0": column})
        table = table.assign(addend1=_cell(label, statement.difference))
        yield Equations(DIFFERENCE, table[gap.notna()])
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

    def located(self, form_no: pd.Series, whole: pd.Series, base: pd.Series) -> Equations:
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
        return Equations(RATE, table[self.gap.notna() & (self.factor.abs() > 0)])


def _rate(amount: pd.Series, base: pd.Series, factor: pd.Series, places: tuple[pd.Series, pd.Series]) -> _Rated:
    """amount = factor × base, as near as the last place of the rate and half of the last place of amounts allow.

    The base may be the wrong one of the two, and far too small: the rate then tells how large it is.
    """
    last, half = places
    size = base.abs().clip(lower=amount.abs() / factor.abs().clip(lower=_LEAST_FACTOR))
    return _Rated((amount - factor * base).where(base > 0), size * last + half * (1 + factor.abs()) + 1, factor)


def _last(case: Case, rate: pd.Series) -> pd.Series:
    """Half of the last printed place of each rate."""
    places = case.policy.rate_places.value or 0
    return pd.Series(0.5 * 10.0 ** -numbers.decimals(rate, places).clip(_LEAST_DIGITS, places), index=rate.index)


def _as_sum(sort: str, row: Row, fen: dict[int, float]) -> repair.Sum:
    """A statement as an equation over cells; what is not printed has a cell of its own, whose amount goes into `fen`."""
    addends, factors = [], []
    for name in (name for name in row if name.startswith("addend") and not pd.isna(row[name])):
        cell, number = int(row[name]), name.removeprefix("addend")
        if cell < 0:
            cell = -len(fen) - 1
            fen[cell] = float(row[f"value{number}"])
        addends.append(cell)
        factors.append(float(row.get(f"factor{number}", 1.0)))
    return repair.Sum(int(row["whole"]), tuple(addends), sort, float(row["tolerance"]), tuple(factors))
