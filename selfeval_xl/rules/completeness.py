"""填报完整: what was left blank. One finding for a form and kind, naming the cells; never an error."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from selfeval_xl import frames, specs
from selfeval_xl.findings import Finding, NotRun, finding

from . import wording
from .cases import Case, hits, is_task, row_of
from .lexicon import prompts

AMOUNTS = ("original_budget", "final_budget", "actual")


def profile(case: Case) -> Iterator[Finding | NotRun]:
    """Required fields of the form that are blank, as its layout has them; the unit of money is the reader's business."""
    yield from _blank(case)
    for form, rows in case.forms[~blank(case)].groupby("form"):
        layout = specs.layouts().get(str(form))
        fields = [field for field in layout.fields() if field.required] if layout else []
        wanted = {
            field.role: field.label for field in fields if field.role in frames.names("profile") and field.role != "amount_unit"
        }
        for form_no, row in hits(rows, rows[list(wanted)].isna().any(axis=1)):
            roles = [role for role in wanted if pd.isna(row[role])]
            named = wording.names([_at(wanted[role], case.slot("profile", form_no, role)) for role in roles])
            yield finding("missing.profile", case.where("profile", form_no, row, *roles), stated=named)


def budget(case: Case) -> Iterator[Finding | NotRun]:
    """No money at all, or no 年初预算数 or 决算数 in the row that is scored; without 全年预算数 no execution rate."""
    rows = case.budget.loc[case.execution.index]
    expecting = _forms_with(case, "budget") & ~blank(case)
    for form_no, row in hits(case.forms, expecting & ~case.forms.index.isin(case.budget["form_no"])):
        yield finding("missing.budget", case.where("profile", form_no, row), stated="预算执行数据")
    yield from _empty_total(case, rows)
    others = case.budget[case.budget["form_no"].isin(case.forms.index[expecting]) & ~case.budget["form_no"].isin(rows["form_no"])]
    for at, row in hits(others, ~others["form_no"].duplicated()):
        yield finding("missing.budget", (*case.where("budget", at, row)[:2], None), stated="支出合计一行的预算数和决算数")
    blanks = {column: rows[column].isna() & case.printed("budget", rows, column) for column in AMOUNTS}
    for at, row in hits(rows, blanks["original_budget"] | blanks["actual"]):
        columns = [column for column in AMOUNTS if blanks[column].loc[at]]
        named = wording.names([_at(wording.label("budget", column), case.slot("budget", at, column)) for column in columns])
        yield finding("missing.budget", case.where("budget", at, row, *columns), stated=f"“{row['item_label']}”的{named}")
    if "final_budget" not in (case.policy.execution_denominator.value or ()):
        return
    # one cause, one finding: a row that also lacks 年初预算数 or 决算数 has been named above
    wanting = rows["final_budget"].isna() & rows["original_budget"].notna() & case.printed("budget", rows, "final_budget")
    for at, row in hits(rows, rows["actual"].notna() & (wanting | (rows["final_budget"] == 0))):
        why = "全年预算数为 0" if row["final_budget"] == 0 else "没有全年预算数"
        yield finding("computed.execution", case.where("budget", at, row, "final_budget"), label=row["item_label"], why=why)


def blank(case: Case) -> pd.Series:
    """Whether each form is as it was sent out: no name, year, money, indicator or text, although its layout asks for them."""
    empty = case.forms[["department", "fiscal_year", "project", "reported_total_score", "reported_grade"]].isna().all(axis=1)
    for rows in (case.budget, case.indicators, case.texts):
        empty &= ~case.forms.index.isin(rows["form_no"])
    return empty & _forms_with(case, "budget") & _forms_with(case, "indicators")


def _blank(case: Case) -> Iterator[Finding]:
    """One finding for a form on which nothing was filled in."""
    for form_no, row in hits(case.forms, blank(case)):
        yield finding("form.blank", case.where("profile", form_no, row, "department"), stated="基本信息、预算执行数据和绩效指标")


