"""表间勾稽: figures of one table that must be those of another of the same workbook, as `data/identities.toml` pairs them.

Totals are paired by item, classes by name, rows by 科目编码, and the items of a narrative by their order, since they are
named freely there. A figure that cannot be compared because the other table is missing is told as a check not run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import accounts, told, wording
from .cases import Case, Row, hits
from .vocabulary import End, Link, vocabulary

_CLASS, _ITEM = 3, 7  # digits of a 类 and of a 项
_ALIKE = 0.8  # of the rows of a list, to be the same list


@dataclass(frozen=True)
class Words:
    """The codes of the findings for a difference, a tail and an excess."""

    wrong: str
    tail: str
    exceeds: str = "tables.exceeds"


TABLES = Words("tables.linked", "tables.linked_tail")
NARRATIVE = Words("narrative.table", "narrative.table_tail")


def tables(case: Case, figures: pd.DataFrame) -> Iterator[Finding | NotRun]:
    """Table against table, then the narrative against the tables; `figures` hold what wrong figures should be."""
    actual = figures[(figures["column"] == "actual")]
    totals = by_table(actual[actual["item"] != ""])
    for link in vocabulary().links:
        yield from _linked(case, actual, totals, link)
    rows = by_table(actual)
    for link in vocabulary().classes:
        words = NARRATIVE if link.one.table == "structure" else TABLES
        yield from _compared(case, actual, _by_name(rows, link), words)
    for link in vocabulary().codes:
        yield from _compared(case, actual, _by_code(rows, totals, link), TABLES)
    yield from _compared(case, actual, _in_order(actual, rows, "details", "05"), NARRATIVE)
    for entry in vocabulary().figures if "figures" in rows else ():
        one = _told_of(rows["figures"], entry.labels)
        yield from _compared(case, actual, _pairs(one, ends(totals, entry.other), most=False), NARRATIVE)


def by_table(rows: pd.DataFrame) -> defaultdict[str, pd.DataFrame]:
    """Figures by the key of their table, none for one that is not there."""
    found = {str(kind): group for kind, group in rows.groupby("kind", sort=False)}
    return defaultdict(lambda: rows.iloc[:0], found)


def ends(totals: Mapping[str, pd.DataFrame], end: End) -> pd.DataFrame:
    """For each file the figure (label, amount, how many were added) that `end` names; files that print it twice are left out."""
    table = totals[end.table]
    rows = table[table["item"].isin(end.add or (end.item,)) & (table["part"] == end.part)]
    rows = rows[rows["side"] == end.side] if end.side else rows
    groups = rows.groupby("file", sort=False)
    first = rows.drop_duplicates("file")
    cell = pd.Series(first.index, index=first["file"])
    table = pd.DataFrame({"cell": cell, "fen": groups["fen"].sum(), "count": groups.size(), "half": groups["half"].max()})
    return table[table["count"] == len(end.add or (end.item,))]


def _linked(case: Case, actual: pd.DataFrame, totals: Mapping[str, pd.DataFrame], link: Link) -> Iterator[Finding | NotRun]:
    one, other = ends(totals, link.one), ends(totals, link.other)
    yield from _compared(case, actual, _pairs(one, other, most=link.most), TABLES)
    if link.most:
        return
    alone = one.loc[one.index.difference(other.index), "cell"]
    reason = f"没有{accounts.table_name(link.other.table)}中的对应数，这里的数无从核对"
    for file, sheet in zip(alone.index, actual["sheet"].reindex(alone), strict=True):
        yield NotRun(str(file), str(sheet), None, "tables", reason)


def _pairs(one: pd.DataFrame, other: pd.DataFrame, *, most: bool) -> pd.DataFrame:
    """Pairs of figures from two frames of the same index."""
    columns = ["cell", "fen", "count", "half"]
    return one[columns].join(other[columns].add_suffix("_other"), how="inner").assign(most=most)


def _rows(tables_of: Mapping[str, pd.DataFrame], end: End) -> pd.DataFrame:
    rows = tables_of[end.table]
    rows = rows[rows["part"] == end.part]
    return rows[rows["side"] == end.side] if end.side else rows


def _keyed(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Figures by keys, those that are there twice left out."""
    once = rows[~rows.duplicated(keys, keep=False)]
    plain = pd.DataFrame({"cell": once.index, "fen": once["fen"], "count": 1, "half": once["half"]})
    return plain.set_axis(pd.MultiIndex.from_frame(once[keys]), axis=0)


def _by_name(tables_of: Mapping[str, pd.DataFrame], link: Link) -> pd.DataFrame:
    """Classes of two tables by their names."""
    one, other = _rows(tables_of, link.one), _rows(tables_of, link.other)
    one = one[(one["item"] == "") & (one["numbered"] | (link.one.table == "structure"))]
    other = other[other["code"].str.len() == _CLASS]
    return _pairs(_keyed(one, ["file", "name"]), _keyed(other, ["file", "name"]), most=link.most)


def _by_code(tables_of: Mapping[str, pd.DataFrame], totals: Mapping[str, pd.DataFrame], link: Link) -> pd.DataFrame:
    """Rows of two tables by 科目编码 and part; where their totals are the same, the rows must be."""
    keys, ends_of = ["file", "part", "code"], (link.one.table, link.other.table)
    one, other = (rows[rows["code"] != ""] for rows in map(tables_of.__getitem__, ends_of))
    pairs = _pairs(_keyed(one, keys), _keyed(other, keys), most=link.most)
    wholes = [_keyed(rows[rows["item"] == "total"], keys[:2]) for rows in map(totals.__getitem__, ends_of)]
    whole = _pairs(*wholes, most=False)
    same = whole.index[(whole["fen"] == whole["fen_other"])]
    mine = pd.MultiIndex.from_arrays([pairs.index.get_level_values(key) for key in keys[:2]])
    return pairs.assign(most=link.most & ~mine.isin(same))


