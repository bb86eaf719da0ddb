"""原因: a miss, a result far above target, or a low execution rate needs a reason; the notice says so, its numbers vary."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import wording
from .cases import Case, Row, hits
from .lexicon import unexplained
from .measures import completion
from .scoring import scored_execution

_UNMET = ("quantitative.zero_target", "quantitative.negative_target", "quantitative.missed", "range.judged")
_LATE = ("date.missed", "date.late")
"""Methods that a target has where it was not reached and no completion can be worked out."""


def indicators(case: Case) -> Iterator[Finding | NotRun]:
    """Missed targets, and results far above target, without 偏差原因分析及改进措施.

    A form that has no place for reasons is not asked for those of its misses.
    """
    silent = case.indicators[unexplained(case.indicators["deviation_reason"]) & case.indicators["part_of"].isna()]
    asked = case.printed("indicators", silent, "deviation_reason")
    degrees = _degrees(silent, case)
    for at, row in hits(silent.assign(degree=degrees), degrees.notna() & asked):
        where = case.where("indicators", at, row, "deviation_reason")
        said = row["deviation_reason"]
        given: str = "没有填写" if pd.isna(said) else f"只填“{said}”，没有写明"
        yield finding("reason.missed", where, completion=row["degree"], given=given, **_words(row))
    limit = case.policy.explain_above.value
    for at, row in hits(silent, silent["completion"] >= (limit or np.inf)):
        where = case.where("indicators", at, row, "deviation_reason", "achieved_text")
        reached = wording.rate(row["completion"])
        yield finding("reason.far_above", where, completion=reached, expected=wording.rate(limit or 0), **_words(row))


def _degrees(rows: pd.DataFrame, case: Case) -> pd.Series:
    """How far each missed target was reached, in words; missing where it was reached or nobody can tell."""
    levels = [level for level in case.policy.levels.value or () if level.high < 1]
    named = {word: f"得分不超过分值的 {wording.number(level.high * 100)}%" for level in levels for word in level.words}
    said = rows["achieved_text"].map(named).where(rows["method"].isin(["qualitative.band", "qualitative.fixed"]))
    unmeasured = rows["completion"].isna() & rows["achieved_text"].notna()
    method = rows["method"].copy()
    unweighted = unmeasured & (method == "missing.weight")  # which then hides how it was missed
    if unweighted.any():
        method[unweighted] = completion(rows[unweighted], case.policy)["method"].astype("str")
    said = said.mask(unmeasured & method.isin(_UNMET), "没有达到目标")
    said = said.mask(unmeasured & method.isin(_LATE), "晚于目标时间")
    short = rows["completion"] < 1
    return said.mask(short, rows.loc[short, "completion"].map(lambda value: f"完成率 {wording.rate(value)}"))


def execution(case: Case) -> Iterator[Finding | NotRun]:
    """A low execution rate, of the form's own row or of a project, without 变动原因 where the form has a place for it."""
    limit = case.policy.explain_execution_below.value or -np.inf
    silent = case.budget[scored_execution(case) & unexplained(case.budget["reason"])]
    silent = silent[case.printed("budget", silent, "reason")]
    for at, row in hits(silent, silent["execution_rate"] < limit):
        where = case.where("budget", at, row, "reason")
        reached = wording.rate(row["execution_rate"])
        yield finding("reason.execution", where, label=row["item_label"], completion=reached, expected=wording.rate(limit))


def over_execution(case: Case) -> Iterator[Finding | NotRun]:
    """决算数 above 全年预算数, of the form's own row or of a project, without a word on the budget that was added."""
    rows = case.budget[scored_execution(case) & unexplained(case.budget["reason"]) & (case.budget["final_budget"] > 0)]
    over = numbers.to_fen(rows["actual"]) - numbers.to_fen(rows["final_budget"])
    for at, row in hits(rows, over > 2 * case.half_unit(rows)):
        unit = case.unit(row["form_no"])
        actual, final, variance = (wording.money(row[name], unit) for name in ("actual", "final_budget", "variance"))
        yield finding(
            "execution.over",
            case.where("budget", at, row, "actual"),
            stated=f"{actual} {unit}",
            expected=f"{final} {unit}",
            label=row["item_label"],
            gap=f"{actual}−{final}＝{variance} {unit}",
            completion=wording.rate(row["execution_rate"]),
        )


def _words(row: Row) -> dict[str, str]:
    return {"label": row["level3"], "target": wording.target(row), "achieved": wording.achieved(row)}
