"""Targets that ask for a time: 2021年12月底前, 9月前, 1-12月, 2021-12-31. The words are in data/labels.toml."""

from __future__ import annotations

import re
from functools import cache

from .phrases import TO, YEAR, either, is_compared
from .values import labels


def dated(said: str) -> str | None:
    """The date or period of a text that asks for a time, None where it does not."""
    if said in labels()["dates"]["without_number"]:
        return said
    found = _whole().fullmatch(said) or (None if is_compared(said) else _within().fullmatch(said))
    return found["period"] if found else None


@cache
def _whole() -> re.Pattern[str]:
    """A time and nothing else but what leads to it and what is done by then."""
    words = labels()["dates"]
    return re.compile(f"(?:{either(words['before'])})*(?P<period>{_period()})(?:{either(words['after'])})*")


@cache
def _within() -> re.Pattern[str]:
    """A sentence of one clause with a time by which something is to be done: 2021年6月30日前完成项目验收."""
    other = r"[^\d,;。.]"
    until = either(labels()["dates"]["until"])
    return re.compile(rf"{other}{{0,20}}?(?P<period>{_period()})(?:{until}){other}{{0,25}}")


@cache
def _period() -> str:
    number, day = "(?:0?[1-9]|1[0-2])", "[0-3]?\\d[日号]?"
    month, year = f"{number}月份?", f"{YEAR}年度?"
    iso = rf"{YEAR}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])|{YEAR}(?:[-/]{number}(?:[-/]{day})?|\.{number}\.{day})"
    part = rf"(?:{year}|\d\d\d?年(?={month})|年)?(?:{month}(?:{day})?|第?[一二三四1-4]季度|[上下]半年)"
    point = f"(?:{iso}|{part}|{year}|每月{day})(?:[上中下]旬|[年月]?[底末初])?"
    months = rf"(?:{year})?\d{{1,2}}月?{TO}{month}|{YEAR}\.{number}{TO}{YEAR}\.{number}"
    return f"(?:{point}(?:{TO}{point})?|{months}|{YEAR}年?{TO}{year})"
