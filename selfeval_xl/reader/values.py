"""A printed cell as what it means: text, amount, ratio, points, date, target or achieved value.

A reading never guesses in silence: what cannot be read is left missing with the state `unreadable`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files

from selfeval_xl.frames import VALUE
from selfeval_xl.numbers import FEN, round_fraction

from .formats import Format
from .grid import Cell

_SPACE = re.compile(r"\s+|[\u200b-\u200f\ufeff\u00ad]|_x000D_")
_QUOTES = re.compile("[“”\"'‘’「」『』]")
_SUFFIX = re.compile(r"\((?:万元|元|亿元|千元|%|[A-Z]|[A-Z]/[A-Z]|单位:\S+?)\)$|[::]$")
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+"
re_leading_number = re.compile(r"^指标\d+[:、.]")
_WHOLE_NUMBER = re.compile(rf"((?:{_NUMBER})(?:[eE][+-]\d{{1,2}})?)(.*)", re.DOTALL)
_CURRENCY = re.compile(r"^([+-]?)(?:人民币|CNY|RMB)?¥?(?=[\d.(+-])")
_IN_BRACKETS = re.compile(r"\((\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)\)(.*)", re.DOTALL)  # (1) is a number of a list
_MINUS = re.compile(r"^[−–](?=[\d.])")
_CHINESE_YEAR = re.compile("二[〇零○O0][〇零○O0-9一二三四五六七八九]{2}(?=年)")
_NUMERALS = str.maketrans("〇零○O一二三四五六七八九", "0000123456789")
_NEVER_TYPED = 9  # decimals
_REAL = (float, int)
_SURELY_POINTS = 2  # a bare number above this is a percentage: rates above 200% are printed with their sign


@cache
def labels() -> dict[str, dict[str, list[str]]]:
    """The field's words, from labels.toml."""
    return tomllib.loads(files("selfeval_xl").joinpath("data/labels.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Text as labels are compared: half width, without blanks, quotes, invisible signs and signs that only look alike."""
    return _QUOTES.sub("", _SPACE.sub("", unicodedata.normalize("NFKC", text))).translate(_look_alikes())


@lru_cache(maxsize=50_000)
def label(text: str) -> str:
    """A label as labels are compared, also without a unit in brackets or a colon at its end."""
    folded = fold(text)
    while folded and (shorter := _SUFFIX.sub("", folded)) != folded:
        folded = shorter
    return folded


@lru_cache(maxsize=50_000)
def printed_label(text: str) -> str:
    """A label as it is shown: half width, without blanks."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=10_000)
def is_dash(text: str) -> bool:
    """Whether a text only says that there is nothing, as - or …… do."""
    return fold(text) in _dashes()


def is_nothing(text: str, *, of_money: bool) -> bool:
    """Whether a text says that there is nothing: a dash, or 无 in a column of money."""
    return is_dash(text) or (of_money and fold(text) in labels()["dashes"]["amounts"])


def shown(cell: Cell) -> str | None:
    """A cell's value as a person sees it; missing where it is blank, an error or has no result."""
    value = cell.value
    if cell.state != VALUE:
        return None
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()  # as Excel shows it
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, _REAL):
        return _known_numeral(value, cell.format) if value else _numeral(Decimal(repr(value)), cell.format)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def exact(cell: Cell) -> str | None:
    """The same, but a number with all its digits and no separators, whatever its format hides: a code, a year, a tail."""
    return shown(Cell(cell.value, cell.state, Format(percent=True) if cell.percent else None))


@lru_cache(maxsize=20_000)
def _known_numeral(value: float, look: Format | None) -> str:
    """The same as below; the small numbers of weights and scores come again and again. Zero is not for it: 0.0 equals -0.0."""
    return _numeral(Decimal(repr(value)), look)


def _numeral(value: Decimal, look: Format | None) -> str:
    """A number as its format shows it, rounded half up; without a format as it is."""
    if look is None:
        return plain(clean(value))
    value = clean(value * 100) if look.percent else clean(value)
    text = plain(value)
    if look.decimals is not None and value.is_finite():
        rounded = round_fraction(Fraction(value), look.decimals)
        text = f"{Decimal(rounded.numerator) / rounded.denominator:{',' if look.grouped else ''}.{look.decimals}f}"
    sign = "-" if text.startswith("-") else ""  # ahead of $, as Excel has it
    return f"{sign}{look.before}{text.removeprefix('-')}{'%' if look.percent else ''}{look.after}"


def clean(value: Decimal) -> Decimal:
    """A number without the tail that binary storage left on it: 9.00000762939453 is 9, 0.30000000000000004 is 0.3.

    Nobody types nine decimals, so only such a number is touched, and only where four digits say the same to a millionth.
    """
    if not value.is_finite() or -int(value.as_tuple().exponent) < _NEVER_TYPED:
        return value
    exact, short = Decimal(f"{value:.15g}"), Decimal(f"{value:.4g}")
    return short if abs(exact - short) <= abs(exact) / 1_000_000 else exact


def plain(value: Decimal) -> str:
    """A number without exponent and without trailing zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def number(cell: Cell, unit: str = "") -> tuple[float | None, str]:
    """A number and the unit written with it. Text counts when it is a number, perhaps with a unit; else (None, "")."""
    value = cell.value
    if isinstance(value, bool) or value is None:
        return None, ""
    if isinstance(value, _REAL):
        return float(value), unit
    if not isinstance(value, str):
        return None, ""
    found = _WHOLE_NUMBER.fullmatch(_as_numeral(fold(value)))
    if found is None or not _is_unit(found[2]):
        return None, ""
    return float(found[1].replace(",", "")), found[2] or unit


def _as_numeral(text: str) -> str:
    """A number as accountants type it, (1,234.00) or ¥-5, with a plain sign."""
    text = _CURRENCY.sub(r"\1", _MINUS.sub("-", text))
    return _IN_BRACKETS.sub(r"-\1\2", text) if _IN_BRACKETS.fullmatch(text) else text


def amount(cell: Cell, unit: str) -> tuple[float | str | None, str]:
    """An amount of money as printed, and its unit: its own where it has one, else the sheet's; (None, "") if unreadable."""
    printed = cell.format.after if cell.format else ""  # 0.00"万元"
    if type(cell.value) is float and not printed and unit in FEN:
        return cell.value, unit
    value, own = number(cell, printed if printed in FEN else unit)
    own = f"{own}元" if own in {"千", "万", "亿"} else own
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
    percent_header |= cell.format is not None and cell.format.after == "%"
    return _from_points(value) if percent_header or abs(value) > _SURELY_POINTS else value


def rate_decimals(cell: Cell) -> int | None:
    """With how many decimals of per cent a cell shows its rate: 92.80% has two; None where it shows no %."""
    if isinstance(cell.value, str):
        found = re.search(r"(?:\.(\d+))?%$", fold(cell.value))
        return len(found[1] or "") if found else None
    return cell.format.decimals if cell.format is not None and cell.percent else None


def _from_points(value: float) -> float:
    """A rate in percentage points as a ratio, digit for digit."""
    return float(Decimal(repr(value)) / 100)


def year(cell: Cell) -> int | None:
    """A year between 2000 and 2100, from 2021, 2021年, 二〇二一年 or （2021年度）."""
    if isinstance(cell.value, date):
        return cell.value.year
    found = re.search(r"(?<![\dA-Za-z])(20\d\d)(?!\d)", common_year(year_digits(fold(exact(cell) or ""))))
    return int(found[1]) if found else None


@lru_cache(maxsize=20_000)
def year_digits(text: str) -> str:
    """A text with a year in Chinese numerals, 二〇二二年, in digits."""
    return _CHINESE_YEAR.sub(lambda found: found[0].translate(_NUMERALS), text)


def _is_unit(text: str) -> bool:
    """Whether what follows a number can be its unit: short, no further number, no sentence."""
    return len(text) <= 8 and not re.search(r"[\d,;。,、:?!]", text)  # noqa: PLR2004 (元/平方米·月 is among the longest)


def common_year(text: str) -> str:
    """A text with its years of the Republic (民国110年) as common ones."""
    return re.sub(r"民[国國](\d{2,3})(?=年)", lambda found: str(int(found[1]) + 1911), text)


@cache
def _look_alikes() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in labels()["look_alikes"]["signs"]}


@cache
def _dashes() -> frozenset[str]:
    return frozenset(fold(word) for word in labels()["dashes"]["words"])
