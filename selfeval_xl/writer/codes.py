"""Which formula a row's figures have: codes by which the columns of summary.toml choose among their formulas.

A row whose score follows from numbers on the sheet and from parameters is alive; one that rests on words, dates, a rule for
one indicator or a person's judgement stays the value that the rules gave. The code of those is blank.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl.findings import SEVERITIES
from selfeval_xl.frames import Evaluations
from selfeval_xl.ownership import owners
from selfeval_xl.policies import Policy, policies

LIVE = ("quantitative.", "reverse.", "equal.", "over.", "range.", "date.")
"""Beginnings of the methods whose points follow from target, achieved value and parameters."""
AMOUNTS = ("original_budget", "final_budget", "actual")
BASES = ("original_budget", "prior_budget", "prior_actual")
"""Bases that a stated difference may have implied."""
APART = "not_applicable.rescaled"
EITHER_WAY = "direction.judged"
SCORES = "scores"
"""The code of a row whose scores stand on 得分构成."""


def budget(rows: pd.DataFrame, evaluations: Evaluations) -> dict[str, pd.Series]:
    """Of amount rows: whether a base was implied, and of the row that is scored by which amounts and by whose weight."""
    codes = {f"base.{base}": _implied(rows["implied_bases"], base) for base in BASES}
    known = _known(evaluations)
    scored = rows["scored_rate"].notna() | rows["counted_weight"].notna()
    amounts = rows[list(AMOUNTS)].to_numpy(float)
    recipes = [
        _recipe(row, known[policy]) if at and policy in known else ""
        for at, policy, row in zip(scored, rows["policy"], amounts, strict=True)
    ]
    own = scored & rows["weight"].isna()
    return codes | {"recipe": pd.Series(recipes, rows.index), "weighing": pd.Series(np.where(own, "policy", ""), rows.index)}


def _implied(named: pd.Series, base: str) -> pd.Series:
    found = ["implied" if isinstance(names, str) and base in names.split() else "" for names in named]
    return pd.Series(found, index=named.index, dtype="str")


def _recipe(row: npt.NDArray[np.float64], policy: Policy) -> str:
    """The two amounts that the rate of a row is made of: of each side the first that is filled in."""
    blank = dict(zip(AMOUNTS, np.isnan(row), strict=True))
    sides = (policy.execution_numerator.value or (), policy.execution_denominator.value or ())
    return "/".join(next((name for name in side if not blank[name]), "".join(side[:1])) for side in sides)


def indicators(rows: pd.DataFrame, evaluations: Evaluations) -> dict[str, pd.Series]:
    """Of indicators: what kind of target they have, and how their score and what counts of it are worked out."""
    target, high, value = rows["target_value"], rows["target_high"], rows["achieved_in_target_unit"]
    sign = rows["operator"].fillna("")
    ready = target.notna() & value.notna() & (rows["method"] != EITHER_WAY)
    ordered = sign.isin(["", "ge", "gt", "eq", "le", "lt"])
    kinds = {
        "reverse": ready & sign.isin(["le", "lt"]) & (target > 0),
        "equal": ready & (sign == "eq") & (target > 0),
        "positive": ready & ordered & (target > 0),
        "zero": ready & ordered & (target == 0),
        "negative": ready & ordered & (target < 0),
        "range": ready & high.notna() & (sign == "range"),
    }
    kind = pd.Series(np.select(list(kinds.values()), list(kinds), ""), index=rows.index)
    method = rows["method"].fillna("")
    late = method.isin(["date.late", "date.missed"])
    scoring = kind.mask(late, "late").where(method.str.startswith(LIVE) & rows["weight"].notna(), "")
    over = {name for name, policy in _known(evaluations).items() if policy.over_target.value}
    reward = np.select([scoring == "", rows["policy"].isin(over)], ["", "over"], "plain")
    counts = rows["component"].notna()
    judged = rows["computed_score"].isna() & rows["score_high"].notna()
    apart = method == APART
    counting = np.select([~counts | apart, scoring != "", judged], ["", "live", "judged"], "scored")
    return {
        "kind": kind,
        "scoring": scoring,
        "reward": pd.Series(reward, rows.index),
        "counting": pd.Series(counting, rows.index),
    }


def scores(rows: pd.DataFrame, evaluations: Evaluations) -> dict[str, pd.Series]:
    """Of forms: the amount row that is scored, and whether money, indicators or both make up their total."""
    money = evaluations.budget[evaluations.budget["scored_rate"].notna() | evaluations.budget["counted_weight"].notna()]
    row_of = pd.Series(money.index, index=owners(money, rows))
    row_of = row_of[~row_of.index.duplicated()].reindex(rows.index)
    counted = evaluations.indicators[evaluations.indicators["component"].notna()]
    whose = owners(counted, rows)
    having = rows.index.isin(whose)
    own = rows.index.isin(whose[(counted["component"] == "budget_execution").to_numpy()])
    scaled = rows.index.isin(whose[(counted["method"] == APART).to_numpy()])
    paid = row_of.notna().to_numpy()
    capped = rows["policy"].isin([name for name, policy in _known(evaluations).items() if policy.total_caps.value]) & paid
    parts = np.select([having & paid, having, paid], ["both", "indicators", "money"], "")
    names = [str(name).removesuffix(".weight") for name in rows if str(name).endswith(".weight")]
    present = {name: rows[f"{name}.weight"].notna() | rows[f"{name}.reported_score"].notna() for name in names}
    return {
        **{f"{name}.present": pd.Series(np.where(there, "present", ""), rows.index) for name, there in present.items()},
        "execution_row": row_of,
        "execution": pd.Series(np.select([own & paid, paid, own], ["both", "money", "own"], ""), rows.index),
        "parts": pd.Series(np.where(scaled & having, np.char.add(parts, ".scaled"), parts), rows.index),
        "limit": pd.Series(np.select([parts == "", capped], ["", "capped"], "plain"), rows.index),
        "graded": pd.Series(np.where(parts == "", "", "graded"), rows.index),
        "summed": pd.Series(parts, rows.index).where(rows["reported_total_score"].isna() & _whole(rows, "reported_score"), ""),
    }


def ranking(rows: pd.DataFrame, most: int) -> dict[str, pd.Series]:
    """Of forms by rank: that their scores are those of 得分构成, how they are ranked, and whether only their findings count.

    With more rows than `most` ranks are values. Those without a year are ranked apart: programs count blanks differently,
    so they are told by what remains.
    """
    dated = np.where(rows["fiscal_year"].notna(), "year", "no_year")
    only = rows[list(SEVERITIES)].sum(axis=1) == rows["own_findings"]
    return {
        "follows": pd.Series(SCORES, index=rows.index, dtype="str"),
        "ranked": pd.Series(dated if len(rows) <= most else "", index=rows.index, dtype="str"),
        "told": pd.Series(np.where(only, "own", ""), rows.index),
    }


def _whole(rows: pd.DataFrame, name: str) -> pd.Series:
    """Whether a form has a total of a kind at all."""
    return rows[f"total.{name}"].notna() if f"total.{name}" in rows else pd.Series(data=False, index=rows.index)


def _known(evaluations: Evaluations) -> Mapping[str, Policy]:
    return {**policies(), **evaluations.policies}
