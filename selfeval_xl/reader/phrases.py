"""The words around a number: bounds, units, and what makes a number part of a sentence. All from data/labels.toml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from .numerals import CHINESE, chinese
from .values import common_year, fold, labels

SYMBOLS = ("≥", "≤", "≧", "≦", ">", "<", "=", "═", "⩾", "⩽", "不")

YEAR = r"(?:19|20)\d\d"
TO = r"(?:-|~|至|到|—|–|〜|∼)+"
_NUMBER = r"(?:(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?![\d])"
_PLAIN = re.compile(_NUMBER)
_SIGNED = rf"(?<![\dA-Za-z%.,/])(?:[+-](?=[\d.]))?{_NUMBER}|(?<![\d.]){_NUMBER}"
_STACKED = re.compile(r"(?<=[\d%])[ \t]*[\r\n\v\f\x85\u2028\u2029]\s*(?=[\d.])")  # two values, one above the other
_LISTED = re.compile(r"^(?:指标\d+[:、.]|\(?\d{1,2}[)、](?=[^\d%]))")
_NOTE = re.compile(r"(?<!/)\([^()]*\)|《[^》]*》")
_CLAUSE = re.compile(r"[^\d,;。!?.\\+*#%‰()]*")
_DAMAGED = re.compile(r"[A-Za-z〇一二三四五六七八九十][.]?$")  # M.8万元, 二100: a sign that was misread
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_HUNDREDTHS = re.compile(rf"百分之({CHINESE}|{_NUMBER})")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, with its unit, whether that unit is a known one, and whether it says 多 (20多万)."""

    value: float
    unit: str
    known: bool
    more: bool = False


def either(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted({fold(word) for word in words}, key=len, reverse=True)))


@lru_cache(maxsize=200)
def operator(text: str) -> str | None:
    """The code of a bound that stands alone."""
    return _codes("operators").get(text) or _codes("reached").get(text)


@lru_cache(maxsize=2_000)
def unit(text: str) -> str:
    """A unit as printed, without brackets around it; 百分比 is %."""
    bare = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    return _codes("units").get(bare, bare)


# -- the text ------------------------------------------------------------------------------------------------------


def tidy(text: str) -> str:
    """A text as it is parsed: half width, no blanks, no notes in brackets, Chinese numerals as digits."""
    said = fold(_STACKED.sub(";", unicodedata.normalize("NFKC", text.strip()))).replace("−", "-")
    said = re.sub(r"([≥≤%])\1+", r"\1", re.sub(r"(?:人民币)?¥(?=[\d.])", "", said))
    said = common_year(said)
    if _SCIENTIFIC.fullmatch(said):
        return f"{Decimal(said):f}"
    said = re.sub(rf"(?<=\d)\(({_units()})\)", r"\1", _LISTED.sub("", said))
    if said.startswith("(") and said.endswith(")") and said.count("(") == 1:
        said = said[1:-1]
    said = _NOTE.sub("", said)
    said = re.sub(r"(?<!\.)\.$", "", said).rstrip("。;,、!").lstrip(":")
    said = _HUNDREDTHS.sub(lambda found: f"{chinese(found[1])}%", said.replace("百分百", "100%"))
    if not re.search(r"\d", said) and (found := _in_words().fullmatch(said)):
        said = f"{found[1]}{chinese(found[2])}{found[3]}{found[4]}"
    return said


def without_year(said: str) -> str:
    """A text without a year that only says when: 2021年完成5次."""
    return re.sub(rf"^(?:截[至止])?{YEAR}年度?(?:全年|底)?[:,]?(?=.*\d)", "", said)


def is_one_clause(text: str) -> bool:
    """Whether there are only words, no further number, clause or comparison."""
    return bool(_CLAUSE.fullmatch(text)) and not is_compared(text)


def is_compared(text: str) -> bool:
    """Whether a bound stands anywhere in a text."""
    return bool(_compared().search(text))


