"""其中 rows of indicators that together are more than what they are a part of."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from selfeval_xl import numbers

from .cases import Case


def exceeded(case: Case) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """For achieved values and for targets: the 其中 rows, and by the label of their whole what is exceeded, and by how much."""
    rows = case.indicators
    children = rows[rows["part_of"].notna()]
    if children.empty:
        return
    first = rows.drop_duplicates(["file", "sheet", "cell"])
    parents = pd.Series(first.index.astype(float), index=pd.MultiIndex.from_frame(first[["file", "sheet", "cell"]]))
    parent = parents.reindex(pd.MultiIndex.from_frame(children[["file", "sheet", "part_of"]])).to_numpy()
    children = children.assign(parent=parent).dropna(subset="parent")
    for value_column, unit, text in (
        ("achieved_value", "achieved_unit", "achieved_text"),
        ("target_value", "unit", "target_text"),
    ):
        children = children.assign(value=children[value_column], own=children[unit].fillna(children["unit"]))
        yield text, children, _exceeding(case, children, text)


def _exceeding(case: Case, children: pd.DataFrame, text: str) -> pd.DataFrame:
    """Totals whose 其中 rows together are more; not where units differ, nor for percentages, which do not add up."""
    column, unit = text.replace("_text", "_value"), "achieved_unit" if text == "achieved_text" else "unit"
    total = case.indicators.loc[children["parent"].astype(int)].set_axis(children.index)
    total_unit = total[unit].fillna(total["unit"])
    foreign = (children["own"] != total_unit) & children["own"].notna() & total_unit.notna()
    groups = children.assign(total=total[column], skip=foreign | (total_unit == "%")).groupby("parent")
    table = pd.DataFrame(
        {"parts": groups["value"].sum(min_count=1), "total": groups["total"].first(), "skip": groups["skip"].any()}
    )
    table = table.assign(gap=numbers.half_up(table["parts"] - table["total"], 6))
    return table[(table["gap"] > 0) & ~table["skip"].astype(bool)]
