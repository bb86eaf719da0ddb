"""部门决算公开 tables: the figures of one table, then those of table against table, told once for each cause.

    figures → sums that fail → rows that slipped → the wrong figure → what is left, table against table

A figure that several sums show to be wrong is told where it stands; what depends on it is then judged by what it should
be. Tails of rounding are told one by one where a table has few, together where it has many.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from selfeval_xl.findings import Finding, NotRun

from . import accounts, carryover, hierarchy, links, repair, shifts, told
from .cases import Case, hits

_MANY = 5  # failing sums that make a table suspect


def accounts_tables(case: Case) -> Iterator[Finding | NotRun]:
    """Every check of 部门决算公开 tables and of the narrative tables beside them."""
    figures = accounts.figures(case)
    if figures.empty:
        return
    terms = hierarchy.terms(figures)
    sums = repair.grouped(terms, figures)
    cut_off = (sums["gap"] > 0) & (sums["gap"] <= (sums["count"] - 2) * 2 * sums["half"])
    failing = (sums["gap"].abs() > sums["tolerance"]) & ~cut_off
    slipped = shifts.find(figures, _suspects(figures, sums, failing))
    yield from (told.slipped(case, figures, one) for one in slipped)
    lost = {one.no for one in slipped}
    no = figures["no"].reindex(sums["whole"]).set_axis(sums.index)
    tails = sums[(sums["gap"] != 0) & ~failing & ~no.isin(lost)]
    yield from _tails(case, figures, terms, tails)
    corrected = figures["fen"].copy()
    for number in sorted(set(no[failing & (sums["sort"] != hierarchy.LIST)]) - lost):
        yield from _mended(case, figures, terms, sums[no == number], corrected)
    for eq, row in hits(sums, failing & (sums["sort"] == hierarchy.LIST)):
        yield told.unlisted(case, figures, row, _addends(terms, eq))
    sound = figures.assign(fen=corrected)[~figures["no"].isin(lost)]
    yield from links.tables(case, sound)
    yield from carryover.balances(case, sound)


def _suspects(figures: pd.DataFrame, sums: pd.DataFrame, failing: pd.Series) -> list[int]:
    """Tables so many of whose code sums fail that their rows may have slipped."""
    by_code = sums["sort"] == hierarchy.CODE
    no = figures["no"].reindex(sums["whole"]).to_numpy()
    share = failing[by_code].groupby(no[by_code]).agg(["sum", "mean"])
    return [int(number) for number in share.index[(share["sum"] >= _MANY) & (share["mean"] > 0.25)]]  # noqa: PLR2004 (a quarter)


def _addends(terms: pd.DataFrame, eq: int) -> list[int]:
    return [int(cell) for cell in terms.loc[(terms["eq"] == eq) & ~terms["whole"], "cell"]]


def _mended(
    case: Case, figures: pd.DataFrame, terms: pd.DataFrame, sums: pd.DataFrame, corrected: pd.Series
) -> Iterator[Finding]:
    """The wrong figures of one table, and the sums that no single figure explains; `corrected` gets what should be."""
    mine = terms[terms["eq"].isin(sums.index)]
    addends = mine[~mine["whole"]].groupby("eq")["cell"].agg(tuple)
    equations = [
        repair.Sum(int(row["whole"]), tuple(map(int, addends.loc[eq])), str(row["sort"]), float(row["tolerance"]))
        for eq, row in hits(sums, sums["sort"] != hierarchy.LIST)
    ]
    fen = {int(cell): float(figures["fen"].loc[cell]) for cell in mine["cell"].unique()}
    fixes, left, fixed = repair.solve(equations, fen)
    partner = {fix: other for fix in fixes for other in fixes if _exchanged(figures, fix, other)}
    found = [
        told.wrong(case, figures, fix, partner.get(fix))
        for at, fix in enumerate(fixes)
        if partner.get(fix) not in fixes[:at]  # two that stand in each other's place are told together
    ]
    told_lines = {figures["line"].loc[fix.cell] for fix in fixes}
    for cell, value in fixed.items():
        corrected[cell] = value
    by_line: dict[int, repair.Sum] = {}
    for one in left:
        line = int(figures["line"].loc[one.whole])
        if line not in by_line or abs(by_line[line].gap(fixed)) < abs(one.gap(fixed)):
            by_line[line] = one
    found += [told.uneven(case, figures, one, fixed) for line, one in by_line.items() if line not in told_lines]
    yield from told.few_or_all(case, found, "tables.errors")


def _exchanged(figures: pd.DataFrame, one: repair.Fix, other: repair.Fix) -> bool:
    """Whether two figures of one column stand in each other's place."""
    columns = [(figures["column"].loc[fix.cell], figures["part"].loc[fix.cell]) for fix in (one, other)]
    crosswise = one.fen == figures["fen"].loc[other.cell] and other.fen == figures["fen"].loc[one.cell]
    return one.cell != other.cell and columns[0] == columns[1] and bool(crosswise)


def _tails(case: Case, figures: pd.DataFrame, terms: pd.DataFrame, tails: pd.DataFrame) -> Iterator[Finding]:
    """Sums that differ by no more than rounding, or than tails that were cut off, can explain."""
    wholes = figures.loc[tails["whole"]].set_axis(tails.index)
    across = tails["sort"] == hierarchy.ROW
    column = wholes["column"].where(tails["sort"] == hierarchy.LIST, "")  # each column of a narrative is a sum of its own
    keyed = tails.assign(no=wholes["no"], line=wholes["line"], across=across, column=column)
    once = keyed.sort_values("across", ascending=False, kind="stable").drop_duplicates(["line", "column"]).sort_index()
    for _, group in once.groupby(["no", "across"], sort=False):
        found = [told.tail(case, figures, row, _addends(terms, eq)) for eq, row in hits(group, group["whole"].notna())]
        largest = float(group["gap"].abs().max())
        yield from told.few_or_all(case, found, "tables.tails", largest)
