"""单项指标的算法: indicators that a policy scores by their name: steps, brackets, shares of a fixed standard.

Source: the policy's `rules`, each with its basis (财预〔2013〕53号 gives names and formulas; the scoring is local).
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.policies import Policy, Rule

from .vocabulary import unit_family

_QUOTES = r"[“”\"‘’'《》\s]"


def shares(rows: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Of each indicator that a rule of the policy names: `top` ÷ `below`, its share of the weight, and the `method`.

    Where the achieved value is missing, or in another unit than the rule's, method is missing and the ordinary rules hold.
    """
    found = pd.DataFrame({"top": np.nan, "below": np.nan, "method": pd.Series(None, index=rows.index, dtype="object")})
    if not policy.rules:
        return found
    names = rows["level3"].str.replace(_QUOTES, "", regex=True)
    for rule in policy.rules:
        wanted = {pd.Series([name]).str.replace(_QUOTES, "", regex=True).iloc[0] for name in rule.names}
        named = names.isin(wanted)
        if rule.kind == "judged":
            found.loc[named & rows["achieved_text"].notna(), "method"] = "rule.judged"
            continue
        ready = named & rows["achieved_value"].notna() & _in_unit(rows, rule.unit) & rows["weight"].notna()
        standard = rows["target_value"] if rule.base is None else pd.Series(rule.base, index=rows.index)
        ready &= standard.notna() | (rule.kind == "bracket")
        if ready.any():
            found.loc[ready] = _applied(rule, rows.loc[ready, "achieved_value"], standard[ready], rows.loc[ready, "weight"])
    return found


def _in_unit(rows: pd.DataFrame, unit: str) -> pd.Series:
    """Whether the achieved value is in the rule's unit, by its own unit or else by the target's."""
    own = rows["achieved_unit"].fillna(rows["unit"])
    family = unit_family()
    return (own == unit) | (own.map(family).notna() & (own.map(family) == family.get(unit)))


def _applied(rule: Rule, value: pd.Series, base: pd.Series, weight: pd.Series) -> pd.DataFrame:
    bad = value > base if rule.bad == "above" else value < base
    if rule.kind == "bracket":
        return _sides(numbers.exactly(lambda one: _bracket(rule, one), value), rule.of or 1.0, "band.bracket")
    if rule.kind == "step":
        left = numbers.exactly(lambda one, other, whole: _left(rule, one, other, whole), value, base, weight)
        below = weight if rule.of is None else rule.of
        return _sides(left, below, np.where(bad, "step.deduction", "step.met"))
    if rule.kind == "all_or_nothing":
        return _sides((~bad).astype(float), 1.0, np.where(bad, "rule.missed", "rule.met"))
    top, below = (base, value) if rule.bad == "above" else (value, base)
    return _sides(top.where(bad, 1.0), below.where(bad, 1.0), np.where(bad, "rule.proportional", "rule.met"))


def _sides(top: pd.Series, below: pd.Series | float, method: object) -> pd.DataFrame:
    return pd.DataFrame({"top": top, "below": below, "method": method}, index=top.index)


def _left(rule: Rule, value: Fraction, base: Fraction, weight: Fraction) -> Fraction:
    """What the steps beyond the standard leave of the points: of the rule's own weight, or of the row's."""
    beyond = value - base if rule.bad == "above" else base - value
    steps = max(beyond, Fraction(0)) / Fraction(repr(rule.every))
    if rule.begun == "nothing":
        steps = Fraction(math.floor(steps))
    elif rule.begun == "whole":
        steps = Fraction(math.ceil(steps))
    whole = weight if rule.of is None else Fraction(repr(rule.of))
    return max(whole - steps * Fraction(repr(rule.deduct)), Fraction(0))


def _bracket(rule: Rule, value: Fraction) -> Fraction:
    for entry in rule.brackets:
        if entry.at_most is not None and value <= Fraction(repr(entry.at_most)):
            return Fraction(repr(entry.points))
        if entry.below is not None and value < Fraction(repr(entry.below)):
            return Fraction(repr(entry.points))
    return Fraction(repr(rule.brackets[-1].points))
