"""勾稽: parts against totals, row by row of one table, for 年初预算数, 全年预算数 and 决算数; and 其中 rows of indicators.

Which parts make up which total stands in `data/identities.toml`. A total that is not printed is taken from its parts.
What is blank counts as not printed, never as zero: where the printed parts exceed the total, no blank can explain it
and it is an error; where they fall short and a part is blank, that part may hold the rest, and the question is asked.
A gap within half of the last printed place for each addend is a tail of rounding (元 to 万元, line by line).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, finding

from . import accounts, cases, portions, wording
from .cases import Case, Row, hits, row_of
from .vocabulary import Identity, identities

AMOUNTS = ("original_budget", "final_budget", "actual")
KEYS = ["file", "sheet", "form_no", "table", "side"]
Beside = Collection[pd.DataFrame]
Worked = tuple[npt.NDArray[np.float64], dict[str, npt.NDArray[Any]]]
_OF_ONE_MIND = 2  # columns more than others that take a total in the same way
_BY_ITEM = ("", "07", "figures")
"""Keys of tables whose totals are checked by item; empty for a form."""


@dataclass(frozen=True)
class Sums:
    """An identity worked out in 分 over the tables that print its total and a part of it.

    `table` has total, parts (their sum), gap (total − parts), complete (no part is blank) and tolerance (what rounding
    can explain); `terms` has each part.
    """

    table: pd.DataFrame
    terms: pd.DataFrame


def positions(case: Case) -> pd.DataFrame:
    """Row label of each item, one line for each side of a table; tables that print an item twice are left out."""
    rows = case.budget[case.budget["item"].notna() & case.budget["part"].isna()]
    kind = accounts.kinds(case, rows)
    rows = rows[kind.isin(_BY_ITEM)]  # the others have sums of their own, see hierarchy
    item = rows["item"].mask((kind == "07") & (rows["item"] == "total"), "three_public")
    keyed = rows[KEYS].assign(item=item).fillna("")
    sides = keyed.groupby(KEYS, sort=False)
    side, (code, items) = sides.ngroup().to_numpy(), keyed["item"].factorize()
    at = np.full((len(sides), len(items)), np.nan)
    at[side, code] = rows.index
    keys = sides.head(1)[KEYS].reset_index(drop=True)
    once = ~np.isin(keys.index, side[keyed.duplicated([*KEYS, "item"])])
    return keys.join(pd.DataFrame(at, columns=items))[once].reset_index(drop=True)


def amounts(at: pd.DataFrame, values: pd.Series) -> pd.DataFrame:
    """Amounts in 元 laid out like `positions`, in 分."""
    items = at.columns.difference(KEYS)
    labels = at[items].to_numpy(float)
    fen = numbers.to_fen(values).reindex(labels.ravel()).to_numpy(float)
    return pd.DataFrame(fen.reshape(labels.shape), index=at.index, columns=items)


def half_units(case: Case, at: pd.DataFrame) -> pd.Series:
    """Half of the last printed place of each table's form, in 分."""
    return amounts(at, case.half_unit(case.budget) / 100).min(axis=1)


def sums(identity: Identity, table: pd.DataFrame, half_unit: pd.Series, beside: Beside = ()) -> Sums:
    """An identity over a table of amounts in 分; of with and without its optional parts, the one that is nearer.

    Where the other columns of a table (`beside`, this one among them) are of one mind, theirs: a total that leaves out
    上年结转结余 in one column only has left it out by mistake.
    """
    return _framed(identity, table.index, _worked(identity, table, half_unit, beside))


def _framed(identity: Identity, rows: pd.Index, worked: Worked) -> Sums:
    """The rows of which total and parts are there."""
    terms, columns = worked
    both = ~np.isnan(columns["gap"])
    index = rows[both]
    found = pd.DataFrame({name: column[both] for name, column in columns.items()}, index=index)
    return Sums(found, pd.DataFrame(terms[both], index=index, columns=list(identity.parts)))


