"""What the texts of a sheet may be, told at a glance, so that each search looks only at the rows that can hold what it seeks.

A mark says "perhaps": a text without it is surely none. The forms of a batch print the same words, so the marks of a text
are worked out once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from . import heads, values
from .grid import Grid
from .vocabulary import Vocabulary, header_word, is_fund, meaning, section_of, words

BUDGET, INDICATORS, SECTION, FUND, TITLE, YEAR, UNIT, WHOSE, FIELD, ABOUT = (1 << bit for bit in range(10))
"""A word of a header of amounts, or of indicators; the heading of a text; a source of money; the title of a form; a year;
a unit of money; a department in a title; the label of a field, perhaps with its value; a label that says what a form is about."""
OF_FRAME = {"budget": BUDGET, "indicators": INDICATORS}
SAYS_WHAT = ("project", "department", "implementing_unit")
_LEAST_GRADES = 3  # 优, 良 and 中 at least
_IN_ONE = re.compile(r"[:：]|\S\s+\S")


def rows_with(grid: Grid, mark: int, vocabulary: Vocabulary) -> Iterator[int]:
    """The rows that hold a text with one of the marks."""
    return (row for row, marks in _of_grid(grid, vocabulary).items() if marks & mark)


def texts_with(grid: Grid, mark: int, vocabulary: Vocabulary, lines: Iterable[int] | None = None) -> list[heads.Text]:
    """The texts that stand in rows with one of the marks; of all rows, or of some."""
    every = _of_grid(grid, vocabulary)
    wanted = every if lines is None else lines
    return [text for row in wanted if every.get(row, 0) & mark for text in grid.texts(row)]


def places(grid: Grid) -> Mapping[str, list[heads.Place]]:
    """The cells in which each text of a sheet begins, by the text as labels are compared."""
    found: dict[str, list[heads.Place]] | None = grid.worked_out.get("places")
    if found is None:
        found = grid.worked_out["places"] = {}
        for row in grid.lines():
            for at, text in grid.texts(row):
                found.setdefault(values.label(text), []).append(at)
    return found


def _of_grid(grid: Grid, vocabulary: Vocabulary) -> dict[int, int]:
    """The marks of every row that holds a text."""
    found: dict[int, int] | None = grid.worked_out.get(vocabulary)
    if found is None:
        found = grid.worked_out[vocabulary] = {}
        for row in grid.lines():
            marks = 0
            for _, _, text in grid.printed(row):
                marks |= _of_text(text, vocabulary)
            if marks:
                found[row] = marks
    return found


@lru_cache(maxsize=100_000)
def _of_text(text: str, vocabulary: Vocabulary) -> int:
    said = meaning(text, vocabulary) or meaning(text.replace("：", ":").partition(":")[0], vocabulary)
    grades = sum(word in values.fold(text) for word in words("grades")) >= _LEAST_GRADES
    return (
        BUDGET * bool(header_word(text, "budget", vocabulary))
        | INDICATORS * bool(header_word(text, "indicators", vocabulary))
        | SECTION * bool(section_of(text, vocabulary))
        | FUND * is_fund(text)
        | TITLE * bool(heads.kind(text))
        | YEAR * bool(heads.year([((0, 0), text)]))
        | UNIT * bool(heads.unit([((0, 0), text)]) or heads.unit([((0, 0), text)], in_brackets=True))
        | WHOSE * bool(heads.whose([((0, 0), text)]))
        | FIELD * bool(said or grades or _IN_ONE.search(text))
        | ABOUT * bool(said and said[0] in SAYS_WHAT)
    )
