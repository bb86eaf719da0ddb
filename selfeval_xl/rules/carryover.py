"""结转结余: 年末 = 年初 + 本年收入 − 本年支出, in each row of the tables of 政府性基金 and 国有资本经营预算."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from selfeval_xl.findings import Finding, finding

from . import told
from .cases import Case, hits

_KINDS = ("08", "09")
_BEFORE, _INCOME, _AFTER = "prior_carryover", "income_total", "year_end_carryover"


def balances(case: Case, figures: pd.DataFrame) -> Iterator[Finding]:
    """Rows whose 年末结转和结余 is not what is left; `figures` are those of `accounts.figures`.

    A blank is nothing, but a row without 支出 is not judged. A wrong 项 makes its 款, its 类 and the 合计 wrong by the same
    amount: the row with the longest code is told.
    """
    mine = figures[figures["kind"].isin(_KINDS) & (figures["column"] == "actual")]
    complete = mine.groupby("no")["part"].agg(lambda parts: {_BEFORE, _INCOME, _AFTER} <= set(parts)).astype(bool)
    mine = mine[mine["no"].isin(complete.index[complete])]
    if mine.empty:
        return
    lines = mine.drop_duplicates("line").set_index("line")[["no", "code", "half"]]
    terms = {name: mine[mine["part"] == name].groupby("line")["fen"].sum() for name in (_BEFORE, _INCOME, _AFTER)}
    own, parts = (mine[mine[name]].groupby("line")["fen"].sum() for name in ("own", "split"))
    spent = own.reindex(lines.index).fillna(parts.reindex(lines.index))
    sums = pd.DataFrame({name: found.reindex(lines.index).fillna(0.0) for name, found in terms.items()}).assign(spent=spent)
    left = sums[_BEFORE] + sums[_INCOME] - sums["spent"]
    gap = sums[_AFTER] - left
    failing = gap[(gap.abs() > 4 * lines["half"]) & sums["spent"].notna()]
    table = lines.loc[failing.index].assign(gap=failing, left=left, length=-lines["code"].str.len()).join(sums)
    table = table.sort_values("length", kind="stable").drop_duplicates(["no", "gap"]).sort_index()
    ends = mine[mine["part"] == _AFTER]
    cells = pd.concat([pd.Series(ends.index, ends["line"]), pd.Series(mine.index, mine["line"])])
    cell_of = cells[~cells.index.duplicated()]  # of the line's end, else of its first figure
    for line, row in hits(table, table["gap"].notna()):
        cell = int(cell_of.loc[line])
        money = {name: told.money(case, figures, cell, row[name]) for name in (_BEFORE, _INCOME, _AFTER, "spent", "left")}
        unit = told.unit(case, figures, cell)
        yield finding(
            "tables.carryover",
            told.where(case, figures, cell),
            stated=f"{money[_AFTER]} {unit}",
            expected=f"{money['left']} {unit}",
            label=told.label(case, figures, cell),
            formula=f"{money[_BEFORE]}＋{money[_INCOME]}－{money['spent']}",
            gap=told.least(case, figures, cell, row["gap"], 4 * float(row["half"])),
        )
