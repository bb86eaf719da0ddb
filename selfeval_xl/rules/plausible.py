"""合理性: what could hardly be so: directions turned round, rates above 100%, a rate over the wrong base, targets copied."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import wording
from .cases import Case, hits, is_task
from .lexicon import has, lexicon, of_time_or_cost

MONEY = ("元", "千元", "万元", "亿元")
_WHOLE_PERCENT = 2  # decimals of a ratio that is printed as 58%
_CERTAINLY_POINTS = 10  # per cent: a target above this is none of one per cent
_LONG_ENOUGH = 3  # characters of a copied target


def directions(case: Case) -> Iterator[Finding | NotRun]:
    """≤ on a quantity that should be reached, ≥ on a time limit or on a cost."""
    rows = case.indicators[~is_task(case.indicators) & case.indicators["target_value"].notna()]
    words, name = lexicon().direction, rows["level3"].fillna("")
    most, least = rows["operator"].isin(["le", "lt"]), rows["operator"].isin(["ge", "gt"])
    countable = ~rows["unit"].isin([*MONEY, *words.time_units, "%"])
    quantity = (
        most & countable & has(rows["level2"], words.quantity_level2) & ~has(name, words.fewer) & (rows["target_value"] > 0)
    )
    timely, cost = of_time_or_cost(rows)
    priced = cost & rows["unit"].isin(MONEY)
    for marked, sign, kind in ((quantity, "≥", "数量指标"), (least & timely, "≤", "时效指标"), (least & priced, "≤", "成本指标")):
        for at, row in hits(rows, marked):
            where = case.where("indicators", at, row, "target_text")
            yield finding("plausible.direction", where, stated=wording.target(row), expected=sign, label=row["level3"], kind=kind)


def rates(case: Case) -> Iterator[Finding | NotRun]:
    """Rates above what they can be, written as fractions of one, stated as a bound, or taken over the wrong budget."""
    rows = case.indicators
    percent = rows["unit"] == "%"
    points = percent & rows["achieved_unit"].fillna("%").eq("%")
    capped = percent & has(rows["level3"], lexicon().rates.capped) & ~has(rows["level3"], ["增长", "提高", "提升"])
    bounded = rows["achieved_text"].str.startswith(lexicon().inequality.words, na=False)
    bounded &= rows["achieved_text"].str.contains(r"\d", regex=True, na=False)
    for column, marked in (("achieved", capped & points & ~bounded), ("target", capped)):
        for at, row in hits(rows, marked & (rows[f"{column}_value"] > 100)):  # noqa: PLR2004 (per cent)
            where, said = case.where("indicators", at, row, f"{column}_text"), getattr(wording, column)(row)
            yield finding(
                "plausible.above_100",
                where,
                stated=said,
                label=row["level3"],
                field=wording.label("indicators", f"{column}_text"),
            )
    bare = rows["achieved_unit"].isna() & ~rows["achieved_text"].str.contains("%", na=False)
    fraction = (
        percent & bare & rows["achieved_value"].between(0, 1, inclusive="right") & (rows["target_value"] > _CERTAINLY_POINTS)
    )
    for at, row in hits(rows, fraction):
        where = case.where("indicators", at, row, "achieved_text")
        expected = f"{wording.number(_points(row['achieved_value']))}%"
        yield finding(
            "plausible.fraction",
            where,
            stated=str(row["achieved_text"]),
            expected=expected,
            label=row["level3"],
            target=wording.target(row),
        )
    yield from _bounds(case, rows[bounded])
    yield from _wrong_base(case)


def _points(ratio: float) -> float:
    return float(f"{ratio * 100:.6f}")


def _bounds(case: Case, rows: pd.DataFrame) -> Iterator[Finding]:
    """≥90% is no result: told once a form."""
    for _, chosen in rows.groupby("form_no", sort=False):
        listed = list(hits(chosen, chosen["file"].notna()))
        named = [f"{row['level3']}“{row['achieved_text']}”({case.slot('indicators', at, 'achieved_text')})" for at, row in listed]
        where = case.where("indicators", listed[0][0], listed[0][1], "achieved_text")
        yield finding("plausible.inequality", where, stated=wording.names(named), count=str(len(listed)))


def _wrong_base(case: Case) -> Iterator[Finding]:
    """执行率 as stated is 决算数 ÷ 年初预算数, although the budget was changed during the year."""
    rows = case.budget[
        case.budget["reported_execution_rate"].notna() & (case.budget["original_budget"] != case.budget["final_budget"])
    ]
    stated = rows["reported_execution_rate"]
    places = case.policy.rate_places.value or 0
    fits = {name: pd.Series(data=False, index=rows.index) for name in ("original_budget", "final_budget")}
    digits = numbers.decimals(stated, places + 1).clip(min=_WHOLE_PERCENT)
    for name, base in ((name, rows[name]) for name in fits):
        for shown in range(_WHOLE_PERCENT, places + 2):
            fits[name] |= (digits == shown) & (
                (stated - numbers.ratio(rows["actual"], base, min(shown, places))).abs() < 10.0**-places / 2
            )
    for at, row in hits(rows, fits["original_budget"] & ~fits["final_budget"] & rows["execution_rate"].notna()):
        unit = case.unit(row["form_no"])
        actual, original, final = (wording.money(row[name], unit) for name in ("actual", "original_budget", "final_budget"))
        yield finding(
            "plausible.rate_base",
            case.where("budget", at, row, "reported_execution_rate"),
            stated=wording.stated_rate(row["reported_execution_rate"]),
            expected=wording.rate(row["execution_rate"]),
            label=row["item_label"],
            used=f"{actual}÷{original}",
            formula=f"{actual}÷{final}",
        )


def copied(case: Case) -> Iterator[Finding | NotRun]:
    """实际完成值 that repeats 年度指标值 word for word and measures nothing; told once a form."""
    rows = case.indicators[~is_task(case.indicators)]
    same = (rows["achieved_text"].str.strip() == rows["target_text"].str.strip()) & rows["achieved_value"].isna()
    wordy = ~rows["achieved_text"].str.contains(r"\d", regex=True, na=True) & (rows["achieved_text"].str.len() >= _LONG_ENOUGH)
    for _, chosen in rows[same & wordy].groupby("form_no", sort=False):
        listed = list(hits(chosen, chosen["file"].notna()))
        named = [f"{row['level3']}“{row['achieved_text']}”({case.slot('indicators', at, 'achieved_text')})" for at, row in listed]
        where = case.where("indicators", listed[0][0], listed[0][1], "achieved_text")
        yield finding("plausible.copied", where, stated=wording.names(named), count=str(len(listed)))


def scopes(case: Case) -> Iterator[Finding | NotRun]:
    """机关运行经费 beside 公用经费 in one table: the former is of 行政 and 参公 units alone, so that they need not agree."""
    rows = case.budget[case.budget["part"].isna() & case.budget["actual"].notna()]
    keys = ["file", "sheet", "table", "form_no"]
    operating = rows.loc[rows["item"] == "operating", [*keys, "actual", "cell"]].drop_duplicates(keys)
    running = rows[rows["item_label"].str.contains("机关运行经费", na=False)].reset_index(names="at")
    pairs = running.merge(operating, on=keys, suffixes=("", "_operating"))
    for _, row in hits(pairs, pairs["actual"] != pairs["actual_operating"]):
        unit = case.unit(row["form_no"])
        yield finding(
            "plausible.scope",
            case.where("budget", row["at"], row, "actual"),
            stated=f"{wording.money(row['actual'], unit)} {unit}",
            label=row["item_label"],
            other=f"{wording.money(row['actual_operating'], unit)} {unit}({row['cell_operating']})",
        )
