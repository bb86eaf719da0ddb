"""What the sheet 排名 says: one row for each form, best computed score first, with its headline amounts and counts."""

from __future__ import annotations

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import SEVERITIES
from selfeval_xl.frames import Evaluations
from selfeval_xl.ownership import owners

from . import codes
from .departments import component, groups
from .looks import Summary

AMOUNTS = ["original_budget", "final_budget", "actual"]


def ranking(evaluations: Evaluations, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """One row for each form, departments before projects, by their computed scores; see `_together`.

    `rank` is the place among those of the same year and kind; `counted` marks the rows whose amounts make the total of the
    batch: a department's own, or those of its projects where it has none.
    """
    indicators = evaluations.indicators[evaluations.indicators["part_of"].isna()]
    owner = owners(indicators, found)
    reached = (indicators["completion"] >= 1).groupby(owner).sum().reindex(found.index, fill_value=0)
    computable = indicators["completion"].notna().groupby(owner).sum().reindex(found.index, fill_value=0)
    whose = owners(evaluations.findings, found)
    count = pd.crosstab(whose, evaluations.findings["severity"].to_numpy())
    total = component(evaluations.scores, found, "total")
    rows = found.assign(
        reached=reached,
        computable=computable,
        reach_rate=numbers.ratio(reached, computable, 4),
        computed_score=total["computed_score"],
        score_gap=total["score_gap"],
        computed_grade=total["computed_grade"],
        margin_to_next_grade=total["margin_to_next_grade"],
        reported_score=total["reported_score"].fillna(found["reported_total_score"]),
        reported_grade=total["reported_grade"].fillna(found["reported_grade"]),
        kind=found["project"].notna().map({True: "project", False: "whole"}),
        group=groups(found),
        own_findings=count.sum(axis=1).reindex(found.index, fill_value=0),
        **_columns(headline(evaluations.budget, found, looks)),
        **_columns(count.reindex(index=found.index, columns=list(SEVERITIES), fill_value=0)),
    )
    judged = rows[["project", "reported_score", "computed_score", "reported_grade"]].notna().any(axis=1)
    read = found["form"].notna()
    rows = _together(rows[read], (~judged & ~rows.index.isin(owner))[read])
    rows = rows.assign(rank=_rank(rows), counted=_counted(rows), page=looks.lines["page"], budget_at=rows["total_row"])
    rows = rows.assign(**codes.ranking(rows, evaluations, looks.most_ranked))
    order = ["kind", "fiscal_year", "computed_score", "reported_score"]
    return rows.sort_values(order, ascending=[False, False, False, False], kind="stable")


def headline(rows: pd.DataFrame, found: pd.DataFrame, looks: Summary) -> pd.DataFrame:
    """The amounts of each form's total row: the first of the items named in summary.toml that has any amount.

    `total_row` is the label of that row in the frame budget, missing where a form has none.
    """
    rank = rows["item"].map({item: at for at, item in enumerate(looks.headline_items)})
    rows = rows.assign(owner=owners(rows, found), rank=rank, blank=rows[AMOUNTS].isna().all(axis=1), total_row=rows.index)
    rows = rows[rank.notna() & rows["part"].isna()].sort_values(["blank", "rank"], kind="stable").drop_duplicates("owner")
    wanted = [*AMOUNTS, "execution_rate", "variance", "variance_rate", "total_row"]
    return rows.set_index("owner")[wanted].reindex(found.index)


def _rank(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby([rows["fiscal_year"].fillna(0), "kind"])["computed_score"].rank(method="min", ascending=False)


def _counted(rows: pd.DataFrame) -> pd.Series:
    """yes on one row with amounts of each department, or on all of its projects where there is no such row."""
    has = rows[AMOUNTS].notna().any(axis=1)
    own = has & (rows["kind"] == "whole") & (rows["group"] >= 0)
    one = own & ~rows[own].duplicated("group").reindex(rows.index, fill_value=True)
    wanted = one | (has & ~own & ~rows["group"].isin(rows.loc[own, "group"]))
    return pd.Series("yes", index=rows.index, dtype="str").where(wanted)


def _together(rows: pd.DataFrame, plain: pd.Series) -> pd.DataFrame:
    """One row for the plain forms of a department in a file, such as the nine tables of 部门决算公开.

    It is the first of them that has amounts, and counts the findings of all.
    """
    keys, counts = ["file", "department", "fiscal_year"], list(SEVERITIES)
    same = rows[plain]
    sums = same.groupby(keys, dropna=False)[counts].transform("sum")
    blank = same[AMOUNTS].isna().all(axis=1)
    heads = same.assign(blank=blank).sort_values("blank", kind="stable").drop_duplicates(keys).index
    shown = rows[~plain | rows.index.isin(heads)]
    return shown.assign(**_columns(sums.reindex(shown.index).fillna(shown[counts]).astype(shown[counts].dtypes)))


def _columns(frame: pd.DataFrame) -> dict[str, pd.Series]:
    return {str(name): frame[name] for name in frame}
