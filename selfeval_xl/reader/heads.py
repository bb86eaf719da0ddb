"""What the head of a form says without a label: its title, its year, the unit of its amounts, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain

from . import values
from .grid import Grid
from .vocabulary import words

Place = tuple[int, int]
Text = tuple[Place, str]

_LONGEST_TITLE = 60
_SAME_END = 3  # characters that a shortened name and the full one end with alike
_MOST_BESIDE_TITLE = 3  # texts in the row of a title: 附件2, the title, 单位：万元
_BRACKETS = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\])+$")
_ASIDE = re.compile(r"^附[件表]?[\d一二三四五六七八九十-]*[:：.、]?")
_A_YEAR = r"(?<![\dA-Za-z])(20\d\d)"
_YEARS = (
    re.compile(rf"{_A_YEAR}年?度"),
    re.compile(rf"{_A_YEAR}年(?!\d{{1,2}}月|初|末|底|以来)"),
    re.compile(r"^\(?(20\d\d)年?\)?$"),
    re.compile(rf"(?<!\[|〔|【){_A_YEAR}(?=[^\d.\-/〕\]】年)][^:]*表$)"),
)
"""How a year is printed, the surest first: 2022年度, 2022年, (2022), 2022部门整体支出绩效自评表.

FY2022, 2023年3月 and 〔2020〕10号 are none.
"""
_WHEN_FILLED = re.compile("^[^:]*(?:日期|时间)[^:]*:")
_UNIT_SAID = re.compile(r"单位(?:[:：]\(?|\()(?:人民币)?(万元|亿元|千元|元)(?![/\w])")
_UNIT_IN_BRACKETS = re.compile(r"\((?:人民币)?(万元|亿元|千元|元)\)")
_OF_UNIT = re.compile(r"单位:(?!\(?(?:人民币)?(?:万|亿|千|百)?元)([^:,。;、]{4,40})")
_OF_ACCOUNTS = re.compile(r"^(.{3,}?)(?=20\d\d年?度?部门(?:决算|预算))")


def texts_of(grid: Grid, lines: Iterable[int]) -> Iterator[Text]:
    """The texts of some rows, each merged cell once, with its first cell."""
    return chain.from_iterable(map(grid.texts, lines))


# -- titles --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def kind(text: str) -> str | None:
    """The kind of form that a title names, by the last words of it: 绩效自评表; None where a text is no title of a form."""
    title = bare_title(text)
    if len(title) > _LONGEST_TITLE or re.search("[:。;]", title):
        return None
    return next((word for word in _kinds() if title.endswith(word)), None)


@lru_cache(maxsize=20_000)
def bare_title(text: str) -> str:
    """A title without 附件2：, and without what stands in brackets behind it."""
    return _BRACKETS.sub("", _ASIDE.sub("", values.year_digits(values.fold(text))))


def is_continued(text: str) -> bool:
    """Whether a title says that it only goes on: （续）, 续表."""
    return re.search(r"\(续(?:表|页)?[\d一二三四五]*\)|续表", values.fold(text)) is not None


@cache
def _kinds() -> Sequence[str]:
    return sorted(words("titles"), key=len, reverse=True)


def title_of(grid: Grid, row: int) -> str | None:
    """The title of a form in a row that holds little else."""
    texts = grid.texts(row)
    return next((text for _, text in texts if kind(text)), None) if len(texts) <= _MOST_BESIDE_TITLE else None


def is_aside(text: str) -> bool:
    """Whether a text only numbers the form: 附件2, 公开14表, 报表编号：…."""
    return values.fold(text).startswith(tuple(words("titles", "aside")))


# -- whose ---------------------------------------------------------------------------------------------------------


def whose(texts: Iterable[Text]) -> tuple[str, Place] | None:
    """The department that a title names: 示例县水利局2022年度项目支出绩效自评表."""
    return next(((named, at) for at, text in texts if (named := _whose(text))), None)


@lru_cache(maxsize=20_000)
def _whose(text: str) -> str | None:
    folded = values.year_digits(values.fold(text))
    found = _OF_ACCOUNTS.search(folded) or _OF_UNIT.fullmatch(folded)
    if found:
        return found[1]
    return _named_in(bare_title(text)) if kind(text) else None


def _named_in(title: str) -> str | None:
    name = title.removesuffix(kind(title) or "")
    scopes = tuple(words("titles", "scopes"))
    while name.endswith(scopes):
        name = name.removesuffix(next(scope for scope in scopes if name.endswith(scope)))
    dated = re.search(r"20\d\d年?度?", name)
    before, after = (name[: dated.start()], name[dated.end() :]) if dated else (name, "")
    return next((one for one in (before, after) if is_organisation(one)), None)


@lru_cache(maxsize=5_000)
def is_organisation(name: str) -> bool:
    """Whether a name ends as those of departments do; 中心, 站 and the like only where it names an area too."""
    if not 3 <= len(name) <= 40 or re.search("[:,。;、]", name):  # noqa: PLR2004 (a name is neither a word nor a sentence)
        return False
    if name.endswith(tuple(words("organisations", "endings"))):
        return True
    areas = tuple(words("organisations", "areas"))
    return name.endswith(tuple(words("organisations", "with_area"))) and any(area in name[1:] for area in areas)


# -- year and unit -------------------------------------------------------------------------------------------------


def year(texts: Sequence[Text]) -> tuple[int, Place] | None:
    """The fiscal year of a form, as its head prints it; the surest way of printing it first."""
    said = [(at, years) for at, text in texts if any(years := _years_in(text))]
    return next(((years[way], at) for way in range(len(_YEARS)) for at, years in said if years[way]), None)


@lru_cache(maxsize=20_000)
def _years_in(text: str) -> tuple[int, ...]:
    """The year that a text prints in each of the ways, 0 where it does not; the day of filling in tells none."""
    folded = values.year_digits(values.fold(text))
    if _WHEN_FILLED.search(folded):
        return (0,) * len(_YEARS)
    return tuple(int(found[1]) if (found := pattern.search(folded)) else 0 for pattern in _YEARS)


def unit(texts: Iterable[Text], *, in_brackets: bool = False) -> tuple[str, Place] | None:
    """The unit of money that a text says: 单位：万元; or that stands in brackets behind a label, （万元）."""
    said = _unit_in_brackets if in_brackets else _unit_said
    return next(((found, at) for at, text in texts if (found := said(text))), None)


@lru_cache(maxsize=20_000)
def _unit_said(text: str) -> str | None:
    found = _UNIT_SAID.search(values.fold(text))
    return found[1] if found else None


@lru_cache(maxsize=20_000)
def _unit_in_brackets(text: str) -> str | None:
    found = _UNIT_IN_BRACKETS.search(values.fold(text))
    return found[1] if found else None


def is_short_for(name: str, full: str) -> bool:
    """Whether a name is meant to be the full one and lacks something in its middle: 示例市规划局, 示例市示例区规划局."""
    return name != full and name[:2] == full[:2] and common_end(name, full) >= _SAME_END


def common_end(one: str, other: str) -> int:
    """How many characters two texts end with alike."""
    length = 0
    while length < min(len(one), len(other)) and one[-1 - length] == other[-1 - length]:
        length += 1
    return length
