"""How figures read in a finding: 3272.35 万元, 58.80%, 8.5 分, 4.92+3258.43.

Only words are made here; every figure has been rounded before, in numbers.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from selfeval_xl import frames, numbers

SYMBOLS = {"ge": "≥", "gt": "＞", "le": "≤", "lt": "＜", "eq": "＝"}
NAMES_SHOWN = 8


def label(frame: str, column: str) -> str:
    """What a column is called on the form: 执行率 for reported_execution_rate."""
    found = next(entry.label for entry in frames.columns() if (entry.frame, entry.column) == (frame, column))
    return found.removesuffix("(填报)")


def money(amount: float, unit: str) -> str:
    """An amount in 元 as the sheet prints it, in `unit` with two decimals, more only where the amount has more."""
    if pd.isna(amount):
        return ""
    value = Decimal(numbers.fen(float(amount), "元")[0]) / numbers.FEN[unit]
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return signed(f"{value:.{places}f}")


def rate(value: float) -> str:
    """A ratio as a percentage with two decimals: 0.588 is 58.80%."""
    return signed(f"{Decimal(repr(float(value))) * 100:.2f}%")


def stated_rate(value: float) -> str:
    """A ratio as a department stated it: two decimals, more where it gave more."""
    percent = f"{Decimal(repr(float(value))) * 100:.6f}".rstrip("0")
    whole, _, digits = percent.partition(".")
    return signed(f"{whole}.{digits:0<2}%")


def exchanged(label: str, cell: str | None) -> str:
    """That an amount seems to stand in the place of another."""
    return f"，与“{label}”({cell})的数像是填反了"


def points(value: float) -> str:
    """A score or weight without trailing zeros: 8, 8.5, 89.995."""
    return number(float(f"{value:.4f}"))


def number(value: float) -> str:
    """A plain number without trailing zeros; nothing where it is missing."""
    if pd.isna(value):
        return ""
    return signed(f"{Decimal(f'{value:.15g}'):f}" if value else "0")


def signed(text: str) -> str:
    """The same with a proper minus sign, and none before zero."""
    bare = text.lstrip("-")
    return f"−{bare}" if text.startswith("-") and bare.strip("0.%") else bare


def total(terms: Iterable[str]) -> str:
    """Terms of a sum: 4.92+3258.43, 10−2."""
    return "+".join(terms).replace("+−", "−")


def worked(terms: Sequence[str], result: str) -> str:
    """A sum with its result: 4.92+3258.43＝3263.35; of a single term only the result."""
    return f"{total(terms)}＝{result}" if len(terms) > 1 else result


def minus(one: str, other: str) -> str:
    """one − other, both already figures."""
    return one + (f"+{other[1:]}" if other.startswith("−") else f"−{other}")


def names(found: Sequence[str]) -> str:
    """Names joined by 、, cut off after eight."""
    return "、".join(found[:NAMES_SHOWN]) + ("等" if len(found) > NAMES_SHOWN else "")


def target(row: Mapping[str, Any]) -> str:
    """年度指标值 of an indicator as one would say it: ≥100 公里."""
    if pd.isna(row["target_value"]):
        return "（没有填）" if pd.isna(row["target_text"]) else str(row["target_text"])
    if row["operator"] == "range" and not pd.isna(row["target_high"]):
        return _measured(f"{number(row['target_value'])}～{number(row['target_high'])}", row["unit"])
    return SYMBOLS.get(row["operator"], "") + _measured(number(row["target_value"]), row["unit"])


def achieved(row: Mapping[str, Any]) -> str:
    """实际完成值 of an indicator as one would say it: 80 公里."""
    if pd.isna(row["achieved_value"]):
        return str(row["achieved_text"])
    unit = row["unit"] if pd.isna(row["achieved_unit"]) else row["achieved_unit"]
    return _measured(number(row["achieved_value"]), unit)


def _measured(figure: str, unit: Any) -> str:
    if pd.isna(unit):
        return figure
    return figure + ("%" if unit in {"%", "％", "百分比"} else f" {unit}")
