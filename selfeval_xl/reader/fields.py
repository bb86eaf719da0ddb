"""Single fields of a form: a label and its value, however the two stand.

| how it is printed | value |
| --- | --- |
| `项目名称` and the value in a cell on its right, perhaps after blank ones | that cell |
| `项目名称：农村饮水`, several such in one cell too | what stands behind the colon |
| labels in one row, their values in the next | the cell below |
| `自评得分 96 等级 优` | the word behind the label |
| `自评等级：优□ 良☑ 中□ 差□`, also without a label | the one that is ticked |
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from selfeval_xl.frames import BLANK, VALUE

from . import values
from .grid import Cell, Grid
from .heads import Place, texts_of
from .marks import FIELD, rows_with
from .values import fold, label
from .vocabulary import BRACKETS, Vocabulary, bare, is_note, meaning, section_of, words

_LONGEST = 80  # characters of a label, perhaps with its value
_MOST_IN_ONE = 240  # characters of a cell with several labels
_GIVES_WAY = 100  # what an empty value is behind a filled one
_LABEL = re.compile(r"(?:^|[\s,，;；|]+)([^\s:：,，;；|]+(?:[ \u3000][^\s:：,，;；|]){0,5})\s*[:：]")
_FAR_APART = re.compile(r"\s{2,}(?=.*(?:[:：]|20\d\d\s*年|二[〇零○]))", re.DOTALL)
_BY_BLANKS = {"reported_total_score", "reported_grade"}
_NAMED = {"department", "implementing_unit", "project"}
_COUNTED = {"posts", "staff"}
_COUNT = re.compile(r"\d{1,7}(?:\.0+)?[人名个]?")
_OF_YEAR = re.compile(r"^20\d\d年")


@dataclass(frozen=True, slots=True)
class Field:
    """A label's cell, the cell of its value, and the value itself where it is not the whole of that cell."""

    at: Place
    spot: Place
    value: str | None = None

    def cell(self, grid: Grid) -> Cell:
        """The value as a cell; a value of no characters is a blank."""
        if self.value is None:
            return grid.cell(*self.spot)
        return Cell(self.value, VALUE) if self.value else Cell(None, BLANK)


def fields(grid: Grid, vocabulary: Vocabulary, inside: Collection[int]) -> dict[str, Field]:
    """For each role its label and value, outside the rows of tables; the likeliest label wins, a filled one before a blank."""
    found: dict[str, tuple[int, Field]] = {}
    for row in rows_with(grid, FIELD, vocabulary):
        if row in inside:
            continue
        for at, text in grid.texts(row):
            if is_note(text) and first_meaning(grid, at, text, vocabulary) is None:
                continue
            for role, rank, field in _offers(grid, at, text, vocabulary):
                if role not in found or rank < found[role][0]:
                    found[role] = rank, field
    return {role: field for role, (_, field) in found.items()}


def first_meaning(grid: Grid, at: Place, text: str, vocabulary: Vocabulary) -> tuple[str, str, Field] | None:
    """Role, label and place of the first field that a text is the label of."""
    if known := meaning(text, vocabulary):
        return known[0], BRACKETS.sub("", bare(text)), next(_offers(grid, at, text, vocabulary))[2]
    name, colon, _ = text.replace("：", ":").partition(":")
    if not colon or (known := meaning(name, vocabulary)) is None:
        return None
    field = next((one for role, _, one in _offers(grid, at, text, vocabulary) if role == known[0]), None)
    return (known[0], BRACKETS.sub("", bare(name)), field) if field else None


def _offers(grid: Grid, at: Place, text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, int, Field]]:
    if len(text) > _MOST_IN_ONE:
        return
    known = meaning(text, vocabulary) if len(text) <= _LONGEST else None
    counted = known or meaning(_OF_YEAR.sub("", fold(text)), vocabulary) if len(text) <= _LONGEST else None
    if counted is not None and counted[0] in _COUNTED:
        yield from ((*counted, Field(at, spot)) for spot in _count_of(grid, at))
        return
    if known is not None:
        spot = _value_of(grid, at, vocabulary)
        shown = values.shown(grid.cell(*spot))
        empty = shown is None or values.is_dash(shown)
        yield known[0], known[1] + _GIVES_WAY * empty, Field(at, spot, _plain(known[0], shown))
        return
    for (role, rank), value in _within(text, vocabulary):
        if value and len(value) <= _LONGEST:
            plain = _plain(role, value)
            yield role, rank, Field(at, at, value if plain is None else plain)
        elif not value:
            spot = _value_of(grid, at, vocabulary)
            shown = values.shown(grid.cell(*spot))
            yield role, rank + _GIVES_WAY * (shown is None), Field(at, spot, _plain(role, shown))
    grade = ticked(text) if len(_grades_in(text)) >= 3 else None  # noqa: PLR2004 (优, 良 and 中 at least)
    if grade:
        yield "reported_grade", _GIVES_WAY // 2, Field(at, at, grade)


def _plain(role: str, value: str | None) -> str | None:
    """What a value means where that is not the whole of it: a name without 盖章, the grade that is ticked; else None."""
    if value is None:
        return None
    if role in _NAMED:
        short = _stamp().sub("", value).strip()
        return short if short != value else None
    if role == "reported_grade" and _grades_in(value):
        return ticked(value) or ""
    return value.replace("人民币", "") if role == "amount_unit" and "人民币" in value else None


