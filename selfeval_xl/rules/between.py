"""部门之间: what two departments share word for word or figure for figure, projects told twice, full marks everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, NotRun, finding

from . import wording
from .cases import Case, Row, hits
from .lexicon import lexicon
from .totals import TOTAL

AMOUNTS = ("original_budget", "final_budget", "actual")
_ENOUGH = 3  # forms of which all full marks are worth a word
_SHOWN = 3  # of many copies, those that a message names
_COPIED = ("goal", "achievement", "conclusion", "problems", "improvements", "reasons")


def texts(case: Case) -> Iterator[Finding | NotRun]:
    """A long goal, result or reason that another department has word for word."""
    yield from _alone(case)
    rows = case.texts[case.texts["section"].isin(_COPIED) & case.texts["text"].notna()][
        ["file", "sheet", "cell", "text", "form_no"]
    ]
    reasons = case.indicators[case.indicators["deviation_reason"].notna()]
    reasons = reasons.assign(text=reasons["deviation_reason"])[["file", "sheet", "cell", "text", "form_no"]]
    rows = pd.concat([rows, reasons], ignore_index=True)
    rows = rows.assign(folded=rows["text"].str.replace(r"\s+", "", regex=True), whose=_whose(case, rows))
    rows = rows[rows["folded"].str.len() >= lexicon().texts.long]
    for _, row, others in _again(rows, ["folded"]):
        yield finding("between.text", (row["file"], row["sheet"], row["cell"]), stated=_begin(row["folded"]), other=others)


def figures(case: Case) -> Iterator[Finding | NotRun]:
    """All amounts of a form the same as those of another department's form."""
    yield from _alone(case)
    amounts = numbers.to_fen(case.budget[list(AMOUNTS)]).fillna(-1).astype("int64").to_numpy()
    hashed = pd.util.hash_pandas_object(pd.DataFrame(amounts, index=case.budget.index), index=False)
    filled = pd.Series((amounts > 0).sum(axis=1), index=case.budget.index)
    keys = case.budget["form_no"]
    order = case.budget.groupby(keys).cumcount()
    mixed = (hashed.to_numpy() * (2 * order.to_numpy() + 1).astype(np.uint64)).astype(np.uint64)
    summed = pd.Series(mixed, index=case.budget.index).groupby(keys).sum().rename("sum")
    count = filled.groupby(keys).sum().rename("count")
    rows = case.forms.join(summed, how="inner").join(count)
    rows = rows[rows["count"] >= lexicon().between.figures]
    rows = rows.assign(whose=rows["department"].fillna(rows["file"]))
    for _, row, others in _again(rows, ["sum", "count"]):
        yield finding("between.figures", (row["file"], row["sheet"], row["cell"]), stated=str(row["count"]), other=others)


def projects(case: Case) -> Iterator[Finding | NotRun]:
    """One project with the same money reported by two departments, or twice by one."""
    rows = case.forms[case.forms["project"].notna()]
    money = case.budget.loc[case.execution.index].drop_duplicates("form_no").set_index("form_no")[["final_budget", "actual"]]
    rows = rows.join(money[money["actual"] > 0], how="inner")
    rows = rows.assign(
        folded=rows["project"].str.replace(r"\s+", "", regex=True), whose=rows["file"] + " " + rows["sheet"].fillna("")
    )
    for form_no, row, others in _again(rows, ["folded", "fiscal_year", "actual"]):
        where = case.where("profile", form_no, row, "project")
        unit = case.unit(form_no)
        yield finding(
            "between.project",
            where,
            stated=row["project"],
            actual=f"{wording.money(row['actual'], unit)} {unit}",
            other=others,
        )


def full_marks(case: Case) -> Iterator[Finding | NotRun]:
    """Every form of the batch at full marks: one word for all."""
    whole = case.scores[
        (case.scores["component"] == TOTAL) & case.scores["reported_score"].notna() & case.scores["weight"].notna()
    ]
    if len(whole) < _ENOUGH:
        yield from _silent(case, f"有总分的表不足 {_ENOUGH} 张")
        return
    full = (whole["reported_score"] - whole["weight"]).abs() < 1e-9  # noqa: PLR2004 (the same)
    if full.all():
        row = whole.iloc[0]
        yield finding("between.full_marks", (str(row["file"]), row["sheet"], row["cell"]), stated=str(len(whole)))


def _again(rows: pd.DataFrame, keys: list[str]) -> Iterator[tuple[int, Row, str]]:
    """Of each group of rows that say the same for several owners, the first row that another said before, with the others.

    However many copies there are, they are one cause and told once.
    """
    groups = rows.groupby(keys, dropna=False)["whose"]
    same = rows[groups.transform("nunique") > 1]
    for _, chosen in same.groupby(keys, dropna=False, sort=False):
        listed = list(hits(chosen, chosen["whose"].notna()))
        at, row = next((at, row) for at, row in listed if row["whose"] != listed[0][1]["whose"])
        others = [_at(other) for label, other in listed if label != at and other["whose"] != row["whose"]]
        more = f"等 {len(others)} 处" if len(others) > _SHOWN else ""
        yield at, row, "、".join(others[:_SHOWN]) + more


def _whose(case: Case, rows: pd.DataFrame) -> pd.Series:
    return rows["form_no"].map(case.forms["department"]).astype("str").fillna(rows["file"])


def _at(row: Row) -> str:
    return f"{row['file']}「{row['sheet']}」{row['cell']}"


def _begin(text: str) -> str:
    return f"{text[:20]}…（{len(text)} 字）"


def _alone(case: Case) -> Iterator[NotRun]:
    """A batch of one department has no other to compare with."""
    if case.forms["department"].fillna(case.forms["file"]).nunique() < 2:  # noqa: PLR2004 (two are needed)
        yield from _silent(case, "只有一个部门，没有可比的")


def _silent(case: Case, reason: str) -> Iterator[NotRun]:
    for _, row in hits(case.forms, case.forms["file"].notna()):
        yield NotRun(row["file"], row["sheet"], row["cell"], "between", reason)
