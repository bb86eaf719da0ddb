"""产出指标（50分）: the points that are printed with the name of a level, beside the weights below it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from selfeval_xl import numbers

from .cases import Case, is_task

_SAME = 1e-9
LEVELS = ("level1", "level2")


def level_sums(case: Case) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, list[str]]]:
    """Of each level its heads, all its rows, and the columns that say under which head a row is (the level's name last but one).

    A head is the first row with points of its own, with `summed` and `gap` (summed − printed). Heads below which a weight
    is blank are left out. A form with several goals prints a head in each table of its own: where one run of rows comes
    out by what is printed with it, each is summed by itself.
    """
    rows = case.indicators[~is_task(case.indicators) & case.indicators["part_of"].isna()]
    for at, level in enumerate(LEVELS):
        printed, names = f"{level}_weight", ["form_no", *LEVELS[: at + 1]]
        known = rows[rows[level].notna() & rows["form_no"].isin(rows.loc[rows[printed].notna(), "form_no"])]
        known, keys = known.assign(run=_runs(known, names, printed), filled=known["weight"].notna()), [*names, "run"]
        grouped = known.groupby(keys, dropna=False)
        sums = numbers.half_up(grouped["weight"].sum(min_count=1), 4).rename("summed")
        complete = grouped["filled"].all().rename("complete")
        heads = known[known[printed].notna()].drop_duplicates(keys).reset_index(names="at")
        heads = heads.merge(pd.concat([sums, complete], axis=1), left_on=keys, right_index=True).reset_index(drop=True)
        heads = heads.assign(gap=numbers.half_up(heads["summed"] - heads[printed], 4))
        yield heads[heads["complete"].astype(bool)], known, keys


def _runs(rows: pd.DataFrame, keys: list[str], printed: str) -> pd.Series:
    """A number for each run of rows under one head, where one of its runs comes out by its own points; else 0."""
    named = rows[keys].fillna("")
    run = (named != named.shift()).any(axis=1).cumsum()
    gap = rows["weight"].groupby(run).sum(min_count=1) - rows[printed].groupby(run).first()
    fits = run.map(gap.abs() < _SAME).groupby([named[key] for key in keys]).transform("any")
    return run.where(fits.astype(bool), 0)