def _worked(identity: Identity, table: pd.DataFrame, half_unit: pd.Series, beside: Beside) -> Worked:
    """The parts and the columns of `sums`, as arrays, for every row of the table."""
    known = {part: _value(part, table) for part in identity.parts}
    total, terms = _own(identity.total, table), np.column_stack([amount for amount, _ in known.values()])
    terms[_without(identity, table, beside)[:, None] & np.isin(identity.parts, identity.optional)] = np.nan
    gap = total - (summed := _sum(terms))
    complete = np.logical_and.reduce([whole for part, (_, whole) in known.items() if part not in identity.optional])
    tolerance = half_unit.to_numpy() * (~np.isnan(terms)).sum(axis=1)
    return terms, {"total": total, "parts": summed, "gap": gap, "complete": complete, "tolerance": tolerance}


def _without(identity: Identity, table: pd.DataFrame, beside: Beside) -> npt.NDArray[np.bool_]:
    """In which tables the total is to be taken without the optional parts."""
    own = _closer(identity, table) if identity.optional else np.zeros(len(table))
    if not own.any():  # no optional part is printed
        return own < 0
    votes = sum((np.sign(_closer(identity, other)) for other in beside), np.zeros(len(table)))
    return np.where(np.abs(votes) >= _OF_ONE_MIND, votes < 0, own < 0)


def _closer(identity: Identity, table: pd.DataFrame) -> npt.NDArray[np.float64]:
    """By how much nearer a total is with the optional parts than without: below zero where it is farther."""
    total = _own(identity.total, table)
    terms = np.column_stack([_value(part, table)[0] for part in identity.parts])
    optional = np.isin(identity.parts, identity.optional)
    apart = [np.abs(total - np.nansum(some, axis=1)) for some in (terms[:, ~optional], terms)]
    return np.asarray(np.nan_to_num(apart[0] - apart[1]))


