"""单位: 万元 and 元 mixed up, units that do not fit what an indicator is called, units written in two ways.

A slip shows by the factor alone: the same amount a thousand or ten thousand times over, or an execution near that.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import wording
from .cases import AMOUNTS, Case, Row, hits, is_task
from .lexicon import has, lexicon

FACTORS = (10_000, 1_000)
PAIRS = (
    ("original_budget", "final_budget"),
    ("final_budget", "actual"),
    ("original_budget", "actual"),
    ("prior_actual", "actual"),
    ("prior_budget", "original_budget"),
)
USUAL = (0.5, 1.1)  # of a budget, or of the year before, what is usual: a slip shows as that times ten thousand
_MONEY = ("元", "千元", "万元", "亿元")
_SHOWN = 3


def slips(case: Case) -> Iterator[Finding | NotRun]:
    """An amount that is its neighbour's, or that of the same item in another table, times a thousand or ten thousand."""
    told: set[int] = set()
    rows = case.budget
    fen = numbers.to_fen(rows[list(AMOUNTS)])
    for one, other in PAIRS:
        low, high = np.minimum(fen[one], fen[other]), np.maximum(fen[one], fen[other])
        exact = np.logical_or.reduce([high == low * factor for factor in FACTORS])
        rate = fen[other] / fen[one].where(low > 0)
        near = np.logical_or.reduce([(rate * scale).between(*USUAL) for scale in (FACTORS[0], 1 / FACTORS[0])])
        for at, row in hits(rows, (exact | near) & (low > 0)):
            if at not in told:
                told.add(at)
                yield _slip(case, at, row, (one, other))
    yield from _between_tables(case)


def _slip(case: Case, at: int, row: Row, pair: tuple[str, str]) -> Finding:
    """The larger amount is asked about on a form in 万元, the smaller on one in 元."""
    unit = case.unit(row["form_no"])
    small, large = sorted(pair, key=lambda name: float(row[name]))
    doubtful, other = (small, large) if unit == "元" else (large, small)
    return finding(
        "plausible.unit_slip",
        case.where("budget", at, row, doubtful),
        stated=f"{wording.money(row[doubtful], unit)} {unit}",
        label=row["item_label"],
        field=wording.label("budget", doubtful),
        against=f"本行{wording.label('budget', other)} {wording.money(row[other], unit)} {unit}",
        factor=_times(row[large] / row[small]),
    )


def _times(quotient: float) -> str:
    return "约 1 千倍" if quotient < 2 * FACTORS[1] else "约 1 万倍"


def _between_tables(case: Case) -> Iterator[Finding]:
    """The same item with the same digits, a thousand or ten thousand times over, in another table of the file."""
    rows = case.budget[case.budget["part"].isna() & case.budget["actual"].gt(0)]
    rows = rows.assign(key=rows["item"].fillna(rows["item_label"]), fen=numbers.to_fen(rows["actual"]).fillna(0).astype("int64"))
    rows = rows.reset_index(names="at")[["at", "file", "sheet", "cell", "table", "key", "item_label", "fen", "actual", "form_no"]]
    for factor in FACTORS:
        if not (rows["fen"] * factor).isin(rows["fen"]).any():
            continue
        pairs = rows.merge(rows.assign(fen=rows["fen"] * factor), on=["file", "key", "fen"], suffixes=("", "_small"))
        pairs = pairs[(pairs["table"] != pairs["table_small"]) | (pairs["sheet"] != pairs["sheet_small"])]
        pairs = pairs.drop_duplicates("at")
        for _, row in hits(pairs, pairs["fen"] > 0):
            unit, other = case.unit(row["form_no"]), case.unit(row["form_no_small"])
            small = f"{wording.money(row['actual_small'], other)} {other}"
            yield finding(
                "plausible.unit_slip",
                case.where("budget", row["at"], row, "actual"),
                stated=f"{wording.money(row['actual'], unit)} {unit}",
                label=row["item_label"],
                field=wording.label("budget", "actual"),
                against=f"“{row['table_small']}”({row['sheet_small']} {row['cell_small']}) {small}",
                factor=_times(factor),
            )


