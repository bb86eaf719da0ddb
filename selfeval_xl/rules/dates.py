"""按期完成: a time of completion against the time that was set, as far as both were written plainly.

A time is taken as its first and last day: 2021年11月 is 1 to 30 November. It is in time if its last day is no later than
the deadline, late if its first day is. 9月前 leaves open whether September itself is in time; so does whatever else cannot
be told for certain. A year that is not printed is the fiscal year.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import pandas as pd

from .vocabulary import vocabulary

IN_TIME, LATE = "date.met", "date.missed"
Day = tuple[int, int, int]
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_TENTHS = {"上": (1, 10), "中": (11, 20), "下": (21, 31)}


@dataclass(frozen=True)
class Period:
    """The first and last day of a time, and the last that is surely meant by 前; `years` is false where none was printed."""

    first: Day
    last: Day
    sure: Day
    years: bool


def compared(target: pd.Series, achieved: pd.Series, years: pd.Series) -> pd.Series:
    """date.met, date.missed, or missing where it cannot be told, of texts with the fiscal years of their forms."""
    rows = zip(target, achieved, years, strict=True)
    found = [_compared(str(one), str(other), None if pd.isna(year) else int(year)) for one, other, year in rows]
    return pd.Series(found, index=target.index, dtype="object")


@cache
def _compared(target: str, achieved: str, year: int | None) -> str | None:
    due, done = _period(_bare(target), year), _period(_bare(achieved), year)
    if due is None or done is None or (year is None and due.years != done.years):
        return None
    if _bare(target) == _bare(achieved) or done.last <= due.sure:
        return IN_TIME
    return LATE if done.first > due.last else None


def _bare(text: str) -> str:
    """Without blanks and full widths, and without what leads to the time and what was done by then."""
    words = vocabulary().dates
    text = re.sub(r"\s+(?:00:00(?::00)?)?", "", unicodedata.normalize("NFKC", text))
    text = re.sub(f"^(?:{_either(words.lead)})+", "", text)
    return re.sub(f"(?:{_either(words.done)})+$", "", text)


def _period(text: str, year: int | None) -> Period | None:
    """The time that a text names and nothing else; without a year that of the form, or the year 0 where it has none."""
    words = vocabulary().dates
    before = next((word for word in sorted(words.before, key=len, reverse=True) if text.endswith(word)), "")
    text = re.sub(f"(?:{_either((*words.before, *words.within))})$", "", text)
    first, _, second = text.partition(_dash(text))
    end = _days(first, year)
    start = end
    if second:
        end = _days(second, end[0][0] if end and re.match(r"\d{4}", first) else year) if end or first.isdigit() else None
        start = start or (_days(f"{first}月", end[0][0]) if end else None)
    if start is None or end is None or start[0] > end[1]:
        return None
    vague = before and not re.search(r"[底末日号旬度]$|\d[-/.]\d+[-/.]\d+$", text)
    return Period(start[0], end[1], _day_before(start[0]) if vague else end[1], bool(re.search(r"\d{4}", text)))


def _dash(text: str) -> str:
    """What stands between the two ends of a period: 1-12月, 2021年1月至12月; nothing in 2021-12-31."""
    found = re.search(r"(?<=[月日号年])[-—–~～至到]+(?=\d)|(?<=\d)[-—–~～至到]+(?=\d{1,2}月)", text)
    return found[0] if found else "\0"


def _days(text: str, year: int | None) -> tuple[Day, Day] | None:
    """First and last day of a month, a part of a year, or a year."""
    if text in vocabulary().dates.year_end:
        return (year or 0, 1, 1), (year or 0, 12, 31)
    found = re.fullmatch(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?", text)
    if found:
        return _month(int(found[1]), int(found[2]), found[3])
    found = re.fullmatch(r"(?:(\d{4})年度?)?(.*?)[底末]?", text)
    if found is None:
        return None
    own, rest = int(found[1] or year or 0), found[2]
    if found[1] and not rest:
        return (own, 1, 1), (own, 12, 31)
    part = re.fullmatch(r"(\d{1,2})月份?(?:(\d{1,2})[日号]?|([上中下])旬)?", rest)
    if part:
        return _tenth(_month(own, int(part[1]), part[2]), part[3])
    return _months(own, rest)


def _months(year: int, text: str) -> tuple[Day, Day] | None:
    """A quarter or half of a year."""
    if part := re.fullmatch(r"第?([一二三四1-4])季度", text):
        last = _QUARTERS[part[1]] * 3
        return (year, last - 2, 1), (year, last, _length(year, last))
    if part := re.fullmatch(r"([上下])半年", text):
        return ((year, 1, 1), (year, 6, 30)) if part[1] == "上" else ((year, 7, 1), (year, 12, 31))
    return None


def _tenth(days: tuple[Day, Day] | None, tenth: str | None) -> tuple[Day, Day] | None:
    """The first, middle or last ten days of a month, or all of it."""
    if days is None or tenth is None:
        return days
    (year, month, _), (_, _, last) = days
    start, end = _TENTHS[tenth]
    return (year, month, start), (year, month, min(end, last))


def _month(year: int, month: int, day: str | None) -> tuple[Day, Day] | None:
    if not 1 <= month <= 12 or (day and not 1 <= int(day) <= _length(year, month)):  # noqa: PLR2004 (months of a year)
        return None
    return ((year, month, int(day)),) * 2 if day else ((year, month, 1), (year, month, _length(year, month)))


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year or 2000, month)[1]


def _day_before(day: Day) -> Day:
    year, month, number = day
    if number > 1:
        return year, month, number - 1
    return (year, month - 1, _length(year, month - 1)) if month > 1 else (year - 1, 12, 31)


def _either(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