def value(item: str, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """An item's amount, as printed or else the sum of its printed parts; and whether it is known in full."""
    amount, whole = _value(item, table)
    return pd.Series(amount, index=table.index), pd.Series(whole, index=table.index)


def _value(item: str, table: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """The same as arrays: sums are worked out for many identities and columns, most of them over a few rows."""
    own = _own(item, table)
    printed = ~np.isnan(own)
    identity = identities().get(item)
    if identity is None or not identity.exhaustive:
        return own, printed
    below = [_value(part, table) for part in identity.parts]
    derived = _sum(np.column_stack([amount for amount, _ in below]))
    return np.where(printed, own, derived), printed | np.logical_and.reduce([whole for _, whole in below])


def _own(item: str, table: pd.DataFrame) -> npt.NDArray[np.float64]:
    """What is printed of an item."""
    return table[item].to_numpy(float) if item in table else np.full(len(table), np.nan)


def _sum(terms: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Each row's sum; missing where none of its terms is printed."""
    return np.where(np.isnan(terms).all(axis=1), np.nan, np.nansum(terms, axis=1))


def totals(case: Case) -> Iterator[Finding]:
    """Each total against its parts."""
    at = positions(case)
    half_unit, others = half_units(case, at), _with_others(case, at)
    every = {column: amounts(at, case.budget[column]) for column in cases.AMOUNTS}
    tables = {column: every[column] for column in AMOUNTS}
    for identity in identities().values():
        if identity.total not in at:
            continue
        short: dict[int, list[tuple[str, float]]] = {}
        wrong: dict[int, list[tuple[str, Row, list[str]]]] = {}
        for column, table in tables.items():
            for key, row, terms in _uneven(identity, table, half_unit, every.values()):
                code, label = _code(identity, row, others=key in others), int(at[identity.total].loc[key])
                if code == "parts.incomplete":
                    short.setdefault(label, []).append((column, row["gap"]))
                elif code:
                    named = [_term(case, row_of(at, key), item, column, fen) for item, fen in terms.items() if pd.notna(fen)]
                    wrong.setdefault(label, []).append((column, {**row, "code": code}, named))
        for label, failing in wrong.items():
            empty = len(failing) > 1 and all(row["total"] == 0 and row["code"] == "parts.total" for _, row, _ in failing)
            for column, row, named in failing[-1:] if empty else failing:  # a total that was left at zero is one cause
                also = [wording.label("budget", other) for other, _, _ in failing[:-1]] if empty else []
                yield _total_finding(case, row["code"], (label, column), row, (named, also))
        for label, gaps in short.items():
            yield _short_finding(case, label, gaps)


def _with_others(case: Case, at: pd.DataFrame) -> set[int]:
    """The tables that give amounts of items that no list names, as 其中：中央财政资金: what is missing may be one of them."""
    rows = case.budget[case.budget["item"].isna() & case.budget["part"].isna()]
    rows = rows[rows[list(AMOUNTS)].notna().any(axis=1)]
    keys = KEYS[:-1]  # such an item is on no side
    return set(at.index[pd.MultiIndex.from_frame(at[keys]).isin(pd.MultiIndex.from_frame(rows[keys].fillna("")))])


def _uneven(identity: Identity, table: pd.DataFrame, half_unit: pd.Series, beside: Beside) -> Iterator[tuple[int, Row, Row]]:
    """Each sum that does not come out, with its terms."""
    worked = _worked(identity, table, half_unit, beside)
    if (np.abs(worked[1]["gap"]) > 0).any():
        found = _framed(identity, table.index, worked)
        for key, row in hits(found.table, found.table["gap"] != 0):
            yield key, row, row_of(found.terms, key)


def _term(case: Case, at: Row, item: str, column: str, fen: float) -> str:
    """A part with its cell; one that is not printed but summed from its own parts has none."""
    text = wording.money(fen / 100, case.unit(at["form_no"]))
    own = at.get(item)
    return text if pd.isna(own) else case.cited(text, "budget", int(own), column)


def _code(identity: Identity, row: Row, *, others: bool) -> str:
    """What a gap is; nothing where the parts need not make up the whole, or `others` may be what is missing."""
    if not identity.exhaustive:
        return "parts.breakdown" if row["gap"] < 0 else ""
    if abs(row["gap"]) <= row["tolerance"]:
        return "parts.rounding"
    if row["gap"] < 0 or row["complete"]:
        return "parts.total"
    return "" if others else "parts.incomplete"


def _total_finding(case: Case, code: str, place: tuple[int, str], sides: Row, found: tuple[list[str], list[str]]) -> Finding:
    (label, column), (terms, also) = place, found
    row = row_of(case.budget, label)
    unit = case.unit(row["form_no"])
    expected = f"{wording.money(sides['parts'] / 100, unit)} {unit}"
    return finding(
        code,
        case.where("budget", label, row, column),
        stated=f"{wording.money(sides['total'] / 100, unit)} {unit}",
        expected=expected,
        label=row["item_label"],
        basis=identities()[row["item"]].basis,
        field=identities()[row["item"]].field or wording.label("budget", column),
        formula=wording.worked(terms, expected),
        gap=f"{wording.money(abs(sides['gap']) / 100, unit)} {unit}" + (f"；{'、'.join(also)}也是" if also else ""),
    )


def _short_finding(case: Case, label: int, gaps: list[tuple[str, float]]) -> Finding:
    row = row_of(case.budget, label)
    unit = case.unit(row["form_no"])
    more = "、".join(f"{wording.label('budget', column)}多 {wording.money(gap / 100, unit)} {unit}" for column, gap in gaps)
    where, basis = case.where("budget", label, row, gaps[0][0]), identities()[row["item"]].basis
    return finding("parts.incomplete", where, basis=basis, label=row["item_label"], gap=more)


def breakdowns(case: Case) -> Iterator[Finding]:
    """其中 rows against the row that they are a part of: together they may be less, but not more."""
    for text, children, over in portions.exceeded(case):
        for parent, row in hits(over, over["gap"].notna()):
            yield _breakdown_finding(case, text, int(parent), row, children)


def _breakdown_finding(case: Case, text: str, parent: int, row: Row, children: pd.DataFrame) -> Finding:
    whole = row_of(case.indicators, parent)
    terms = children.loc[children["parent"] == parent, "value"].dropna().items()
    return finding(
        "parts.breakdown",
        case.where("indicators", parent, whole, text),
        stated=wording.number(row["total"]),
        expected=wording.number(row["parts"]),
        label=whole["level3"],
        field=wording.label("indicators", text),
        formula=wording.worked(
            [case.cited(wording.number(value), "indicators", int(str(at)), text) for at, value in terms],
            wording.number(row["parts"]),
        ),
        gap=wording.number(row["gap"]),
    )
