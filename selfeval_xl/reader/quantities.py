"""A target (年度指标值) or an achieved value (实际完成值): operator, number and unit, from one, two or three cells.

What is read is what is written: 1 is never taken for 100%, a sentence with two numbers stays a sentence, and a bound is
no measurement. The text is always kept. All words (bounds, units, dates, placeholders) stand in data/labels.toml.
"""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from . import deadlines, phrases, values
from .grid import Cell

_LONGEST = 200  # a longer text is a narrative
_SENTENCE = (12, 8)  # characters around a number that is still the whole target: 满意率100%, 100%覆盖
_BOUND_SENTENCE = (30, 20)  # the same where a bound is written: 开展不低于5次的社区法治宣传活动
_FLIPPED = {"ge": "le", "le": "ge", "gt": "lt", "lt": "gt"}
_SIGNS = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "eq": "="}
_MISREAD = r"""
    [A-Za-z]\.\d+(?:%|万|亿|元)               # M.8万元
    | [lIO]\d+(?:\.\d+)?% | \D*\d+[OolI]+\d*%  # l00%, 9O%
    | [≥≤<>=]+\d+\.{2,}$                      # >=9…
    | \D{0,4}\d+\.\d+\.\d+(?:%|万|亿|元)      # 95.5.5%
"""
_LENGTH = re.compile(r"\(?(?:不超过|不少于|限|控制在)?(?:\d+|[一二三五八两]?[百千])[-~]?\d*个?字(?:以内|之内|左右|以上|内)?\)?")
_LONGEST_PROMPT = 80
_TWO_FOR_A_BOUND = re.compile(r"2(?:[5-9]\d(?:\.\d+)?|100)%")
_BARE_MONTH = re.compile(r"\d+月")


class Quantity(NamedTuple):
    """A target or an achieved value: the text as a person sees it, and what it says.

    `operator` is ge, le, gt, lt, eq, range, by_date or text; missing where a plain number was printed. Percentages are
    in points with the unit %. A change is signed: 同比下降8.5% is -8.5. Of a date only a bare year is a number.
    """

    text: str | None
    operator: str | None = None
    value: float | None = None
    high: float | None = None
    unit: str | None = None


def quantity(cell: Cell, operator: Cell | None = None, unit: Cell | None = None) -> Quantity:
    """A target from its cell and, where the form has them, the cells of its operator and its unit.

    What is written with the number goes before what stands in the other cells; 定性 makes any target a text.
    """
    text, named, beside = values.shown(cell), _named(operator), _beside(unit)
    if text is None or values.is_dash(text):
        return Quantity(None, named, unit=beside)
    if named == "text":
        return Quantity(text, "text", unit=beside)
    found = _read(cell, text, achieved=False)
    if found.operator == "by_date" and named and isinstance(cell.value, str):  # ≤ | 12月 is what ≤12月 is
        found = _written(_SIGNS[named] + text, achieved=False)._replace(text=text)
    if found.value is None:
        return found._replace(unit=found.unit or beside)
    return found._replace(operator=found.operator or named, unit=_joined(found.unit, beside))


def measured(cell: Cell) -> Quantity:
    """An achieved value. A bound or a range (≥90%, 900-1000件, 逾20多万人次) is no measurement: its number is left out."""
    text = values.shown(cell)
    if text is None or values.is_dash(text):
        return Quantity(None)
    found = _read(cell, text, achieved=True)
    if found.operator in {None, "eq", "by_date"}:
        return found
    return Quantity(text, found.operator)


@lru_cache(maxsize=20_000)
def is_placeholder(text: str, *, name: bool = False) -> bool:
    """Whether a text is the form's own prompt, left as it was: 指标1：, 好坏, 及时率, (≥**人).

    As the `name` of an indicator 及时率 is a good word; only a mark (**) or an empty 指标1： is a prompt there.
    """
    words = values.labels()["placeholders"]
    folded = values.fold(text)
    if re.fullmatch(rf"\(?(?:{phrases.either(words['numbered'])})\(?\d*\)?[:、.]*", folded):
        return True
    if any(mark in folded for mark in words["marks"]):
        return True
    return folded in {values.fold(word) for word in words["names" if name else "words"]}


@lru_cache(maxsize=20_000)
def is_scale(text: str) -> bool:
    """Whether a text only names a scale: 好坏, 优良中差."""
    return any(values.fold(text) == values.fold(word) for word in values.labels()["placeholders"]["scales"])


@lru_cache(maxsize=5_000)
def is_prompt(text: str) -> bool:
    """Whether a narrative is only what the form asks for: （100字以内）, 对自评得分作总体说明（200字以内）, 请填写存在问题."""
    folded = values.fold(text)
    bare = _LENGTH.sub("", folded).strip("()。,;:")
    starts = tuple(map(values.fold, values.labels()["placeholders"]["prompts"]))
    asked = bare != folded.strip("()。,;:") or bare.startswith(starts) or (bool(bare) and is_placeholder(text, name=True))
    return asked and len(bare) <= _LONGEST_PROMPT and not re.search(r"\d", bare)


@lru_cache(maxsize=20_000)
def is_damaged(text: str) -> bool:
    """Whether a number stands with a sign that was misread or lost: 二100百分比, %=99, M.8万元, ?95%, l00%."""
    return bool(_damage().match(values.fold(text)))