def is_filler(head: str) -> bool:
    """Whether what stands before a number only leads to it, as 约 or 完成 do."""
    return not head or bool(_fillers().fullmatch(head))


def without_aside(head: str) -> bool:
    """Whether nothing before a number makes it another number than the target, as 第 in 第3次 does."""
    return head != "前" and not _DAMAGED.search(head) and not any(word in head for word in labels()["sentences"]["aside"])


def is_per_period(head: str) -> bool:
    """Whether a number is one of several in the year: 每月不少于1次; of 每年 it is the year's."""
    return head.endswith(tuple(f"每{word}" for word in labels()["dates"]["parts"]))


def is_decline(head: str) -> bool:
    """Whether what stands before a number makes it a decline: 同比下降."""
    return head.endswith(tuple(labels()["changes"]["down"]))


# -- numbers -------------------------------------------------------------------------------------------------------


def one_number(said: str) -> tuple[str, Number, str] | None:
    """The only number of a text, or the last if it alone has a bound (0-6岁儿童管理率≥85%), with what stands around it."""
    found = list(_numbers().finditer(said))
    if not found or (len(found) > 1 and not _alone_bounded(said, found)):
        return None
    last = found[-1]
    head, tail = said[: last.start()], said[last.end() :]
    if tail.startswith(tuple(labels()["counted"]["not_first"])):
        return None
    return (re.sub(r"\d", "", head) if len(found) > 1 else head), _number(last), tail


def _alone_bounded(said: str, found: list[re.Match[str]]) -> bool:
    bounded = [at for at, one in enumerate(found) if is_strict(said[: one.start()])]
    return bounded == [len(found) - 1] and not re.search("[,;。/*:+]", said)


def between(said: str) -> tuple[str, tuple[Number, Number], str] | None:
    """The two ends of a range, with what stands before and after."""
    if len(_PLAIN.findall(said)) < 2:  # noqa: PLR2004 (a range has two ends; most texts have one number)
        return None
    bounds = len(_signs().findall(said)) > 1
    if bounds and (both := next((found for pattern in _two_bounds() if (found := pattern.fullmatch(said))), None)):
        return both["head"] or "", (_number(both, "low"), _number(both, "high")), ""
    found = _ranges().search(said)
    if found is None:
        return None
    head, tail = said[: found.start()], said[found.end() :]
    ends = (_number(found, "low"), _number(found, "high"))
    leading_zero = any(re.match(r"0\d", found[name]) for name in ("low", "high"))
    if re.search(r"\d", head + tail) or leading_zero or not without_aside(head):
        return None
    return head, ends, tail


def _number(found: re.Match[str], name: str = "low") -> Number:
    known, other = found[f"{name}_unit"] or "", found[f"{name}_other"] or ""
    more = name == "low" and "more" in found.re.groupindex and bool(found["more"])
    return Number(float(found[name].replace(",", "")), known or other, bool(known), more)


# -- bounds --------------------------------------------------------------------------------------------------------


def bound_before(head: str, *, achieved: bool) -> tuple[str | None, str]:
    """The bound that a text ends with, and the text without it. What was achieved was reached: 达到95% is no bound then."""
    found = _endings("operators").search(head) or _endings("reached").search(head)
    if found is None:
        return None, head
    rest = head[: found.start()]
    if rest.endswith(tuple(labels()["sentences"]["negations"])):
        return None, head
    strict = _codes("operators").get(found[0])
    return strict or (None if achieved else _codes("reached")[found[0]]), rest


def is_strict(head: str) -> bool:
    """Whether the bound at the end of a text is one by itself, not only by 以上 or 以内 behind the number."""
    found = _endings("operators").search(head)
    return found is not None and _codes("operators")[found[0]] != "eq"


