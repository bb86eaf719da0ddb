"""原因: a miss, a result far above target, or a low execution rate needs a reason; the notice says so, its numbers vary."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import wording
from .cases import Case, Row, hits
from .scoring import scored_execution


def indicators(case: Case) -> Iterator[Finding | NotRun]:
    """Missed targets, and results far above target, without 偏差原因分析及改进措施."""
    silent = case.indicators[case.indicators["deviation_reason"].isna() & case.indicators["part_of"].isna()]
    levels = [level for level in case.policy.levels.value or () if level.high < 1]
    named = {word: f"得分不超过分值的 {wording.number(level.high * 100)}%" for level in levels for word in level.words}
    missed = (silent["completion"] < 1) | ((silent["method"] == "qualitative.band") & silent["achieved_text"].isin(named))
    for at, row in hits(silent, missed):
        measured = bool(pd.notna(row["completion"]))
        reached = f"完成率 {wording.rate(row['completion'])}" if measured else named[row["achieved_text"]]
        yield finding("reason.missed", case.where("indicators", at, row, "deviation_reason"), completion=reached, **_words(row))
    limit = case.policy.explain_above.value
    for at, row in hits(silent, silent["completion"] >= (limit or np.inf)):
        where = case.where("indicators", at, row, "deviation_reason")
        reached = wording.rate(row["completion"])
        yield finding("reason.far_above", where, completion=reached, expected=wording.rate(limit or 0), **_words(row))


def execution(case: Case) -> Iterator[Finding | NotRun]:
    """A low execution rate, of the form's own row or of a project, without 变动原因."""
    limit = case.policy.explain_execution_below.value or -np.inf
    silent = case.budget[scored_execution(case) & case.budget["reason"].isna()]
    for at, row in hits(silent, silent["execution_rate"] < limit):
        where = case.where("budget", at, row, "reason")
        reached = wording.rate(row["execution_rate"])
        yield finding("reason.execution", where, label=row["item_label"], completion=reached, expected=wording.rate(limit))


def over_execution(case: Case) -> Iterator[Finding | NotRun]:
    """决算数 above 全年预算数, of the form's own row or of a project, without a word on the budget that was added."""
    rows = case.budget[scored_execution(case) & case.budget["reason"].isna() & (case.budget["final_budget"] > 0)]
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
