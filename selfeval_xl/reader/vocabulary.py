"""The field's words: what a printed header, label or row name means, from data/labels.toml and from layouts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from selfeval_xl.specs import Layout

from .values import fold, label, labels

AMOUNTS = ("original_budget", "final_budget", "actual", "prior_budget", "prior_actual")
_PRIOR = {"original_budget": "prior_budget", "final_budget": "prior_budget", "actual": "prior_actual"}
PART = "part"
IGNORED = "ignored"
UNIT = "amount_unit"
"""A column of units in a table of amounts."""
_NUMBERING = re.compile(r"^(?:其中[:]?|#|★|[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d+[.、])+")
BRACKETS = re.compile(r"\([^()]*\)$")
"""What stands in brackets at the end of a label."""
_LONGEST_GUESS = 24
_YEAR = re.compile(r"^(20\d\d)年度?(?=.)")
_ENDS_IN_POINTS = re.compile(r"(?<=.)\(\d+(?:\.\d+)?分\)$")
_POINTS = re.compile(r"\((\d+(?:\.\d+)?)分")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What words mean; `headers` by frame, then by the word."""

    headers: Mapping[str, Mapping[str, str]]
    fields: Mapping[str, tuple[str, int]]
    texts: Mapping[str, str]

    def header(self, frame: str, path: tuple[str, ...]) -> str | None:
        """The role of a header, from its texts top down: its lowest text if that is an amount, the whole, or what is known."""
        known = self.headers[frame]
        if known.get(path[-1]) in AMOUNTS:
            return known[path[-1]]
        if frame == "budget" and path[-1] not in known and is_part(path[-1]):
            return PART
        for start in range(len(path)):
            role = known.get("".join(path[start:]))
            if role is not None:
                return role
        for text in reversed(path[:-1]):
            role = known.get(text)
            if role is not None and role not in {IGNORED, PART}:
                return role
        return next((role for start, role in _STARTS.get(frame, ()) if path[-1].startswith(start)), None)

    def word(self, frame: str, text: str) -> str | None:
        """The role of a single word of a header, as it is listed, else as it is made."""
        return self.headers[frame].get(text) or guessed(frame, text)

    def passed_over(self, frame: str, path: tuple[str, ...]) -> bool:
        """Whether a header that only says 小计 stands under one that is not read: 预计支出."""
        return path[-1] in words("neutral") and any(self.word(frame, text) == IGNORED for text in path[:-1])

    def amount(self, path: tuple[str, ...]) -> str | None:
        """Which amount stands under a header: what its texts say from below; 合计 and the like do not say."""
        roles = [self.word("budget", text) for text in reversed(path) if text not in words("neutral")]
        return next((role for role in roles if role in AMOUNTS), None)


_STARTS = {
    "budget": (("得分", "reported_score"), ("执行率", "reported_execution_rate")),
    "indicators": (("偏差", "deviation_reason"), ("未完成原因", "deviation_reason"), ("得分", "reported_score")),
}
"""Headers that go on after a word that says enough: 得分（20分*执行率）."""


@cache
def general() -> Vocabulary:
    """The words that every form shares."""
    return _vocabulary({})


@lru_cache(maxsize=100)
def of_layout(layout: Layout) -> Vocabulary:
    """The shared words, and those that a form edition uses in a way of its own."""
    return _vocabulary(layout.headers)


def _vocabulary(own: Mapping[str, str]) -> Vocabulary:
    listed = labels()
    headers = {}
    for frame in ("budget", "indicators"):
        known: dict[str, str] = {}
        if frame == "budget":
            parts = [text for code, texts in listed["items"].items() for text in texts if code != "total"]
            known |= dict.fromkeys(map(label, [*parts, *listed["columns_apart"]["words"]]), PART)
        known |= dict.fromkeys(map(label, listed["ignored"]["headers"]), IGNORED)
        known |= {label(text): role for role, texts in listed[f"headers_{frame}"].items() for text in texts}
        known |= {label(text): role.partition(".")[2] for text, role in own.items() if role.startswith(f"{frame}.")}
        headers[frame] = known
    fields = {label(text): (role, rank) for role, texts in listed["fields"].items() for rank, text in enumerate(texts)}
    return Vocabulary(headers, fields, {label(text): section for section, texts in listed["texts"].items() for text in texts})