def bound_after(unit: str, tail: str) -> tuple[str | None, str]:
    """The bound that stands behind a number and its unit, and what follows."""
    words = labels()["bounds"]
    for word in sorted(_codes("bounds"), key=len, reverse=True):
        code = _codes("bounds")[word]
        if tail.startswith(word) and code in {"ge", "le"}:
            return code, tail[len(word) :]
    if unit in labels()["counted"]["times"] and tail.startswith(tuple(words["within"])):
        return "le", tail[1:]
    return None, tail


# -- patterns of the words -----------------------------------------------------------------------------------------


@cache
def _codes(section: str) -> Mapping[str, str]:
    return {fold(word): code for code, words in labels()[section].items() for word in words}


@cache
def _endings(section: str) -> re.Pattern[str]:
    return re.compile(f"(?:{either(_codes(section))})$")


@cache
def _compared() -> re.Pattern[str]:
    words = {word for word in _codes("operators") if len(word) > 1 or not word.isalpha()}
    return re.compile(either(words))


@cache
def _fillers() -> re.Pattern[str]:
    return re.compile(f"(?:{either([*labels()['sentences']['approximate'], *labels()['changes']['down']])})*")


@cache
def _units() -> str:
    words = labels()["counted"]
    one, scale = either([*words["words"], *words["times"]]), either(words["scales"])
    simple = f"(?:{one}|(?:{scale})(?:{one})|(?:{scale}))"
    return rf"{simple}(?:(?:/|\*|·|•|每)\(?{simple}(?:[*·•/]{simple})*\)?)*"


def _with_unit(name: str) -> str:
    """A pattern for what follows a number: a known unit, or a short word that may be one."""
    not_first = either(labels()["counted"]["not_first"])
    after = either([*_codes("bounds"), *labels()["sentences"]["roughly"]])
    other = rf"(?!{not_first}|{after})(?:[\u4e00-\u9fff]{{1,4}}|[A-Za-z]{{2,5}})$"
    return rf"(?:(?!{not_first})(?P<{name}_unit>{_units()})|(?P<{name}_other>{other}))?"


@cache
def _numbers() -> re.Pattern[str]:
    more = either(labels()["bounds"]["more"])
    return re.compile(rf"(?P<low>{_SIGNED})(?P<more>{more})?{_with_unit('low')}")


@cache
def _ranges() -> re.Pattern[str]:
    low = rf"(?<![\d./,:-])(?P<low>(?:^-)?{_NUMBER})(?P<low_unit>{_units()})?(?P<low_other>(?!))?"
    return re.compile(rf"{low}{TO}(?P<high>{_NUMBER}){_with_unit('high')}")


def _sign(code: str) -> str:
    return either(word for word in labels()["operators"][code] if "向" not in word)


@cache
def _signs() -> re.Pattern[str]:
    return re.compile(f"{_sign('ge')}|{_sign('le')}")


@cache
def _two_bounds() -> tuple[re.Pattern[str], ...]:
    """Both ends as bounds: ≥80%且≤100%, ≤100%且≥80%, 80%≤X≤100%. Strict ones are left a text: their ends do not count."""

    def end(name: str) -> str:
        return rf"(?P<{name}>{_NUMBER})(?P<{name}_unit>{_units()})?(?P<{name}_other>(?!))?"

    least, most = _sign("ge"), _sign("le")
    up, down = rf"(?:{least}){end('low')}", rf"(?:{most}){end('high')}"
    name, link = r"(?P<head>[^\d,;。]{0,12}?)", "(?:并?且|同时|[,;、])?"
    between = rf"{name}{end('low')}(?:{most})[^\d,;。]{{0,12}}?(?:{most}){end('high')}"
    return tuple(map(re.compile, (f"{name}{up}{link}{down}", f"{name}{down}{link}{up}", between)))


@cache
def _in_words() -> re.Pattern[str]:
    """A whole text whose number is written in Chinese: 不少于三次."""
    before, after = either([*_codes("operators"), *_codes("reached")]), either(_codes("bounds"))
    return re.compile(rf"((?:{before})?)({CHINESE})((?!分|%)(?:{_units()}))((?:{after})?)")