def indicators(case: Case) -> Iterator[Finding | NotRun]:
    """Units that do not fit the indicator's name, or the form's unit of money, or that are written in two ways."""
    rows = case.indicators[~is_task(case.indicators)]
    words = lexicon().rates
    unit, name = rows["unit"].fillna(""), rows["level3"].fillna("")
    percent = unit.isin(words.percent_units)
    rate = name.str.contains("率(?:[(（].*)?$", regex=True) & ~has(name, words.not_percent)
    for at, row in hits(rows, rate & rows["target_value"].notna() & (unit != "") & ~percent):
        where = case.where("indicators", at, row, "target_text")
        yield finding("plausible.rate_unit", where, stated=wording.target(row), label=row["level3"], unit=row["unit"])
    count = name.str.contains(f"(?:{'|'.join(words.counted)})$", regex=True) & ~has(name, words.not_counted)
    for at, row in hits(rows, count & rows["target_value"].notna() & (unit == "%")):
        yield finding(
            "plausible.percent_unit",
            case.where("indicators", at, row, "target_text"),
            stated=wording.target(row),
            label=row["level3"],
        )
    yield from _other_money(case, rows)
    yield from _two_ways(case, rows)


def _other_money(case: Case, rows: pd.DataFrame) -> Iterator[Finding]:
    """Targets in 亿元 on a form in 万元, told once a form; prices and standards may have a unit of their own."""
    written = rows[rows["unit"].isin(_MONEY) & rows["target_text"].notna() & ~has(rows["level3"], lexicon().rates.unit_prices)]
    own = written["form_no"].map(case.forms["unit"])
    written = written.assign(own=own)[~_apart(case, written) & own.notna() & (written["unit"] != own)]
    for first, named, row in _grouped(case, written, "target_text"):
        where = case.where("indicators", first, row, "target_text")
        yield finding("plausible.money_unit", where, stated=named, expected=row["own"], count=_count(written, row))


def _two_ways(case: Case, rows: pd.DataFrame) -> Iterator[Finding]:
    """Units in a column of their own, and yet some achieved values are written with theirs and some without."""
    measured = rows[rows["achieved_value"].notna() & rows["unit"].notna() & rows["target_text"].notna()]
    measured = measured[_apart(case, measured)]
    bare = measured.loc[measured["achieved_unit"].isna(), "form_no"]
    both = measured[measured["achieved_unit"].notna() & measured["form_no"].isin(bare)]
    for first, named, row in _grouped(case, both, "achieved_text"):
        where = case.where("indicators", first, row, "achieved_text")
        yield finding("plausible.unit_twice", where, stated=named, count=_count(both, row))


def _apart(case: Case, rows: pd.DataFrame) -> pd.Series:
    """Whether each row's unit stands in a column of its own."""
    places = case.places["indicators"]
    unit, target = (places[name].to_numpy()[rows.index] >> 4 for name in ("unit", "target_text"))
    return pd.Series(unit != target, index=rows.index)


def _grouped(case: Case, rows: pd.DataFrame, column: str) -> Iterator[tuple[int, str, Row]]:
    """Of each form the first marked row, and the first few by value and cell."""
    for _, chosen in rows.groupby("form_no", sort=False):
        listed = list(hits(chosen, chosen["file"].notna()))
        named = [f"{row[column]}({case.slot('indicators', at, column) or row['cell']})" for at, row in listed]
        yield listed[0][0], "、".join(named[:_SHOWN]) + ("等" if len(named) > _SHOWN else ""), listed[0][1]


def _count(rows: pd.DataFrame, row: Row) -> str:
    return str(int((rows["form_no"] == row["form_no"]).sum()))