@lru_cache(maxsize=50_000)
def header_word(text: str, frame: str, vocabulary: Vocabulary) -> Literal["listed", "guessed"] | None:
    """Whether a text is a word of headers, one that a list names or one that is made like them."""
    name = heading(text)
    return "listed" if name in vocabulary.headers[frame] else "guessed" if guessed(frame, name) else None


@lru_cache(maxsize=50_000)
def meaning(text: str, vocabulary: Vocabulary) -> tuple[str, int] | None:
    """The role of a label and its rank, also with a number before it or brackets behind it: 一、项目名称, 填报单位(公章)."""
    plain = bare(label(text).lstrip("*※▲"))
    for name in (label(text), plain, label(BRACKETS.sub("", plain))):
        if name in vocabulary.fields:
            return vocabulary.fields[name]
    return None


@lru_cache(maxsize=50_000)
def section_of(text: str, vocabulary: Vocabulary) -> str | None:
    """The section of a narrative that a text is the heading of, also with brackets behind it: 预期目标（年初设定目标）."""
    name = label(bare(text))
    return vocabulary.texts.get(name) or vocabulary.texts.get(BRACKETS.sub("", name))


@lru_cache(maxsize=20_000)
def guessed(frame: str, text: str) -> str | None:
    """The role of a header that no list names, by how it is made: 市级财政实际支出金额; None for a sentence."""
    if len(text) > _LONGEST_GUESS or re.search(r"[,;:。□☑√]", text):
        return None
    return next((role for role, pattern in _patterns(frame).items() if pattern.fullmatch(text)), None)


@cache
def _patterns(frame: str) -> Mapping[str, re.Pattern[str]]:
    return {role: re.compile("|".join(texts)) for role, texts in labels()[f"patterns_{frame}"].items()}


@lru_cache(maxsize=20_000)
def item(text: str) -> str | None:
    """The code of an amount's row or column by its printed name, without 其中： and numbering."""
    return _items().get(bare(text))


@lru_cache(maxsize=20_000)
def heading(text: str) -> str:
    """A header as headers are compared: a label without a year before it (2021年度决算数) and points behind it (得分（10分）)."""
    return _ENDS_IN_POINTS.sub("", _YEAR.sub("", label(text)))


@lru_cache(maxsize=20_000)
def year_of(text: str) -> int | None:
    """The year that a header begins with."""
    found = re.match(r"(20\d\d)年", label(text))
    return int(found[1]) if found else None


def of_year(amount: str, year: int | None, own: int | None) -> str | None:
    """An amount of a year in a table of another: a prior one for the year before, else None."""
    if year is None or own is None or year == own:
        return amount
    return _PRIOR.get(amount) if year == own - 1 else None


@lru_cache(maxsize=20_000)
def is_part(text: str) -> bool:
    """Whether a name says that it is a part of what stands before it: 其中：财政拨款."""
    return fold(text).startswith(tuple(labels()["parts"]["words"]))


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """A row's name without 其中：, numbering and what stands in brackets after it."""
    return _NUMBERING.sub("", label(text))


@cache
def _items() -> Mapping[str, str]:
    return {label(text): code for code, texts in labels()["items"].items() for text in texts}


@lru_cache(maxsize=20_000)
def is_ignored(text: str) -> bool:
    """Whether a name is that of a row which is never read: 栏次."""
    return bare(text) in words("ignored", "rows")


@lru_cache(maxsize=20_000)
def is_fund(text: str) -> bool:
    """Whether a text names a source of money."""
    return bare(text) in words("funds")


@cache
def words(section: str, key: str = "words") -> frozenset[str]:
    """A list of words of labels.toml, as they are compared."""
    return frozenset(label(text) for text in labels()[section][key])


@lru_cache(maxsize=20_000)
def side(text: str) -> str | None:
    """收入 or 支出 where a heading says so."""
    return next((name for name, texts in labels()["sides"].items() if label(text) in {label(word) for word in texts}), None)


@lru_cache(maxsize=20_000)
def is_note(text: str) -> bool:
    """Whether a line only explains the form: 注：…, 备注：…."""
    return fold(text).startswith(tuple(fold(word) for word in labels()["stops"]["notes"]))


@lru_cache(maxsize=20_000)
def points_in(text: str) -> float | None:
    """The weight that a header names: 得分（20分*执行率） is 20."""
    found = _POINTS.search(fold(text))
    return float(found[1]) if found else None
