"""A printed cell as what it means: text, amount, ratio, points, date, target or achieved value.

A reading never guesses in silence: what cannot be read is left missing with the state `unreadable`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from selfeval_xl.frames import VALUE
from selfeval_xl.numbers import FEN

from .grid import Cell

_SPACE = re.compile(r"\s+|[\u200b-\u200f\ufeff\u00ad]")
_QUOTES = re.compile("[“”\"'‘’「」『』]")
_SUFFIX = re.compile(r"\((?:万元|元|亿元|千元|%|[A-Z]|[A-Z]/[A-Z]|单位:\S+?)\)$|[::]$")
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+"
re_leading_number = re.compile(r"^指标\d+[:、.]")
_WHOLE_NUMBER = re.compile(rf"({_NUMBER})(.*)", re.DOTALL)
_RANGE = re.compile(rf"({_NUMBER})([^\d\s.,~至-]*)(?:-|~|至|—|–)({_NUMBER})(.*)", re.DOTALL)
_DATE = re.compile(r"(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}日|底|末|中旬|上旬|下旬)?(?:之?前|以前|内|完成|底前)*")
_HUNDREDTHS = re.compile(r"百分之([零一二两三四五六七八九十百点〇]+)")
_SURELY_POINTS = 2  # a bare number above this is a percentage: rates above 200% are printed with their sign
_DIGITS = {word: at for at, word in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A target or an achieved value: the text as a person sees it, and what it says."""

    text: str | None
    operator: str | None = None
    value: float | None = None
    high: float | None = None
    unit: str | None = None


