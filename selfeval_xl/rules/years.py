"""One department, several workbooks: last year's figures against last year's own workbook, 自评表 against 决算公开表.

Workbooks of one department are found by its name and the 评价年度. A figure that was sent twice for one year is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from selfeval_xl import frames, numbers
from selfeval_xl.findings import Finding, NotRun, finding, place

from . import accounts, links, told, wording
from .cases import Case, Row, hits, is_project
from .vocabulary import vocabulary

_PRIOR = {"prior_actual": "actual", "prior_budget": "original_budget"}
_WHO = ["department", "year"]
_SHOWN = 4
_YEAR = re.compile(r"20\d\d年?度?")


def prior(case: Case) -> Iterator[Finding | NotRun]:
    """上年决算数 and 上年预算数 against what the same department reported for that year."""
    if case.budget[list(_PRIOR)].isna().all(axis=None):
        return
    rows = _rows(case)
    if rows[list(_PRIOR)].isna().all(axis=None):
        return
    table = {title: _YEAR.sub("", title) for title in rows["table"].dropna().unique()}
    kind = accounts.kinds(case, rows)
    label = rows["item_label"].map({text: accounts.name_of(text) for text in rows["item_label"].dropna().unique()})
    what = rows["item"].where(rows["item"].notna(), rows["code"].where(rows["code"].notna(), label.astype("str")))
    keyed = rows.assign(which=kind.where(kind != "", rows["table"].map(table)).astype("str"), what=what)
    keys = [*_WHO, "which", "side", "what", "part_label"]
    told_prior = keyed[keyed[list(_PRIOR)].notna().any(axis=1)]
    last = keyed.assign(year=keyed["year"] + 1)
    last = last[~last.duplicated(keys, keep=False)].assign(last=lambda table: table.index)
    both = told_prior.reset_index(names="at").merge(
        last[[*keys, "last", "actual", "original_budget", "half"]], on=keys, suffixes=("", "_last")
    )
    for base, amount in _PRIOR.items():
        gap = numbers.to_fen(numbers.subtract(both[base], both[f"{amount}_last"]))
        apart = both.assign(gap=gap, base=base, amount=amount)[gap.abs() > both["half"] + both["half_last"]]
        for _, group in apart.groupby(["file", "sheet", "table"], sort=True, dropna=False):
            yield _prior_finding(case, [row for _, row in hits(group, group["gap"].notna())])
    known = pd.MultiIndex.from_frame(last[_WHO])
    alone = told_prior[~pd.MultiIndex.from_frame(told_prior[_WHO]).isin(known)].drop_duplicates(["file", "sheet"])
    for _, row in hits(alone, alone["file"].notna()):
        yield NotRun(row["file"], row["sheet"], None, "years", "没有这个部门上一年度的表，上年数无从核对")


def _rows(case: Case) -> pd.DataFrame:
    """Amount rows with the department and the year of their form; those of a form that has neither are left out."""
    forms = case.forms[["department", "fiscal_year"]].rename(columns={"fiscal_year": "year", "department": "who"})
    rows = case.budget.join(forms, on="form_no").assign(half=case.half_unit(case.budget))
    rows = rows.assign(department=rows["who"])  # the form's, not that of a project
    return rows[rows["department"].notna() & rows["year"].notna()]


def _prior_finding(case: Case, rows: list[Row]) -> Finding:
    first = rows[0]
    unit = case.unit(first["form_no"])
    listed = [
        f"“{row['item_label']}” {wording.money(row[row['base']], unit)} {unit}（{_cell(case, row['last'], row['amount'])}"
        f" {wording.money(row[row['amount'] + '_last'], unit)} {unit}）"
        for row in rows[:_SHOWN]
    ]
    source = case.budget.loc[first["last"]]
    return finding(
        "years.prior",
        case.where("budget", first["at"], first, first["base"]),
        stated=f"{wording.money(first[first['base']], unit)} {unit}",
        expected=f"{wording.money(first[first['amount'] + '_last'], unit)} {unit}",
        field=wording.label("budget", first["base"]),
        source=place(str(source["file"]), str(source["sheet"]), None).rstrip("："),
        count=len(rows),
        listed="、".join(listed) + ("等" if len(rows) > _SHOWN else ""),
    )


def _cell(case: Case, label: int, column: str) -> str:
    return case.slot("budget", label, column) or frames.a1(0, 0)


def reported(case: Case) -> Iterator[Finding]:
    """基本支出, 项目支出, 支出合计 and 三公经费 of a department's 自评表 against its 决算公开表 of the same year."""
    rows = _rows(case)
    whole = case.forms.index[case.forms["project"].isna()]
    kind = accounts.kinds(case, rows)
    mine = rows[
        (kind == "") & rows["item"].notna() & rows["part_label"].isna() & rows["actual"].notna() & rows["form_no"].isin(whole)
    ]
    mine = mine[~mine.duplicated(["form_no", "item"], keep=False)]
    if mine.empty or not (kind != "").any():
        return
    figures = accounts.figures(case)
    figures = figures[figures["column"] == "actual"]
    totals = links.by_table(figures[figures["item"] != ""])
    who = rows.drop_duplicates("file").set_index("file")[_WHO]
    for entry in vocabulary().reported:
        found = links.ends(totals, entry.other).join(who, how="inner")
        found = found[~found.duplicated(_WHO, keep=False)]
        both = mine[mine["item"] == entry.item].reset_index(names="at").merge(found, on=_WHO, suffixes=("", "_other"))
        gap = numbers.to_fen(both["actual"]) - both["fen"]
        for _, row in hits(both.assign(gap=gap), gap.abs() > both["half"] + both["half_other"]):
            yield _reported_finding(case, figures, row)