def _empty_total(case: Case, rows: pd.DataFrame) -> Iterator[Finding]:
    """The total was left at 0 (not blank: that is told of) while its 其中 rows hold money."""
    parts = case.budget[case.budget["part"].isna() & ~case.budget.index.isin(rows.index) & (case.budget["actual"] > 0)]
    parts = parts.assign(listed=parts["table"] + parts["form_no"].astype("str"))
    first = parts.drop_duplicates("listed").set_index("listed")
    rows = rows.assign(listed=rows["table"] + rows["form_no"].astype("str"))
    zero = (rows[list(AMOUNTS)].fillna(0) == 0).all(axis=1) & (rows["actual"] == 0) & rows["listed"].isin(first.index)
    for at, row in hits(rows, zero):
        part = row_of(first, row["listed"])
        unit = case.unit(row["form_no"])
        yield finding(
            "total.zero",
            case.where("budget", at, row, "actual"),
            stated=f"0 {unit}",
            label=row["item_label"],
            part=part["item_label"],
            cell=part["cell"],
            figures="、".join(
                f"{wording.label('budget', name)} {wording.money(part[name], unit)} {unit}" for name in AMOUNTS if part[name] > 0
            ),
        )


def unfinished(case: Case) -> pd.Series:
    """Forms with targets of which nothing was done: every achieved value and every score is blank. How many indicators each has.

    A form that has no such columns, as one that only sets targets, is not unfinished.
    """
    rows = case.indicators[case.indicators["part_of"].isna() & ~is_task(case.indicators)]
    rows = rows[rows["target_text"].notna() & case.printed("indicators", rows, "achieved_text")]
    blank = rows[["achieved_text", "achieved_value", "reported_score"]].isna().all(axis=1)
    if not blank.any():
        return pd.Series(dtype=int)
    asked = case.printed("indicators", rows, "reported_score")
    whole = (blank & asked).groupby(rows["form_no"]).all()
    count = rows["form_no"].value_counts()
    return count[count.index.isin(whole.index[whole])]


def _unfinished(case: Case, counts: pd.Series) -> Iterator[Finding]:
    """One finding for a form that was not filled in, at the prompt that stands for its conclusion, else at the first blank."""
    for form_no, count in counts.items():
        rows = case.indicators[(case.indicators["form_no"] == form_no) & case.indicators["target_text"].notna()]
        at, row = next(hits(rows, rows["part_of"].isna()))
        file, sheet, cell = case.where("indicators", at, row, "achieved_text")
        texts = case.texts[case.texts["form_no"] == form_no]
        texts = texts[texts["text"].str.contains(prompts(), regex=True)]
        ends = texts.sort_values("section", key=lambda names: names != "conclusion", kind="stable")
        told = ""
        if len(ends):
            sheet, cell = ends.iloc[0][["sheet", "cell"]]
            told = f"，{wording.names(list(texts['cell']))} 仍是填写提示"
        stated = f"{count} 项指标"
        yield finding(
            "form.unfinished",
            (file, sheet, cell),
            stated=stated,
            told=told,
            first=case.slot("indicators", at, "achieved_text") or "",
        )


def indicators(case: Case) -> Iterator[Finding | NotRun]:
    """No indicators, or indicators without target, achieved value or score.

    A key task may be told in words; it lacks a target only where a completion is stated, and an achieved value only
    where there is no progress in words either. 其中 rows need no target. Weights are missed where others have them.
    """
    counts = unfinished(case)
    yield from _unfinished(case, counts)
    rows = case.indicators
    task, whole = is_task(rows), rows["part_of"].isna()
    for form_no, row in hits(case.forms, _missing_whole(case, rows[~task])):
        yield finding("missing.indicators", case.where("profile", form_no, row))
    no_target = rows["target_value"].isna() & rows["target_text"].isna() & whole
    yield from _grouped(case, no_target & (~task | rows["reported_completion"].notna()), "target_text", "missing.target")
    no_value = rows["achieved_value"].isna() & rows["achieved_text"].isna()
    done = ~rows["form_no"].isin(counts.index)
    no_value &= (~task & whole) | (task & rows["progress"].isna() & rows["target_value"].notna())
    yield from _grouped(case, no_value & done, "achieved_text", "missing.achieved")
    weighted = rows["form_no"].isin(rows.loc[rows["weight"].notna() & ~task, "form_no"])
    yield from _grouped(case, weighted & rows["weight"].isna() & ~task & whole, "weight", "missing.weight")
    unscored = rows["weight"].notna() & (rows["weight"] != 0) & rows["reported_score"].isna() & ~task
    yield from _grouped(case, unscored & done, "reported_score", "missing.score")


def _missing_whole(case: Case, rows: pd.DataFrame) -> pd.Series:
    return _forms_with(case, "indicators") & ~blank(case) & ~case.forms.index.isin(rows["form_no"])


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
    if not marked.any():
        return
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
