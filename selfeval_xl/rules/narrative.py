"""决算情况说明: what the narrative tables say of shares, of changes from the year before and of the budget spent.

These columns hold words with their numbers, 减少54.47 or 完成年初预算的87.10%, and are read as they are printed. A change
whose text has both directions, 减增加21.90, is judged by the one that fits and told as a choice that was left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import accounts, links, stated, wording
from .cases import Case, Row, hits
from .vocabulary import vocabulary

_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*([%％]?)")
UP, DOWN, BOTH = "增加", "减少", "增减"


@dataclass(frozen=True)
class Phrase:
    """A number in words: its value (a ratio where a percent sign follows), whether one does, and its direction."""

    value: float
    percent: bool
    direction: str


def phrase(text: str) -> Phrase:
    """What a cell like 减少54.47, 下降(增长)27.78% or 69.26% says; the value is missing where there is no number."""
    found = _NUMBER.search(text)
    rest, seen = text, set()
    told = [(word, name) for name, key in ((UP, "up"), (DOWN, "down")) for word in vocabulary().direction[key]]
    for word, name in sorted(told, key=lambda pair: -len(pair[0])):
        if word in rest:
            rest = rest.replace(word, "")
            seen.add(name)
    direction = BOTH if len(seen) > 1 else "".join(seen)
    if found is None:
        return Phrase(float("nan"), percent=False, direction=direction)
    value = float(found[1].replace(",", ""))
    return Phrase(value / 100 if found[2] else value, bool(found[2]), direction)


def _phrases(texts: pd.Series) -> pd.DataFrame:
    parsed = {text: phrase(text) for text in texts.dropna().unique()}
    found = [parsed.get(text, Phrase(float("nan"), percent=False, direction="")) for text in texts]
    return pd.DataFrame(
        [(one.value, one.percent, one.direction) for one in found], texts.index, ["value", "percent", "direction"]
    )


def statements(case: Case) -> Iterator[Finding | NotRun]:
    """Changes, rates of change, shares and shares of the budget that narrative tables state."""
    columns = ["change_text", "ratio_text", "completion_text"]
    tables = case.budget[case.budget[columns].notna().any(axis=1)]
    if tables.empty:
        return
    rows = tables[tables["actual"].notna()]
    rows = rows.assign(
        size=rows["form_no"].map(case.forms["unit"].map(numbers.FEN)).fillna(numbers.FEN["元"]) / numbers.FEN["元"]
    )
    change, ratio = _phrases(rows["change_text"]), _phrases(rows["ratio_text"])
    yield from _choices(case, rows, change, ratio)
    rate = ratio["value"].where(ratio["percent"], ratio["value"] / 100).where(ratio["direction"].ne("") | ratio["percent"])
    yield from _changes(case, rows, change, rate)
    yield from _shares(case, rows[change["value"].isna()], rate)
    yield from _completions(case, rows)


def _choices(case: Case, rows: pd.DataFrame, change: pd.DataFrame, ratio: pd.DataFrame) -> Iterator[Finding]:
    """Words of a template that were left standing, words that contradict each other, and rates without a percent sign."""
    signs = _signed(rows, change, ratio)
    for column, said in (("change_text", change), ("ratio_text", ratio)):
        for at, row in hits(rows.assign(sign=signs), said["direction"] == BOTH):
            expected = UP if row["sign"] > 0 else DOWN if row["sign"] < 0 else f"{UP}还是{DOWN}无从判断"
            yield _said("narrative.choice", case, at, row, column, expected=expected)
    against = (
        ratio["direction"].isin([UP, DOWN]) & change["direction"].isin([UP, DOWN]) & (ratio["direction"] != change["direction"])
    )
    for at, row in hits(rows.assign(told=change["direction"]), against):
        yield _said("narrative.direction", case, at, row, "ratio_text", expected=row["told"], other=row["change_text"])
    bare = ratio["value"].notna() & ~ratio["percent"] & (ratio["direction"] != "")
    for at, row in hits(rows, bare):
        yield _said("narrative.percent", case, at, row, "ratio_text", expected=None)


def _said(code: str, case: Case, at: int, row: Row, column: str, **words: str | None) -> Finding:
    field = wording.label("budget", column)
    return finding(code, case.where("budget", at, row, column), stated=row[column], label=row["item_label"], field=field, **words)


def _signed(rows: pd.DataFrame, change: pd.DataFrame, ratio: pd.DataFrame) -> pd.Series:
    """+1 or −1 for each change: as it is said, else as its rate shows; 0 where neither tells."""
    sign = change["direction"].map({UP: 1.0, DOWN: -1.0})
    sign = sign.fillna(ratio["direction"].map({UP: 1.0, DOWN: -1.0}))
    amount = change["value"] * rows["size"]
    for one in (1.0, -1.0):
        base = rows["actual"] - one * amount
        fits = (amount / base - ratio["value"]).abs() < stated.RATE_LAST
        sign = sign.where(sign.notna() | ~fits, one)
    return sign.fillna(0.0)


def _changes(case: Case, rows: pd.DataFrame, change: pd.DataFrame, rate: pd.Series) -> Iterator[Finding]:
    """增减率 against the change and the amount: the amount of the year before is what is left of both."""
    sign = _signed(rows, change, pd.DataFrame({"direction": "", "value": rate}))
    amount = numbers.half_up(change["value"] * rows["size"], 2)
    base = numbers.subtract(rows["actual"], sign.where(sign != 0) * amount)
    half = case.half_unit(rows) / 100
    verdict = stated.within_print(stated.judge(rate, amount, base, case), rate, (amount, base), 2 * half)
    expected = stated.expect(amount, base, case)
    for at, row in hits(rows.assign(verdict=verdict, base=base, amount=amount, rate=rate, expected=expected), verdict != "right"):
        unit = case.unit(row["form_no"])
        yield stated.judged(
            case.where("budget", at, row, "ratio_text"),
            row["verdict"],
            label=row["item_label"],
            field="增减率",
            base="上年数",
            stated=row["ratio_text"],
            expected=row["expected"],
            formula=f"{wording.money(row['amount'], unit)}÷{wording.money(row['base'], unit)}",
        )


def _shares(case: Case, rows: pd.DataFrame, rate: pd.Series) -> Iterator[Finding | NotRun]:
    """占比 against the total of its table; of 基本支出 and 项目支出 against the two together."""
    rows = rows[rate.reindex(rows.index).notna()]
    keys = ["file", "sheet", "table"]
    tables = case.budget[case.budget["part"].isna() & case.budget["actual"].notna()]
    names = {accounts.name_of(label) for table in vocabulary().tables for label in table.totals}
    totals = tables[(tables["item"] == "total") | tables["item_label"].map(accounts.name_of).isin(names)]
    halves = tables[tables["item"].isin(["basic_expenditure", "project_expenditure"])]
    whole = totals.drop_duplicates(keys, keep=False).set_index(keys)["actual"]
    both = halves.groupby(keys)["actual"].agg(["sum", "size"])
    at = pd.MultiIndex.from_frame(rows[keys])
    of_both = pd.Series(both["sum"].where(both["size"] == 2).reindex(at).to_numpy(), rows.index)  # noqa: PLR2004 (both)
    is_half = rows["item"].isin(["basic_expenditure", "project_expenditure"])
    base = pd.Series(whole.reindex(at).to_numpy(), rows.index).mask(is_half, of_both)
    alone = rows[base.isna()].drop_duplicates(["file", "sheet"])
    for _, row in hits(alone, alone["file"].notna()):
        yield NotRun(row["file"], row["sheet"], None, "narrative", "没有可以对照的合计，占比无从核对")
    share, half = rate.reindex(rows.index), case.half_unit(rows) / 100
    verdict = stated.within_print(stated.judge(share, rows["actual"], base, case), share, (rows["actual"], base), half)
    expected = stated.expect(rows["actual"], base, case)
    for place, row in hits(rows.assign(verdict=verdict, base=base, expected=expected), verdict != "right"):
        yield _rate(case, place, row, "ratio_text", "合计")


def _completions(case: Case, rows: pd.DataFrame) -> Iterator[Finding | NotRun]:
    """完成预算 against the budget: of the row 年初预算 of the same name, or of the table of 三公经费."""
    said = _phrases(rows["completion_text"])
    rows = rows[said["value"].notna() & said["percent"]]
    rate = said["value"].reindex(rows.index)
    base = _own_budget(case, rows).fillna(_table_budget(case, rows))
    for place, row in hits(rows, base.isna()):
        yield NotRun(
            row["file"], row["sheet"], case.where("budget", place, row, "completion_text")[2], "narrative", "没有对应的预算数"
        )
    half = case.half_unit(rows) / 100
    verdict = stated.within_print(stated.judge(rate, rows["actual"], base, case), rate, (rows["actual"], base), half)
    expected = stated.expect(rows["actual"], base, case)
    for place, row in hits(rows.assign(verdict=verdict, base=base, expected=expected), verdict != "right"):
        yield _rate(case, place, row, "completion_text", "预算数")


def _rate(case: Case, at: int, row: Row, column: str, base: str) -> Finding:
    unit = case.unit(row["form_no"])
    return stated.judged(
        case.where("budget", at, row, column),
        row["verdict"],
        label=row["item_label"],
        field=wording.label("budget", column),
        base=base,
        stated=row[column],
        expected=row["expected"],
        formula=f"{wording.money(row['actual'], unit)}÷{wording.money(row['base'], unit)}",
    )


def _own_budget(case: Case, rows: pd.DataFrame) -> pd.Series:
    """The budget in a row of the same table that is named alike: …年初预算 for …决算."""
    budgets = case.budget[
        case.budget["original_budget"].notna() & case.budget["item_label"].str.endswith(("年初预算", "年初预算数"))
    ]
    keyed = pd.Series(budgets["original_budget"].to_numpy(), index=_keys(budgets))
    return pd.Series(keyed[~keyed.index.duplicated(keep=False)].reindex(_keys(rows)).to_numpy(), rows.index)


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    bare = rows["item_label"].str.replace(r"(?:年初预算数?|决算数?)$", "", regex=True).map(accounts.name_of)
    return pd.MultiIndex.from_arrays([rows["file"], rows["sheet"], bare])


def _table_budget(case: Case, rows: pd.DataFrame) -> pd.Series:
    """The budget in the table of 三公经费; nothing was budgeted where that table is there and the item is blank in it."""
    figures = accounts.figures(case)
    table = links.by_table(figures[(figures["column"] == "final_budget") & (figures["item"] != "")])
    here = set(figures.loc[figures["kind"] == "07", "file"])
    found = pd.Series(np.nan, rows.index)
    names = rows["item_label"].map(accounts.name_of)
    for entry in vocabulary().figures:
        if entry.other.table == "07":
            mine = names.isin({accounts.name_of(label) for label in entry.labels})
            budget = links.ends(table, entry.other)["fen"] / 100
            known = rows["file"].map(budget).astype(float)
            found = found.mask(mine, known.fillna(rows["file"].isin(here).map({True: 0.0}).astype(float)))
    return found