def _reported_finding(case: Case, figures: pd.DataFrame, row: Row) -> Finding:
    unit, cell = case.unit(row["form_no"]), int(row["cell_other"])
    where = place(*told.where(case, figures, cell)).rstrip("：")
    return finding(
        "years.reported",
        case.where("budget", int(row["at"]), row, "actual"),
        stated=f"{wording.money(row['actual'], unit)} {unit}",
        expected=f"{wording.money(row['fen'] / 100, unit)} {unit}",
        label=row["item_label"],
        field=wording.label("budget", "actual"),
        other=f"{where}“{told.label(case, figures, cell)}”{told.field(case, figures, cell)}",
        gap=f"{wording.money(abs(row['gap']) / 100, unit)} {unit}",
    )


def projects(case: Case) -> Iterator[Finding]:
    """A project in the department's list against the project's own form: its budget and what was spent."""
    if case.forms["project"].isna().all():
        return
    rows = _rows(case)
    listed = rows[is_project(rows)]
    if listed.empty:
        return
    totals = rows[(rows["item"] == "total") & rows["part_label"].isna()].join(case.forms["project"], on="form_no")
    totals = totals[totals["project"].notna()].assign(
        name=lambda table: table["project"].map(_plain), own=lambda table: table.index
    )
    totals = totals[~totals.duplicated([*_WHO, "name"], keep=False)]
    listed = listed.assign(name=listed["item_label"].map(_plain)).reset_index(names="at")
    both = listed.merge(
        totals[[*_WHO, "name", "own", "final_budget", "actual", "half"]], on=[*_WHO, "name"], suffixes=("", "_own")
    )
    for column in ("final_budget", "actual"):
        gap = numbers.to_fen(numbers.subtract(both[column], both[f"{column}_own"]))
        for _, row in hits(both.assign(gap=gap), gap.abs() > both["half"] + both["half_own"]):
            unit, own = case.unit(row["form_no"]), case.budget.loc[row["own"]]
            where = place(str(own["file"]), str(own["sheet"]), _cell(case, row["own"], column)).rstrip("：")
            yield finding(
                "years.project",
                case.where("budget", int(row["at"]), row, column),
                stated=f"{wording.money(row[column], unit)} {unit}",
                expected=f"{wording.money(row[f'{column}_own'], unit)} {unit}",
                label=row["item_label"],
                field=wording.label("budget", column),
                other=where,
                gap=f"{wording.money(abs(row['gap']) / 100, unit)} {unit}",
            )


def _plain(name: str | float) -> str:
    return "" if not isinstance(name, str) else re.sub(r"\W", "", name)