def _in_order(actual: pd.DataFrame, tables_of: Mapping[str, pd.DataFrame], kind: str, other: str) -> pd.DataFrame:
    """Items of a narrative and the 项 rows of a table, one after the other, where they are as many and mostly the same."""
    totals = {accounts.name_of(label) for table in vocabulary().tables if table.key == kind for label in table.totals}
    told_there, listed = tables_of[kind], tables_of[other]
    told_there = told_there[told_there["own"] & ~told_there["name"].isin(totals) & (told_there["item"] != "total")]
    listed = listed[listed["own"] & (listed["code"].str.len() == _ITEM)]
    ranked = [_ranked(rows.sort_values("at")) for rows in (told_there, listed)]
    sizes = [rows.groupby("file")["cell"].size() for rows in (told_there.assign(cell=0), listed.assign(cell=0))]
    same = sizes[0].index[sizes[0] == sizes[1].reindex(sizes[0].index)]
    pairs = _pairs(*ranked, most=False)
    pairs = pairs[pairs.index.get_level_values("file").isin(same)]
    names = zip(actual["name"].reindex(pairs["cell"]), actual["name"].reindex(pairs["cell_other"]), strict=True)
    alike = pd.Series([one in other_name or other_name in one for one, other_name in names], index=pairs.index, dtype=bool)
    alike |= (pairs["fen"] - pairs["fen_other"]).abs() <= pairs["half"] + pairs["half_other"]
    share = alike.groupby(level="file").mean()
    return pairs[pairs.index.get_level_values("file").isin(share.index[share >= _ALIKE])]


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    plain = pd.DataFrame({"cell": rows.index, "fen": rows["fen"], "count": 1, "half": rows["half"]})
    return plain.set_axis(
        pd.MultiIndex.from_arrays([rows["file"], rows.groupby("file").cumcount()], names=["file", "rank"]), axis=0
    )


def _told_of(rows: pd.DataFrame, labels: tuple[str, ...]) -> pd.DataFrame:
    """The figure that a narrative gives for one of `labels`, by file."""
    names = {accounts.name_of(label) for label in labels}
    one = _keyed(rows[rows["own"] & rows["name"].isin(names)], ["file"])
    return one.set_axis(one.index.get_level_values(0), axis=0)


def _compared(case: Case, actual: pd.DataFrame, pairs: pd.DataFrame, words: Words) -> Iterator[Finding]:
    """Pairs that differ, by the sheet on which they are told: tails apart from what rounding cannot explain."""
    gap = pairs["fen"] - pairs["fen_other"]
    tolerance = pairs["half"] * pairs["count"] + pairs["half_other"] * pairs["count_other"]
    wrong = (gap.abs() > tolerance) & ~(pairs["most"] & (gap < 0))
    tail = (gap != 0) & (gap.abs() <= tolerance) & ~pairs["most"]
    marked = pairs.assign(gap=gap, tolerance=tolerance)[wrong | tail]
    if marked.empty:
        return
    marked = marked.assign(wrong=wrong, no=actual["no"].reindex(marked["cell"]).to_numpy())
    for _, group in marked.groupby(["no", "wrong"], sort=True):
        found = [_told(case, actual, row, words) for _, row in hits(group, group["gap"] != 0)]
        code = "tables.errors" if group["wrong"].iloc[0] else "tables.tails"
        yield from told.few_or_all(case, found, code, float(group["gap"].abs().max()))


def _told(case: Case, actual: pd.DataFrame, row: Row, words: Words) -> Finding:
    cell, other = int(row["cell"]), int(row["cell_other"])
    _, sheet, address = told.where(case, actual, other)
    its_unit = told.unit(case, actual, cell)
    code = words.tail if not row["wrong"] else words.exceeds if row["most"] else words.wrong
    return finding(
        code,
        told.where(case, actual, cell),
        stated=f"{told.money(case, actual, cell, row['fen'])} {its_unit}",
        expected=f"{told.money(case, actual, cell, row['fen_other'])} {its_unit}",
        label=told.label(case, actual, cell),
        field=told.field(case, actual, cell),
        other=f"「{sheet}」{address}“{told.label(case, actual, other)}”{told.field(case, actual, other)}",
        gap=told.least(case, actual, cell, row["gap"], row["tolerance"] if row["wrong"] else 0.0)
        + _by_rate(case, actual, cell, row["fen_other"]),
    )


def _by_rate(case: Case, actual: pd.DataFrame, cell: int, fen: float) -> str:
    """Where the stated completion rate fits the other amount: that one is the likelier."""
    row = case.budget.loc[[int(actual["at"].loc[cell])]]
    rate, base = row["reported_execution_rate"], row["final_budget"].fillna(row["original_budget"])
    places = case.policy.rate_places.value or 0
    fits = rate == numbers.ratio(pd.Series(fen / 100, index=row.index), base, places)
    own = rate == numbers.ratio(row["actual"], base, places)
    return f"；所填完成率 {wording.stated_rate(float(rate.iloc[0]))} 只与后者相符" if fits.iloc[0] and not own.iloc[0] else ""