@cache
def labels() -> dict[str, dict[str, list[str]]]:
    """The field's words, from labels.toml."""
    return tomllib.loads(files("selfeval_xl").joinpath("data/labels.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Text as labels are compared: half width, without blanks, quotes and invisible characters."""
    return _QUOTES.sub("", _SPACE.sub("", unicodedata.normalize("NFKC", text)))


@lru_cache(maxsize=50_000)
def label(text: str) -> str:
    """A label as labels are compared, also without a unit in brackets or a colon at its end."""
    folded = fold(text)
    while folded and (shorter := _SUFFIX.sub("", folded)) != folded:
        folded = shorter
    return folded


def printed_label(text: str) -> str:
    """A label as it is shown: half width, without blanks."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=10_000)
def is_dash(text: str) -> bool:
    """Whether a text only says that there is nothing, as - or …… do."""
    return fold(text) in _dashes()


def shown(cell: Cell) -> str | None:
    """A cell's value as a person sees it; missing where it is blank, an error or has no result."""
    value = cell.value
    if cell.state != VALUE:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float | int):
        return f"{plain(Decimal(repr(value)) * 100)}%" if cell.percent else plain(Decimal(repr(value)))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()


def plain(value: Decimal) -> str:
    """A number without exponent and without trailing zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def number(cell: Cell, unit: str = "") -> tuple[float | None, str]:
    """A number and the unit written with it. Text counts when it is a number, perhaps with a unit; else (None, "")."""
    value = cell.value
    if isinstance(value, bool) or value is None:
        return None, ""
    if isinstance(value, float | int):
        return float(value), unit
    if not isinstance(value, str):
        return None, ""
    found = _WHOLE_NUMBER.fullmatch(fold(value).replace("−", "-"))
    if found is None or not _is_unit(found[2]):
        return None, ""
    return float(found[1].replace(",", "")), found[2] or unit


def amount(cell: Cell, unit: str) -> tuple[float | str | None, str]:
    """An amount of money as printed, and its unit: its own where it has one, else the sheet's; (None, "") if unreadable."""
    value, own = number(cell, unit)
    if value is None or own not in FEN:
        return None, ""
    return value, own


def ratio(cell: Cell, *, percent_header: bool) -> float | None:
    """A rate as a ratio: 98.35% and 0.9835 shown as a percentage are 0.9835; 98.35 is too where it can only be percent."""
    if isinstance(cell.value, str):
        folded = fold(cell.value)
        value, unit = number(Cell(folded, cell.state))
        if value is None or unit not in {"", "%"}:
            return None
        return _from_points(value) if unit == "%" or percent_header or abs(value) > _SURELY_POINTS else value
    value, _ = number(cell)
    if value is None or cell.percent:
        return value
    return _from_points(value) if percent_header or abs(value) > _SURELY_POINTS else value


def _from_points(value: float) -> float:
    """A rate in percentage points as a ratio, digit for digit."""
    return float(Decimal(repr(value)) / 100)


def year(cell: Cell) -> int | None:
    """A year between 2000 and 2100, from 2021, 2021年 or （2021年度）."""
    if isinstance(cell.value, date):
        return cell.value.year
    found = re.search(r"(?<!\d)(20\d\d)(?!\d)", fold(shown(cell) or ""))
    return int(found[1]) if found else None


def quantity(cell: Cell, operator: Cell | None = None, unit: Cell | None = None) -> Quantity:
    """A target or achieved value from one, two or three cells: operator, value and unit."""
    text = shown(cell)
    named = _operator(fold(shown(operator) or "")) if operator else None
    beside = shown(unit) if unit else None
    beside = _unit(fold(beside)) if beside and not is_dash(beside) else None
    if text is None or is_dash(text):
        return Quantity(text if text and not is_dash(text) else None, named, unit=beside)
    if named == "text":
        return Quantity(text, "text", unit=beside)
    if cell.percent and isinstance(cell.value, float | int):
        return Quantity(text, named, float(Decimal(repr(cell.value)) * 100), unit="%")
    if isinstance(cell.value, float | int) and not isinstance(cell.value, bool):
        return Quantity(text, named, float(cell.value), unit=beside)
    inside = _written(text)
    return Quantity(text, named or inside.operator, inside.value, inside.high, beside or inside.unit)


def measured(cell: Cell) -> Quantity:
    """An achieved value. A bound or a range (≥90%, 900-1000件) is no measurement: its text is kept, its number is not."""
    found = quantity(cell)
    if found.operator in {None, "eq"}:
        return found
    return Quantity(found.text, found.operator)


@lru_cache(maxsize=20_000)
def _written(text: str) -> Quantity:
    """A quantity written in one cell: ≥95%, 不低于12种, 900-1000件, 2021年12月底前, 显著提升."""
    folded = _in_digits(fold(text))
    operator, rest = _split_operator(folded)
    if re.search(r"\d+月|\d{4}年", rest) and _DATE.fullmatch(rest):
        return Quantity(text, "by_date")
    between = _RANGE.fullmatch(rest)
    if between and operator is None and _is_unit(between[4]):
        low, high = (float(between[at].replace(",", "")) for at in (1, 3))
        return Quantity(text, "range", low, high, _unit(between[4] or between[2]) or None)
    single = _WHOLE_NUMBER.fullmatch(rest)
    if single and _is_unit(single[2]):
        return Quantity(text, operator, float(single[1].replace(",", "")), unit=_unit(single[2]) or None)
    return Quantity(text, "text")


def _split_operator(text: str) -> tuple[str | None, str]:
    for code, words in labels()["operators"].items():
        for word in sorted((unicodedata.normalize("NFKC", word) for word in words), key=len, reverse=True):
            if text.startswith(word) and len(text) > len(word):
                return code, text[len(word) :]
            if len(word) > 1 and text.endswith(word) and text[: -len(word)].strip("%")[-1:].isdigit():
                return code, text[: -len(word)]
    return None, text


@lru_cache(maxsize=100)
def _operator(text: str) -> str | None:
    for code, words in labels()["operators"].items():
        if text in {fold(word) for word in words}:
            return code
    return None


def _is_unit(text: str) -> bool:
    """Whether what follows a number can be its unit: short, no further number, no sentence."""
    return len(text) <= 8 and not re.search(r"[\d,;。,、:?!]", text)  # noqa: PLR2004 (元/平方米·月 is among the longest)


def _unit(text: str) -> str:
    bare = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    for unit, words in labels()["units"].items():
        if bare in {fold(word) for word in words}:
            return unit
    return bare


def _in_digits(text: str) -> str:
    """百分之九十五 as 95%."""
    return _HUNDREDTHS.sub(lambda found: f"{_chinese(found[1])}%", text)


def _chinese(word: str) -> str:
    whole, _, fraction = word.partition("点")
    total = current = 0
    for sign in whole:
        if sign in "十百":
            total += (current or 1) * (10 if sign == "十" else 100)
            current = 0
        else:
            current = _DIGITS[sign]
    tail = "".join(str(_DIGITS[sign]) for sign in fraction if sign in _DIGITS)
    return f"{total + current}{'.' + tail if tail else ''}"


@cache
def _dashes() -> frozenset[str]:
    return frozenset(fold(word) for word in labels()["dashes"]["words"])
