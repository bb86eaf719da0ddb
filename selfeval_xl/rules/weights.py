"""哪个分值错了: where the weights of a form do not make up its total, the one that its levels and scores show to be wrong.

The total asks for another weight of every row: 12 for 13. A level (产出指标（50分）) asks for it below itself only. A score
asks for it where it is right by that weight and wrong by the one that is printed. A weight is told where one row alone
is asked for the same by all of them, or where the scores of all others speak for what
is printed, and a level or full marks for what is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import level_points, points, scoring, sums, wording
from .cases import Case, Mark, Row, hits, is_task, row_of

_SAME = 1e-9


def find(case: Case) -> tuple[Mark, ...]:
    """The wrong weight of every form whose weights do not make up the total, where it can be told."""
    off = sums.off_weights(case)
    whole = case.policy.total_weight.value
    if whole is None or off.empty:
        return ()
    gaps = pd.Series(numbers.half_up(off["weight"] - whole, 4).to_numpy(), index=off["form_no"])
    rows = pd.concat([_indicators(case, gaps), _execution(case, gaps)])
    rows = rows[rows["then"] & (rows["wanted"] > 0)]
    fits, level = _by_levels(case, rows, gaps)
    rows = rows.assign(level=level)[fits]
    asked = rows[~rows["now"]]
    rows = rows[rows["level"] | ((rows["score"] - rows["wanted"]).abs() < _SAME)]  # full marks of what is asked for
    groups = (asked, rows[~rows["form_no"].isin(asked["form_no"])])
    single = [group[~group["form_no"].duplicated(keep=False)] for group in groups]
    return tuple(_mark(case, row, whole) for group in single for _, row in hits(group, group["form_no"].notna()))


def figures(case: Case) -> Iterator[Finding | NotRun]:
    """Each wrong weight once, at its own cell."""
    for mark in case.marks:
        if mark.column == "weight":
            row = row_of(case.budget if mark.frame == "budget" else case.indicators, mark.at)
            yield finding(
                "weight.figure",
                case.where(mark.frame, mark.at, row, "weight"),
                stated=wording.points(row["weight"]),
                expected=wording.points(mark.value),
                label=row["item_label" if mark.frame == "budget" else "level3"],
                proof=mark.proof,
            )


def _indicators(case: Case, gaps: pd.Series) -> pd.DataFrame:
    """Weighted indicators: the weight that the total asks for, and whether the score is right by it and by the printed one."""
    rows = case.indicators[case.indicators["form_no"].isin(gaps.index) & case.indicators["weight"].notna()]
    rows = rows[~is_task(rows)]
    wanted = numbers.half_up(rows["weight"] - rows["form_no"].map(gaps), 4)
    other = rows.assign(weight=wanted)
    other = _scored(case, other)
    now, then = (points.verdicts(table, case) == "right" for table in (rows, other))
    return _table("indicators", rows, wanted, now, then)


def _scored(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    anew = scoring.indicators(rows, case.policy)
    return rows.drop(columns=list(anew.columns)).join(anew)


def _execution(case: Case, gaps: pd.Series) -> pd.DataFrame:
    """The same of the rows whose execution is scored, where the form prints their weight."""
    rows = case.budget.loc[case.execution.index]
    rows = rows[rows["form_no"].isin(gaps.index) & rows["weight"].notna()]
    wanted = numbers.half_up(rows["weight"] - rows["form_no"].map(gaps), 4)
    asked = case.execution["weight"].mask(case.execution.index.isin(rows.index), wanted)
    score = scoring.execution_columns(replace(case, execution=case.execution.assign(weight=asked)))["computed_score"].loc[
        rows.index
    ]
    other = rows.assign(weight=wanted, computed_score=score)
    now, then = (points.execution_verdicts(table, case) == "right" for table in (rows, other))
    return _table("budget", rows, wanted, now, then)


def _table(frame: str, rows: pd.DataFrame, wanted: pd.Series, now: pd.Series, then: pd.Series) -> pd.DataFrame:
    columns = {"at": rows.index, "form_no": rows["form_no"], "weight": rows["weight"], "score": rows["reported_score"]}
    return pd.DataFrame({**columns, "frame": frame, "wanted": wanted, "now": now, "then": then}).reset_index(drop=True)


def _by_levels(case: Case, rows: pd.DataFrame, gaps: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Rows that no level speaks against: all that are off are above it, by as much as the total; and those that one asks for."""
    fits, level_off = pd.Series(data=True, index=rows.index), pd.Series(data=False, index=rows.index)
    mine = rows["at"].where(rows["frame"] == "indicators", -1)
    for heads, known, keys in level_points.level_sums(case):
        under = known[keys].merge(heads[[*keys, "gap"]], on=keys, how="left").set_axis(known.index)["gap"]
        gap = under.reindex(mine).set_axis(rows.index)
        off = rows["form_no"].isin(heads.loc[heads["gap"].abs() > _SAME, "form_no"])
        same = (gap - rows["form_no"].map(gaps)).abs() < _SAME
        fits &= same | (gap.isna() & ~off)
        level_off |= same
    return fits, level_off


def _mark(case: Case, row: Row, whole: float) -> Mark:
    frame, at, wanted = str(row["frame"]), int(row["at"]), float(row["wanted"])
    total = row["weight"] - wanted + whole
    proof = [f"分值合计 {wording.points(total)} 分，应为 {wording.points(whole)} 分"]
    own = row_of(case.indicators, at) if frame == "indicators" else {}
    for heads, _, (*_, level, _) in level_points.level_sums(case):
        if frame == "indicators":
            above = heads[(heads["form_no"] == row["form_no"]) & (heads[level] == own[level]) & (heads["gap"].abs() > _SAME)]
            proof += [f"“{own[level]}”印的是 {wording.points(value)} 分" for value in above[f"{level}_weight"]]
    told: str = f"自评 {wording.points(row['score'])} 分也合 {wording.points(wanted)} 分" if not pd.isna(row["score"]) else ""
    return Mark(frame, at, "weight", wanted, "；".join([*proof, told or "其余各项的得分都合所印的分值"]))
