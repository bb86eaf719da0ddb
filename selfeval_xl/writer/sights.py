"""What every cell of a sheet was taken for, and which figures nobody recognised."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd

from selfeval_xl.frames import ABSENT, BLANK, DASH, PLACED, VALUE, Submissions, column_number, columns, spot
from selfeval_xl.pages import Page

from .looks import summary
from .preview_looks import looks

At = tuple[int, int]
"""Row and column of a cell, counted from 0."""

_FIGURE = re.compile(r"[+-]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(%|元|千元|万元|亿元|分)?")
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_RUN = 3  # figures that each exceed the one before by one are a numbering
_LONG = 60  # characters of a text that need not be repeated in whole


@dataclass(frozen=True)
class Reading:
    """That a cell was taken for something: the kind, what was read in words, and whether anything is printed there."""

    at: At
    kind: str
    said: str
    printed: bool


@cache
def _kind_of() -> Mapping[str, str]:
    """The kind of every column that has a place, as frame.column."""
    named = {name: kind.code for kind in looks().kinds for name in kind.of}
    every = [f"{c.frame}.{c.column}" for c in columns() if c.placed]
    return {name: named.get(name) or named.get(f"{name.split('.')[0]}.*", "") for name in every} | named


def readings(submissions: Submissions) -> Iterator[tuple[tuple[str, str], Reading]]:
    """Every value that has a cell, and the cells of labels and texts."""
    described = {(c.frame, c.column): c for c in columns()}
    for frame in PLACED:
        table: pd.DataFrame = getattr(submissions, frame)
        keys = list(zip(table["file"], table["sheet"], strict=True))
        parts = table["part_label"] if frame == "budget" else [None] * len(table)
        for name, codes in submissions.places[frame].items():
            about = described[frame, str(name)]
            kind = _kind_of()[f"{frame}.{name}"]
            for key, code, value, part in zip(keys, codes, table[str(name)], parts, strict=True):
                if code & 15 != ABSENT:
                    label = f"{about.label}（{part}）" if isinstance(part, str) else about.label
                    said = f"{label}：{_in_words(str(name), about.kind, value, code & 15)}"
                    yield key, Reading(spot(code), kind, said, code & 15 > BLANK)
    for frame, label in (("budget", "项目"), ("texts", "文字")):
        kind = _kind_of()[f"{frame}.cell"]
        table = getattr(submissions, frame)
        words = table["item_label" if frame == "budget" else "text"]
        for file, sheet, cell, word in zip(table["file"], table["sheet"], table["cell"], words, strict=True):
            if isinstance(cell, str):
                printed = isinstance(word, str)
                yield (file, sheet), Reading(address(cell), kind, f"{label}：{_short(word) if printed else '—'}", printed)


def _in_words(column: str, kind: str, value: Any, state: int) -> str:
    """What was read, as a person would say it."""
    said = looks().lines
    if state == BLANK:
        return said["blank"]
    if pd.isna(value):
        return said["dash"] if state in {DASH, VALUE} else said["unreadable"]
    if column == "operator":
        return summary().words["operator"].get(value, value)
    if isinstance(value, str):
        return _short(value)
    if kind == "amount":
        return f"{value:,.2f} 元"
    return f"{value * 100:.12g}%" if kind == "ratio" else f"{value:.12g}"


def _short(text: str) -> str:
    return text if len(text) <= _LONG else text[:_LONG] + "……"


def address(cell: str) -> At:
    """Row and column of an A1 address."""
    found = _ADDRESS.fullmatch(cell)
    if found is None:
        return 0, 0
    return int(found[2]) - 1, column_number(found[1])


def taken_for(readings: Iterable[Reading], owner: Mapping[At, At]) -> tuple[dict[At, str], dict[At, tuple[str, ...]]]:
    """The kind of each cell that was read, and all that was read of it; what is printed weighs more than a blank."""
    rank = {kind.code: at for at, kind in enumerate(looks().kinds)}
    by_cell = defaultdict[At, list[Reading]](list)
    for reading in readings:
        by_cell[owner.get(reading.at, reading.at)].append(reading)
    kinds = {at: min(found, key=lambda one: (not one.printed, rank[one.kind])).kind for at, found in by_cell.items()}
    said = {}
    for at, found in by_cell.items():
        printed = [one.said for one in found if one.printed] or [one.said for one in found]
        said[at] = tuple(dict.fromkeys(printed))
    return kinds, said


def levels(page: Page, indicators: Iterable[Any], owner: Mapping[At, At]) -> dict[At, tuple[str, str]]:
    """Cells of first and second levels, with kind and words: left of the third level, where the row's level is printed."""
    found: dict[At, tuple[str, str]] = {}
    kind = _kind_of()["indicators.level1"]
    described = {c.column: c.label for c in columns() if c.frame == "indicators"}
    for row in indicators:
        line, before = address(row.cell)
        for column in range(before):
            at = owner.get((line, column), (line, column))
            printed = folded(page.text(*at))
            for name in ("level1", "level2"):
                value = getattr(row, name)
                if isinstance(value, str) and printed and printed.startswith(value):
                    found.setdefault(at, (kind, f"{described[name]}：{value}"))
    return found


def figures(page: Page, taken: Mapping[At, str], owner: Mapping[At, At], unread: Collection[str]) -> dict[At, str]:
    """Cells that hold a figure and were taken for nothing: a numbering, in a column that is left out, or to be looked at.

    `unread` has the headers, folded, of the columns that the layout leaves out.
    """
    found: dict[At, float] = {}
    for row, line in enumerate(page.texts):
        for column, text in enumerate(line):
            at = (row, column)
            if text and at not in taken and owner.get(at, at) == at:
                value = page.numbers.get(at)
                if value is None and (figure := _FIGURE.fullmatch("".join(text.split()))):
                    value = float(re.sub("[^0-9.-]", "", figure[0]))
                if value is not None:
                    found[at] = value
    kinds = dict.fromkeys(found, looks().unread)
    for lines in (sorted(found, key=lambda at: (at[1], at[0])), sorted(found)):
        for run in _runs(lines, found):
            kinds |= dict.fromkeys(run, looks().numbering)
    below = _left_out(page, taken, owner, unread)
    return kinds | dict.fromkeys(below & found.keys(), looks().left_out)


def _left_out(page: Page, taken: Mapping[At, str], owner: Mapping[At, At], unread: Collection[str]) -> set[At]:
    """Cells below a header that the layout leaves out, down to the next cell of the column that was taken for something."""
    found = set[At]()
    heads = [
        (row, column)
        for row, line in enumerate(page.texts)
        for column, text in enumerate(line)
        if text and (row, column) not in page.numbers and folded(text) in unread
    ]
    for row, first in heads:
        column = first
        while column == first or owner.get((row, column)) == (row, first):
            for line in range(row + 1, len(page.texts)):
                if (line, column) in taken:
                    break
                found.add((line, column))
            column += 1
    return found


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """A text as headers are compared: half width, without blanks and without a unit in brackets at its end."""
    return re.sub(r"\((?:万元|元|%|[A-Z])\)$", "", "".join(unicodedata.normalize("NFKC", text).split()))


def _runs(cells: list[At], values: Mapping[At, float]) -> Iterator[list[At]]:
    """Cells of one column, or of one row, whose whole numbers go up by one."""
    run: list[At] = cells[:1]
    for before, at in pairwise(cells):
        along = before[1] == at[1] or before[0] == at[0]
        if along and values[before].is_integer() and values[at] - values[before] == 1:
            run.append(at)
            continue
        if len(run) >= _RUN:
            yield run
        run = [at]
    if len(run) >= _RUN:
        yield run
