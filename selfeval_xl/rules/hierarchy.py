"""表内勾稽: every sum that a 部门决算公开 table implies, as equations over its printed figures.

合计 = 基本支出 + 项目支出 in each row, 类 = Σ款 = Σ项 down the columns, 合计 = Σ类, 本年收入合计 = Σ of the numbered rows above
it, 总计 with 结转 and 结余分配. An equation is one whole and its addends; what is not printed is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pandas as pd

from . import accounts
from .vocabulary import vocabulary

ROW, CODE, SUM, LIST = "row", "code", "sum", "list"
"""Across a row, down the codes, down a list of classes or to 总计, and down a list of a narrative."""

_TOTALS = ("total", "expenditure_total", "income_total")
_LAST = 2  # digits of each level of a code


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


def _lookup(keys: list[pd.Series], at: pd.Index, wanted: list[pd.Series]) -> pd.Series:
    """For each row of `wanted` the label whose keys are the same; missing where there is none, or more than one."""
    table = pd.Series(at.to_numpy(), index=pd.MultiIndex.from_arrays(keys)) if len(at) else pd.Series(dtype=float)
    if not len(at):
        return pd.Series(float("nan"), index=wanted[0].index)
    table = table[~table.index.duplicated(keep=False)].astype(float)
    return pd.Series(table.reindex(pd.MultiIndex.from_arrays(wanted)).to_numpy(), index=wanted[0].index)


def _codes(figures: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """类 = Σ款 = Σ项, 合计 = Σ类, and 人员经费, 公用经费 of their economic classes.

    Tables that print a code twice are left out.
    """
    coded = figures[figures["code"] != ""]
    if coded.empty:
        return
    parts, columns = figures["part"].factorize()[0], figures["column"].factorize()[0]
    table = pd.Series((figures["no"].to_numpy() * (parts.max() + 1) + parts) * (columns.max() + 1) + columns, figures.index)
    key = table[coded.index]
    twice = pd.MultiIndex.from_arrays([key, coded["code"]]).duplicated(keep=False)
    sound = ~coded["no"].isin(coded.loc[twice, "no"])
    coded, key = coded[sound], key[sound]
    parent = pd.Series(float("nan"), index=coded.index)
    for up in (1, 2):
        above = coded["code"].map({code: _above(code, up) for code in coded["code"].unique()})
        parent = parent.fillna(_lookup([key, coded["code"]], coded.index, [key, above]))
    yield _paired(parent, coded.index.to_series(), CODE)
    first = coded[parent.isna()]
    totals = figures[(figures["item"].isin(_TOTALS)) & (figures["code"] == "") & figures["no"].isin(first["no"])]
    yield _paired(_lookup([table[totals.index]], totals.index, [key[first.index]]), first.index.to_series(), CODE)
    groups = figures[(figures["kind"] == "06") & (figures["item"] != "") & (figures["code"] == "")]
    item = first["code"].map(_groups()).fillna("")
    yield _paired(
        _lookup([table[groups.index], groups["item"]], groups.index, [key[first.index], item]), first.index.to_series(), CODE
    )


@cache
def _above(code: str, levels: int) -> str:
    """The code so many levels above; itself where there is none, which is no parent."""
    short = code[: len(code) - _LAST * levels]
    return short if len(short) > _LAST else "-"


@cache
def _groups() -> dict[str, str]:
    return {code: group.item for group in vocabulary().groups for code in group.codes}


def _rows(figures: pd.DataFrame) -> pd.DataFrame:
    """A row's own amount = the parts that its table's columns split it into."""
    split = accounts.splits()
    mine = [figures.index[(figures["kind"] == kind) & figures["part"].isin(parts)] for kind, parts in split.items()]
    both = figures["part"].isin(["basic_expenditure", "project_expenditure"]) & (figures["kind"] == "")
    parts = figures.loc[sorted({*both.index[both], *(at for index in mine for at in index)})]
    own = figures[figures["own"]]
    whole = _lookup([own["line"], own["column"]], own.index, [parts["line"], parts["column"]])
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
    keys = ["no", "part", "column"]
    return _lookup([wholes[key] for key in keys], wholes.index, [rows[key] for key in keys])
