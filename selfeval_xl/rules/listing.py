"""项目清单: the projects that a department lists, together, against its 项目支出."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, finding

from . import wording
from .cases import Case, hits, is_project, row_of
from .vocabulary import vocabulary


def spent(case: Case) -> Iterator[Finding]:
    """A list of projects on which more was spent than 项目支出 has in all; a list may be of the main projects only.

    Nothing is said where the budget of the list is larger: it may hold what was not released.
    """
    rows = case.budget[case.budget["actual"].notna()]
    listed = rows[is_project(rows)]
    if listed.empty:
        return
    inside = rows["table"].isin(vocabulary().project_tables)
    base = rows[(rows["item"] == "project_expenditure") & rows["part"].isna() & ~inside]
    base = base[~base.duplicated("file", keep=False)].reset_index(names="base").set_index("file")
    fen = numbers.to_fen(listed["actual"])
    half = case.half_unit(listed)
    sums = pd.DataFrame({"file": listed["file"], "fen": fen, "half": half, "at": listed.index})
    sums = sums.groupby("file").agg(fen=("fen", "sum"), half=("half", "sum"), count=("at", "size"), at=("at", "first"))
    both = sums.join(base[["base", "actual"]], how="inner")
    gap = both["fen"] - numbers.to_fen(both["actual"])
    for _, row in hits(both.assign(gap=gap), gap > both["half"] + both["half"] / both["count"]):
        first, own = row_of(case.budget, int(row["at"])), row_of(case.budget, int(row["base"]))
        unit = case.unit(int(first["form_no"]))
        yield finding(
            "parts.projects",
            case.where("budget", int(row["at"]), first, "actual"),
            stated=f"{wording.money(row['fen'] / 100, unit)} {unit}",
            expected=f"{wording.money(row['actual'], unit)} {unit}",
            count=row["count"],
            label=own["item_label"],
            cell=case.where("budget", int(row["base"]), own, "actual")[2],
            gap=f"{wording.money(row['gap'] / 100, unit)} {unit}",
        )
