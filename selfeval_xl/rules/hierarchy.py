"""表内勾稽: every sum that a 部门决算公开 table implies, as equations over its printed figures.

合计 = 基本支出 + 项目支出 in each row, 类 = Σ款 = Σ项 down the columns, 合计 = Σ类, 本年收入合计 = Σ of the numbered rows above
it, 总计 with 结转 and 结余分配. An equation is one whole and its addends; what is not printed is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

from . import accounts
from .vocabulary import vocabulary

ROW, CODE, SUM, LIST = "row", "code", "sum", "list"
"""Across a row, down the codes, down a list of classes or to 总计, and down a list of a narrative."""

_TOTALS = ("total", "expenditure_total", "income_total")
_SMALLEST = 100  # codes of 类 have three digits
_CODES = 10**7  # codes of 项 have seven


def terms(figures: pd.DataFrame) -> pd.DataFrame:
    """Terms of every equation: `eq`, `cell` (label in `figures`), `whole` (else an addend), `sort`.

    An equation has one whole; those of the same figures are one equation.
    """
    found = [part for part in (*_codes(figures), _rows(figures), *_lists(figures)) if len(part)]
    if not found:
        return pd.DataFrame({"eq": [], "cell": [], "whole": [], "sort": []}).astype({"eq": int, "cell": int, "whole": bool})
    start, shifted = 0, []
    for part in found:
        number = part["eq"].factorize()[0] + start
        start = int(number.max()) + 1
        shifted.append(part.assign(eq=number))
    return pd.concat(shifted, ignore_index=True)


def _paired(whole: pd.Series, addends: pd.Series, sort: str) -> pd.DataFrame:
    """Equations from the label of the whole of each addend; those without an addend or a whole are none."""
    known = whole.notna()
    eq, cell = whole[known].astype(int), addends[known]
    both = pd.DataFrame({"eq": eq, "cell": cell, "whole": False})
    wholes = pd.Series(eq.unique())
    return pd.concat([both, pd.DataFrame({"eq": wholes, "cell": wholes, "whole": True})]).assign(sort=sort)


def _lookup(keys: pd.Series, wanted: pd.Series) -> pd.Series:
    """For each of `wanted` the label in `keys` of the same number; missing where there is none, or more than one."""
    once = keys[~keys.duplicated(keep=False)]
    found = pd.Index(once.to_numpy()).get_indexer(wanted.to_numpy())
    labels = once.index.to_numpy(float)
    return pd.Series(np.where(found >= 0, labels[found] if len(labels) else np.nan, np.nan), index=wanted.index)


def _number(figures: pd.DataFrame, *names: str) -> pd.Series:
    """One number for each combination of the columns `names`."""
    number = np.zeros(len(figures), dtype=np.int64)
    for name in names:
        codes, found = figures[name].factorize()
        number = number * max(len(found), 1) + codes
    return pd.Series(number, index=figures.index)


def _codes(figures: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """类 = Σ款 = Σ项, 合计 = Σ类, and 人员经费, 公用经费 of their economic classes.

    Tables that print a code twice are left out.
    """
    coded = figures[figures["code"] != ""]
    if coded.empty:
        return
    table = _number(figures, "no", "part", "column")
    code = coded["code"].map({text: int(text) for text in coded["code"].unique()}).astype("int64")
    twice = (table[coded.index] * _CODES + code).duplicated(keep=False)
    sound = ~coded["no"].isin(coded.loc[twice, "no"])
    coded, code = coded[sound], code[sound]
    key = table[coded.index]
    parent = pd.Series(float("nan"), index=coded.index)
    for digits in (100, 10_000):
        above = (key * _CODES + code // digits).where(code // digits >= _SMALLEST, -1)
        parent = parent.fillna(_lookup(key * _CODES + code, above))
    yield _paired(parent, coded.index.to_series(), CODE)
    first = coded[parent.isna()]
    totals = figures[figures["item"].isin(_TOTALS) & (figures["code"] == "") & figures["no"].isin(first["no"])]
    yield _paired(_lookup(table[totals.index], key[first.index]), first.index.to_series(), CODE)
    groups = figures[(figures["kind"] == "06") & (figures["code"] == "") & figures["item"].isin(set(_groups().values()))]
    items = {item: at for at, item in enumerate(sorted(set(_groups().values())))}
    mine = table[groups.index] * len(items) + groups["item"].map(items).astype("int64")
    item = first["code"].map(_groups()).map(items).astype(float)
    wanted = (key[first.index] * len(items) + item).fillna(-1).astype("int64")
    yield _paired(_lookup(mine, wanted), first.index.to_series(), CODE)


@cache
def _groups() -> dict[str, str]:
    return {code: group.item for group in vocabulary().groups for code in group.codes}


def _rows(figures: pd.DataFrame) -> pd.DataFrame:
    """A row's own amount = the parts that its table's columns split it into."""
    line = _number(figures, "line", "column")
    parts = figures[figures["split"]]
    whole = _lookup(line[figures["own"]], line[parts.index])
    return _paired(whole, parts.index.to_series(), ROW)


def _lists(figures: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Sums down a list: of the numbered rows above 合计, of what makes up 总计, of the items of a narrative table."""
    two_sided = figures[figures["kind"].isin(["01", "04"])]
    above = two_sided[two_sided["numbered"]]
    for item, side in (("income_total", "收入"), ("expenditure_total", "支出")):
        totals = two_sided[(two_sided["item"] == item) & (two_sided["side"] == side)]
        mine = above[above["side"] == side]
        whole = _of_table(totals, mine)
        before = whole.notna() & (two_sided["at"].reindex(whole).to_numpy() > mine["at"].to_numpy())
        yield _paired(whole.where(before), mine.index.to_series(), SUM)
    for balance in vocabulary().balances:
        here = two_sided[two_sided["side"] == balance.side]
        of_it = here[here["item"].isin(balance.parts)]
        yield _paired(_of_table(here[here["item"] == balance.whole], of_it), of_it.index.to_series(), SUM)
    income, spent = (two_sided[(two_sided["item"] == "total") & (two_sided["side"] == side)] for side in ("收入", "支出"))
    yield _paired(_of_table(spent, income), income.index.to_series(), SUM)
    for table in vocabulary().tables:
        if table.totals:
            rows = figures[figures["kind"] == table.key]
            names = {accounts.name_of(label) for label in table.totals}
            ends = rows["name"].isin(names) | (rows["item"] == "total")
            yield _paired(_of_table(rows[ends], rows[~ends]), rows.index[~ends].to_series(), LIST)


def _of_table(wholes: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """For each row the figure of `wholes` in the same table, part and column; missing where there is none, or more."""
    both = pd.concat([wholes, rows])
    number = _number(both.reset_index(drop=True), "no", "part", "column").to_numpy()
    return _lookup(pd.Series(number[: len(wholes)], wholes.index), pd.Series(number[len(wholes) :], rows.index))
