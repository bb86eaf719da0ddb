"""What the sheets 三公经费 and 项目支出 say: amounts of the frame budget, put side by side."""

from __future__ import annotations

import re

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.frames import Evaluations, addresses
from selfeval_xl.ownership import owners

from . import codes
from .departments import component, groups, with_owner
from .looks import Summary
from .ranking import headline

AMOUNTS = ["budget", "actual", "prior_actual"]


def three_public(evaluations: Evaluations, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """One row for each department, its items side by side as `item.column`; of several tables the one that says most."""
    rows = evaluations.budget[evaluations.budget["item"].isin(looks.three_public_items) & evaluations.budget["part"].isna()]
    owner = owners(rows, found)
    rows = rows.assign(owner=owner, group=groups(found).reindex(owner).to_numpy())
    columns = ("original_budget", "final_budget", "actual", "prior_actual")
    cells = {name: addresses(evaluations.places["budget"][name].loc[rows.index], printed=True) for name in columns}
    final = rows["final_budget"].notna()
    rows = rows.assign(
        budget=rows["final_budget"].fillna(rows["original_budget"]),
        budget_cell=cells["final_budget"].where(final, cells["original_budget"]),
        **{f"{column}_cell": cells[column] for column in ("actual", "prior_actual")},
    )
    rows = rows.assign(known=rows[AMOUNTS].notna().sum(axis=1)).sort_values("known", ascending=False, kind="stable")
    rows = rows[(rows["group"] >= 0) & (rows["known"] > 0)].drop_duplicates(["group", "item"]).sort_index()
    leading = rows.drop_duplicates("group").set_index("group")
    whose = found.reindex(leading["owner"]).set_index(leading.index)
    made = leading[["file", "sheet", "owner"]].assign(
        department=whose["named"].fillna(whose["department"]), fiscal_year=whose["fiscal_year"], policy=whose["policy"]
    )
    wide: dict[str, pd.Series] = {}
    for item in looks.three_public_items:
        one = rows[rows["item"] == item].set_index("group").reindex(made.index)
        name = item.rpartition(".")[2]
        wide |= {f"{name}.{column}": one[column] for column in AMOUNTS}
        here = (one["file"] == made["file"]) & one["sheet"].notna()
        wide |= {f"{name}_{column}_cell": (one["sheet"] + "!" + one[f"{column}_cell"]).where(here) for column in AMOUNTS}
        wide[f"{name}.rate"] = numbers.ratio(one["actual"], one["budget"], 4)
        wide[f"{name}.change_rate"] = one["change_prior_rate"]
        wide[f"{name}.basis"] = one["implied_bases"].str.contains("prior_actual").map({True: "implied"})
    made = made.assign(**wide)
    return made.assign(remark=_remarks(made, looks), begins=made["owner"]).set_index("owner", drop=False).rename_axis(None)


def _remarks(rows: pd.DataFrame, looks: Summary) -> pd.Series:
    """Which items went over the budget, and which above the year before, in words."""
    told = pd.Series("", index=rows.index, dtype="str")
    for line, base in (("over_budget", "budget"), ("over_prior", "prior_actual")):
        names = pd.Series("", index=rows.index, dtype="str")
        for item in looks.three_public_items:
            name = item.rpartition(".")[2]
            above = rows[f"{name}.actual"] > rows[f"{name}.{base}"]
            names = names.where(~above, names + "、" + looks.words["three_public"][name])
        said = names.str[1:].map(lambda each, line=line: looks.lines[line].format(names=each) if each else "")
        told = told + said.where(said == "", "；" + said)
    return told.str[1:].where(told != "")


def projects(evaluations: Evaluations, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """One row for each form of a project, and for each project that a table of a department lists, in their order."""
    single = found[found["project"].notna()]
    total = component(evaluations.scores, found, "total").reindex(single.index)
    money = headline(evaluations.budget, found, looks).reindex(single.index)
    forms = single.assign(
        **{name: money[name] for name in ("original_budget", "final_budget", "actual", "execution_rate")},
        department=single["named"].fillna(single["department"]),
        reported_score=total["reported_score"].fillna(single["reported_total_score"]),
        computed_score=total["computed_score"],
        reported_grade=total["reported_grade"].fillna(single["reported_grade"]),
        computed_grade=total["computed_grade"],
        reason=evaluations.budget["reason"].reindex(money["total_row"]).set_axis(single.index),
        owner=single.index,
        follows=codes.SCORES,
        row=money["total_row"],
        profile_at=single.index.astype(float),
    )
    listed = _listed(evaluations, found, looks)
    whole = pd.concat([forms, listed.reindex(columns=forms.columns).astype(forms.dtypes)]) if len(listed) else forms
    rows = whole.sort_values(["owner"], kind="stable", ignore_index=True)
    return rows.assign(budget_at=rows["row"], begins=rows["department"])


def _listed(evaluations: Evaluations, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """Projects that a table of a department lists row by row."""
    rows = with_owner(evaluations.budget, found).assign(row=evaluations.budget.index)
    tables = rows["table"].str.contains("|".join(map(re.escape, looks.project_tables)), na=False)
    told = rows[["implementing_unit", "reported_grade"]].notna().any(axis=1) | rows["weight"].notna() | tables
    own = found["project"].reindex(rows["owner"]).isna().to_numpy()
    rows = rows[told & own & rows["item"].isna() & rows["part"].isna() & rows["item_label"].notna()]
    whose = found.reindex(rows["owner"])
    named = whose["named"].fillna(whose["department"]).set_axis(rows.index)
    unit = evaluations.budget["department"].reindex(rows.index)
    return rows.assign(department=unit.fillna(named), project=rows["item_label"])
