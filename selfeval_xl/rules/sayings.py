"""What words say of money: sums worked out in a sentence, comparisons with the budget, and a cost that repeats its target."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, finding

from . import parts, wording
from .cases import Case, hits
from .vocabulary import unit_family, unit_size, vocabulary

_MONEY = r"(\d[\d,]*(?:\.\d+)?)\s*(亿元|万元|千元|元)"
_TOTAL = re.compile(rf"(?:合计|共计|总计)\s*[:：为是]?\s*{_MONEY}")
_HINT = r"(?:合计|共计|总计)\s*[:：为是]?\s*\d"
_TERM = re.compile(_MONEY)
_MOST_APART = 0.2  # of a total: a list that is further from it is a list of something else
_NEGATED = re.compile(r"[不未没无]")
_ABOVE, _BELOW, _LEVEL = "大于预算", "小于预算", "与预算持平"


def sums(case: Case) -> Iterator[Finding]:
    """“30万元；30万元；29.99万元。合计89.97万元”: amounts of one unit, and a total in words that is not their sum."""
    marked = case.texts["text"].str.contains(_HINT, regex=True).fillna(value=False).astype(bool)
    for _, row in hits(case.texts, marked):
        start = 0
        for total in _TOTAL.finditer(row["text"]):
            terms = [(_value(one), one[2]) for one in _TERM.finditer(row["text"][start : total.start()])]
            start = total.end()
            gap = _gap([value for value, _ in terms], _value(total))
            if gap is None or {unit for _, unit in terms} != {total[2]}:
                continue
            summed = wording.number(sum(value for value, _ in terms))
            yield finding(
                "narrative.sum",
                (row["file"], row["sheet"], row["cell"]),
                stated=total[0],
                expected=f"{summed} {total[2]}",
                formula=f"{wording.worked([wording.number(value) for value, _ in terms], summed)} {total[2]}",
                gap=f"{wording.number(gap)} {total[2]}",
            )


def _value(found: re.Match[str]) -> float:
    return float(found[1].replace(",", ""))


def _gap(terms: list[float], total: float) -> float | None:
    """How far a list is from its total; none where the last of its terms make it up, or where it is no list of it."""
    exact = [numbers.fen(value, "万元")[0] for value in (*terms, total)]
    whole = exact.pop()
    if len(terms) < 2 or any(sum(exact[at:]) == whole for at in range(len(exact))):  # noqa: PLR2004 (one amount is no list)
        return None
    gap = abs(sum(exact) - whole)
    places = max(int(numbers.decimals(pd.Series([*terms, total]), 6).max()), 0)
    tail = numbers.FEN["万元"] * 0.5 * 10.0**-places * len(terms)
    return gap / numbers.FEN["万元"] if tail < gap <= _MOST_APART * whole else None


def compared(case: Case) -> Iterator[Finding]:
    """决算数大于年初预算数 and the like, in the reason that a row gives, against the row's amounts."""
    rows = case.budget[case.budget["reason"].notna() & case.budget["actual"].notna()]
    words = vocabulary().direction
    above, below, level = ("|".join(map(re.escape, words[key])) for key in ("above", "below", "level"))
    how = rf"(?:(?P<above>{above})|(?P<below>{below})|与)?"
    pattern = rf"决算数?(?:.{{0,3}}?){how}(?P<which>年初|全年|调整后?)?预算数?(?P<level>{level})?"
    told = rows["reason"].str.extract(pattern)
    said = pd.Series(
        np.select([told["above"].notna(), told["below"].notna(), told["level"].notna()], [1.0, -1.0, 0.0], np.nan), rows.index
    )
    said = said.mask(
        rows["reason"].str.contains(_NEGATED, regex=True) & said.notna() & rows["reason"].str.contains("不|未超", regex=True)
    )
    original = (told["which"] == "年初") | rows["final_budget"].isna()
    base = rows["original_budget"].where(original, rows["final_budget"])
    gap = numbers.to_fen(numbers.subtract(rows["actual"], base))
    true = pd.Series(np.sign(gap.mask(gap.abs() <= 2 * case.half_unit(rows), 0.0)), rows.index)
    names = pd.Series(np.where(original, "original_budget", "final_budget"), rows.index)
    for at, row in hits(rows.assign(true=true, base=base, name=names), said.notna() & base.notna() & (said != true)):
        unit = case.unit(row["form_no"])
        yield finding(
            "narrative.compared",
            case.where("budget", at, row, "reason"),
            stated=re.search(pattern, row["reason"])[0],  # type: ignore[index]
            expected=_ABOVE if row["true"] > 0 else _BELOW if row["true"] < 0 else _LEVEL,
            label=row["item_label"],
            actual=f"{wording.money(row['actual'], unit)} {unit}",
            base=wording.label("budget", row["name"]),
            budget=f"{wording.money(row['base'], unit)} {unit}",
        )


def costs(case: Case) -> Iterator[Finding]:
    """项目总成本 and the like whose achieved value repeats the target, while the money of the form says otherwise."""
    rows = case.indicators
    names = "|".join(map(re.escape, vocabulary().cost_names))
    unit = rows["achieved_unit"].fillna(rows["unit"])
    mine = rows["level3"].str.fullmatch(rf"(?:{names})").fillna(value=False).astype(bool) & (unit.map(unit_family()) == "人民币")
    rows = rows[mine & (rows["achieved_value"] == rows["target_value"])]
    if rows.empty:
        return
    spent = rows["form_no"].map(_spent(case))
    size = unit[rows.index].map(unit_size()).astype(float)
    gap = (rows["achieved_value"] * size - spent).abs()
    for at, row in hits(rows.assign(spent=spent, size=size), (gap > 0) & (gap <= _MOST_APART * spent)):
        its_unit = case.unit(row["form_no"])
        amount = f"{wording.money(row['spent'], its_unit)} {its_unit}"
        yield finding(
            "narrative.cost",
            case.where("indicators", at, row, "achieved_text"),
            stated=wording.achieved(row),
            expected=amount,
            label=row["level3"],
            other=f"资金执行数为 {amount}",
        )


def _spent(case: Case) -> pd.Series:
    """年度资金总额 that was spent, by form, in 元; its parts where it was left at zero."""
    rows = case.budget[case.budget["part"].isna() & case.budget["item"].notna()]
    at = rows.drop_duplicates(["form_no", "item"], keep=False).pivot_table("actual", "form_no", "item", sort=False)
    fen = numbers.to_fen(at)
    whole, _ = parts.value("total", fen)
    below, _ = parts.value("total", fen.drop(columns="total", errors="ignore"))
    return whole.mask((whole == 0) & (below > 0), below) / 100