def seems_damaged(name: str, text: str) -> bool:
    """Whether a percentage may be a bound that was misread: 290% for ≥90%, of a rate that cannot exceed 100%."""
    if not _TWO_FOR_A_BOUND.fullmatch(values.fold(text)):
        return False
    words, folded = values.labels()["damaged"], values.fold(name)
    return folded.endswith(tuple(words["capped"])) and not folded.endswith(tuple(words["uncapped"]))


@cache
def _damage() -> re.Pattern[str]:
    signs = phrases.either(values.labels()["damaged"]["signs"])
    return re.compile(rf"(?:{signs})[1-9] | {_MISREAD}", re.VERBOSE)


def _read(cell: Cell, text: str, *, achieved: bool) -> Quantity:
    """What a cell itself says: a real number or date as such, anything else by its text."""
    value = cell.value
    if isinstance(value, date):
        return Quantity(text, "by_date")
    if isinstance(value, bool) or not isinstance(value, float | int):
        return _written(text, achieved=achieved)
    if not math.isfinite(value):
        return Quantity(text, "text")
    points = float(values.clean(Decimal(repr(value)) * 100)) if cell.percent else float(value)
    if cell.format and (cell.format.before or cell.format.after):  # 0"个", "≥"0%: the words that the format prints count
        said = _written(text, achieved=achieved)
        if said.value is not None and said.operator not in {"range", "by_date"}:
            return said._replace(value=points)
    return Quantity(text, None, points, unit="%" if cell.percent else None)


@lru_cache(maxsize=50_000)
def _written(text: str, *, achieved: bool) -> Quantity:
    """A quantity written in one cell: ≥95%, 不低于12种, 900-1000件, 2021年12月底前, 显著提升."""
    said = phrases.tidy(text) if len(text) <= _LONGEST and not is_damaged(text) else ""
    dated = deadlines.dated(said)
    if dated and not (said.startswith(phrases.SYMBOLS) and _BARE_MONTH.fullmatch(dated)):
        year = re.fullmatch(r"(\d{4})年度?", dated)
        return Quantity(text, "by_date", float(year[1]) if year else None)
    said = phrases.without_year(said)
    return _between(text, said) or _single(text, said, achieved=achieved) or Quantity(text, "text")


def _between(text: str, said: str) -> Quantity | None:
    """A range: 900-1000件, 80%-90%, 控制在3至5天."""
    found = phrases.between(said)
    if found is None:
        return None
    head, (low, high), tail = found
    bound, rest = phrases.bound_before(head, achieved=False)
    if (bound and phrases.is_strict(head)) or phrases.bound_after(high.unit, tail)[0] or not _around(rest, tail, _SENTENCE):
        return None
    unit = high.unit if high.unit.startswith(low.unit) else ""
    if not low.value < high.value or (low.unit and not unit):
        return None
    ends = (-high.value, -low.value) if phrases.is_decline(rest) else (low.value, high.value)
    return Quantity(text, "range", *ends, unit=phrases.unit(unit) or None)


def _single(text: str, said: str, *, achieved: bool) -> Quantity | None:
    """One number with what bounds it: ≥95%, 百分之九十五以上, 居民参与率不低于100%, 100%覆盖."""
    found = phrases.one_number(said)
    if found is None:
        return None
    head, number, tail = found
    before, rest = phrases.bound_before(head, achieved=achieved)
    after, tail = phrases.bound_after(number.unit, tail)
    after = after or ("gt" if number.more else None)
    if before and after and phrases.is_strict(head) and before[0] != after[0]:
        return None  # 不低于…以下: it contradicts itself
    operator = before if before and (phrases.is_strict(head) or not after) else after
    if (operator is None and not phrases.without_aside(rest)) or phrases.is_per_period(rest):
        return None
    alone = not tail and phrases.is_filler(rest)
    if not alone and (not (number.known or operator) or not _around(rest, tail, _BOUND_SENTENCE if operator else _SENTENCE)):
        return None
    value, unit = number.value, phrases.unit(number.unit) or None
    if phrases.is_decline(rest) and value > 0:
        return Quantity(text, _FLIPPED.get(operator or "", operator), -value, unit=unit)
    return Quantity(text, operator, value, unit=unit)


def _around(head: str, tail: str, longest: tuple[int, int]) -> bool:
    """Whether the words around a number leave it the whole target: short, one clause, nothing compared."""
    short = len(head) <= longest[0] and len(tail) <= longest[1]
    return short and phrases.is_one_clause(head) and phrases.is_one_clause(tail)


def _named(cell: Cell | None) -> str | None:
    """The operator that stands in a cell of its own; 定量 and the like say nothing."""
    text = values.shown(cell) if cell else None
    return phrases.operator(values.fold(text)) if text else None


def _beside(cell: Cell | None) -> str | None:
    """The unit that stands in a cell of its own."""
    text = values.shown(cell) if cell else None
    if not text or values.is_dash(text):
        return None
    folded = values.fold(text)
    return phrases.unit(folded) if folded not in values.labels()["units_absent"]["words"] else None


def _joined(own: str | None, beside: str | None) -> str | None:
    """The number's own unit before the one beside it; a bare 万 goes with it: 20万 | 人次 is 万人次."""
    if own and beside and own in values.labels()["counted"]["scales"]:
        return beside if beside.startswith(own) or beside == "%" else own + beside
    return own or beside