@cache
def _stamp() -> re.Pattern[str]:
    return re.compile(rf"\s*[(（]\s*(?:{'|'.join(sorted(words('stamps'), key=len, reverse=True))})\s*[)）]\s*$")


def _within(text: str, vocabulary: Vocabulary) -> Iterator[tuple[tuple[str, int], str]]:
    """Labels with their values in one cell."""
    starts = [(found.start(), found.end(), meaning(found[1], vocabulary)) for found in _LABEL.finditer(text)]
    name, colon, _ = text.replace("：", ":").partition(":")
    if colon and (known := meaning(name, vocabulary)) and not (starts and starts[0][2] and starts[0][0] == 0):
        starts = [(0, len(name) + 1, known), *(one for one in starts if one[0] > len(name))]
    for number, (_, begin, known) in enumerate(starts):
        if known is not None:
            end = starts[number + 1][0] if number + 1 < len(starts) else len(text)
            value = _FAR_APART.split(text[begin:end].strip(), maxsplit=1)[0]
            yield known, _stamp().sub("", value).strip(" \t\r\n\u3000,，;；|")
    if not starts:
        parts = text.split()
        for name, value in pairwise(parts):
            known = meaning(name, vocabulary)
            if known is not None and known[0] in _BY_BLANKS and not meaning(value, vocabulary):
                yield known, value


# -- where a value stands ------------------------------------------------------------------------------------------


def is_label(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text is the label of a field, or the heading of a text."""
    return meaning(text, vocabulary) is not None or section_of(text, vocabulary) is not None


def _value_of(grid: Grid, at: Place, vocabulary: Vocabulary) -> Place:
    """The cell of a label's value: the next on its right that holds anything and is no label; else the one below."""
    nearest = spot = (at[0], grid.span(*at)[3] + 1)
    while spot[1] < len(grid.rows[at[0]]):
        text = grid.text(*spot)
        if text.strip() and is_label(text, vocabulary):
            break
        if grid.cell(*spot).state != BLANK:
            return spot
        spot = (at[0], grid.span(*spot)[3] + 1)
    return _below(grid, at, vocabulary) or nearest


def _count_of(grid: Grid, at: Place) -> Iterator[Place]:
    """The cell of a number of people, on the right of its label or under it: 编制数 | 2022年实际在职人数 over 46 | 44."""
    _, _, bottom, right = grid.span(*at)
    for row, column in ((at[0], right + 1), (bottom + 1, at[1])):
        inside = row < len(grid.rows) and column < len(grid.rows[row])
        if inside and _COUNT.fullmatch(fold(values.shown(grid.cell(row, column)) or "")):
            yield row, column
            return


def _below(grid: Grid, at: Place, vocabulary: Vocabulary) -> Place | None:
    """The cell under a label, where a row of labels only stands over a row of values only."""
    row = grid.span(*at)[2] + 1
    above = [place for place, text in texts_of(grid, [at[0]]) if is_label(text, vocabulary)]
    if row >= len(grid.rows) or len(above) != len(_filled(grid, at[0])):
        return None
    under = _filled(grid, row)
    texts = [text for _, text in texts_of(grid, [row])]
    if not set(under) <= {column for _, column in above} or any(is_label(text, vocabulary) for text in texts):
        return None
    if len(above) == 1 and (
        texts != [grid.text(row, at[1])] or grid.span(row, at[1])[3] != grid.span(*at)[3] or bare(texts[0]) != label(texts[0])
    ):
        return None
    return (row, at[1]) if at[1] in under else None


def _filled(grid: Grid, row: int) -> list[int]:
    """Columns of a row that hold anything of their own."""
    return [column for column in range(len(grid.rows[row])) if grid.cell(row, column).state != BLANK]


# -- ticks ---------------------------------------------------------------------------------------------------------


def ticked(text: str) -> str | None:
    """The grade that is ticked in 优□ 良☑ 中□ 差□, the marks before or behind; the text itself where nothing is ticked off."""
    folded = fold(text)
    found = _grades_in(folded)
    marks = _marks()
    if not found or not re.search(marks[0], folded):
        return text.strip() if len(found) == 1 and not re.search(marks[1], folded) else None
    before = re.search(marks[1], folded[: found[0].start()]) is not None
    bounds = [0, *(one.end() for one in found)] if before else [*(one.start() for one in found), len(folded)]
    parts = [folded[first:last] for first, last in pairwise(bounds)]
    chosen = [one[0] for one, part in zip(found, parts, strict=True) if re.search(marks[0], part)]
    return chosen[0] if len(chosen) == 1 else None


@lru_cache(maxsize=20_000)
def _grades_in(text: str) -> list[re.Match[str]]:
    """The grades in a line that holds nothing else but marks and a label."""
    found = list(_grades().finditer(fold(text)))
    return found if len({one[0] for one in found}) == len(found) else []


@cache
def _grades() -> re.Pattern[str]:
    return re.compile("|".join(sorted(words("grades"), key=len, reverse=True)))


@cache
def _marks() -> tuple[str, str]:
    ticks = [re.escape(fold(word)) for word in values.labels()["ticks"]["ticked"]]
    boxes = [re.escape(fold(word)) for word in values.labels()["ticks"]["boxes"]]
    return "|".join(ticks), "|".join([*ticks, *boxes])
