"""填报完整: what was left blank. One finding for a form and kind, naming the cells; never an error."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from selfeval_xl import frames, specs
from selfeval_xl.findings import Finding, finding

from . import wording
from .cases import Case, hits, is_task

AMOUNTS = ("original_budget", "final_budget", "actual")


def profile(case: Case) -> Iterator[Finding]:
    """Required fields of the form that are blank, as its layout has them; the unit of money is the reader's business."""
    for form, rows in case.forms.groupby("form"):
        layout = specs.layouts().get(str(form))
        fields = [field for field in layout.fields() if field.required] if layout else []
        wanted = {
            field.role: field.label for field in fields if field.role in frames.names("profile") and field.role != "amount_unit"
        }
        for form_no, row in hits(rows, rows[list(wanted)].isna().any(axis=1)):
            roles = [role for role in wanted if pd.isna(row[role])]
            named = wording.names([_at(wanted[role], case.slot("profile", form_no, role)) for role in roles])
            yield finding("missing.profile", case.where("profile", form_no, row, *roles), stated=named)


def budget(case: Case) -> Iterator[Finding]:
    """No money at all, or no 年初预算数 or 决算数 in the row that is scored; without 全年预算数 no execution rate."""
    rows = case.budget.loc[case.execution.index]
    expecting = _forms_with(case, "budget")
    for form_no, row in hits(case.forms, expecting & ~case.forms.index.isin(case.budget["form_no"])):
        yield finding("missing.budget", case.where("profile", form_no, row), stated="预算执行数据")
    others = case.budget[case.budget["form_no"].isin(case.forms.index[expecting]) & ~case.budget["form_no"].isin(rows["form_no"])]
    for at, row in hits(others, ~others["form_no"].duplicated()):
        yield finding("missing.budget", (*case.where("budget", at, row)[:2], None), stated="支出合计一行的预算数和决算数")
    blanks = {column: rows[column].isna() & case.printed("budget", rows, column) for column in AMOUNTS}
    for at, row in hits(rows, blanks["original_budget"] | blanks["actual"]):
        columns = [column for column in AMOUNTS if blanks[column].loc[at]]
        named = wording.names([_at(wording.label("budget", column), case.slot("budget", at, column)) for column in columns])
        yield finding("missing.budget", case.where("budget", at, row, *columns), stated=f"“{row['item_label']}”的{named}")
    # one cause, one finding: a row that also lacks 年初预算数 or 决算数 has been named above
    blank = rows["final_budget"].isna() & rows["original_budget"].notna()
    for at, row in hits(rows, rows["actual"].notna() & (blank | (rows["final_budget"] == 0))):
        why = "全年预算数为 0" if row["final_budget"] == 0 else "没有全年预算数"
        yield finding("computed.execution", case.where("budget", at, row, "final_budget"), label=row["item_label"], why=why)


def indicators(case: Case) -> Iterator[Finding]:
    """No indicators, or indicators without target, achieved value or score.

    A key task may be told in words; it lacks a target only where a completion is stated, and an achieved value only
    where there is no progress in words either. 其中 rows need no target. Weights are missed where others have them.
    """
    rows = case.indicators
    task, whole = is_task(rows), rows["part_of"].isna()
    for form_no, row in hits(case.forms, _forms_with(case, "indicators") & ~case.forms.index.isin(rows.loc[~task, "form_no"])):
        yield finding("missing.indicators", case.where("profile", form_no, row))
    no_target = rows["target_value"].isna() & rows["target_text"].isna() & whole
    yield from _grouped(case, no_target & (~task | rows["reported_completion"].notna()), "target_text", "missing.target")
    no_value = rows["achieved_value"].isna() & rows["achieved_text"].isna()
    no_value &= (~task & whole) | (task & rows["progress"].isna() & rows["target_value"].notna())
    yield from _grouped(case, no_value, "achieved_text", "missing.achieved")
    weighted = rows["form_no"].isin(rows.loc[rows["weight"].notna() & ~task, "form_no"])
    yield from _grouped(case, weighted & rows["weight"].isna() & ~task & whole, "weight", "missing.weight")
    unscored = rows["weight"].notna() & (rows["weight"] != 0) & rows["reported_score"].isna() & ~task
    yield from _grouped(case, unscored, "reported_score", "missing.score")


def _forms_with(case: Case, frame: str) -> pd.Series:
    """Whether each form's layout has a table of `frame` that must be filled in."""
    wanted = [
        layout.id
        for layout in specs.layouts().values()
        if any(block.frame == frame and "level1" not in block.constants for _, block in layout.tables())
    ]
    return case.forms["form"].isin(wanted)


def _grouped(case: Case, marked: pd.Series, column: str, code: str) -> Iterator[Finding]:
    """One finding for each form, naming the marked indicators with their cells, and the sheet where it changes.

    A form that has no such column, as one that only sets targets, lacks nothing.
    """
    chosen = case.indicators[marked & case.printed("indicators", case.indicators, column)]
    for _, rows in chosen.groupby(["file", "form_no"], sort=False):
        listed = list(hits(rows, rows["file"].notna()))
        first, head = listed[0]
        named = []
        for at, row in listed:
            cell = case.slot("indicators", at, column) or row["cell"]
            named.append(_at(row["level3"], cell if row["sheet"] == head["sheet"] else f"{row['sheet']} {cell}"))
        where = case.where("indicators", first, head, column)
        yield finding(code, where, stated=wording.names(named), count=str(len(rows)))


def _at(name: str, cell: str | None) -> str:
    return f"{name}({cell})" if cell else str(name)
