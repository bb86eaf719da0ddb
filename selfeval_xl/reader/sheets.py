"""A sheet that no drawn layout names, taken apart by the field's words: header bands, their rows, single fields.

Everything here only says where things stand; `generic` makes rows of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selfeval_xl.frames import BLANK

from .grid import Grid
from .headers import Band, bands
from .values import fold, is_dash, label, number
from .vocabulary import Vocabulary, bare, is_note, item, words

Place = tuple[int, int]
_UNIT = re.compile(r"单位[:：](万元|亿元|千元|元)")
_UNIT_IN_BRACKETS = re.compile(r"\((万元|亿元|千元|元)\)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|\)|$|\D)")
_OF_WHOM = re.compile(r"^(.{3,}?)(?=20\d\d年?度?部门(?:决算|预算))")
_TITLE = re.compile("表|情况|数据|报告|说明")
_NO_TITLE = re.compile(r"[:：]|^\s*(?:公开|财决|附)\s*\d*\s*表")  # a field, or the number of a form
_BLANK_ROWS = 3  # in a row end a table
_LEAST_COUNTED = 3  # columns that are numbered
_TALLEST_TITLE = 2  # rows; what is merged over more stands beside its rows: 资金情况


@dataclass(frozen=True, slots=True)
class Region:
    """A table: its header, its first and last row, and the row of its total, counted from 0."""

    grid: Grid
    band: Band
    title: str
    first: int
    last: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was found on a sheet."""

    grid: Grid
    regions: tuple[Region, ...]
    fields: dict[str, tuple[Place, Place, str | None]]
    """For each role the label's cell and the value's; the value itself where it stands behind the label's colon."""
    unit: tuple[str, Place] | None
    year: tuple[int, Place] | None
    of_whom: tuple[str, Place] | None


def take_apart(grid: Grid, vocabulary: Vocabulary) -> Sheet:
    """The tables and fields of a sheet."""
    found = bands(grid, vocabulary)
    regions = tuple(_region(grid, band, found, vocabulary) for band in found)
    inside = {row for region in regions for row in range(region.band.top, region.last + 1)}
    fields = _fields(grid, vocabulary, inside)
    texts = list(_all_texts(grid))
    return Sheet(
        grid,
        regions,
        fields,
        _first(texts, _UNIT) or _first(texts, _UNIT_IN_BRACKETS),
        _year(texts, min((band.top for band in found), default=len(grid.rows))),
        _first(texts, _OF_WHOM),
    )


def text_places(grid: Grid, row: int) -> Iterator[tuple[Place, str]]:
    """The texts of a row, each merged cell once, with the cell that holds it."""
    seen = set()
    for column in range(len(grid.rows[row])):
        top, left, *_ = grid.span(row, column)
        text = grid.text(row, column)
        if text.strip() and (top, left) not in seen:
            seen.add((top, left))
            yield (top, left), text


def _all_texts(grid: Grid) -> Iterator[tuple[Place, str]]:
    for row in range(len(grid.rows)):
        yield from ((at, fold(text)) for at, text in text_places(grid, row) if at[0] == row)


def _first(texts: list[tuple[Place, str]], pattern: re.Pattern[str]) -> tuple[str, Place] | None:
    return next(((found[1], at) for at, text in texts if (found := pattern.search(text))), None)


def _year(texts: list[tuple[Place, str]], before: int) -> tuple[int, Place] | None:
    head = [(at, text) for at, text in texts if at[0] <= before]
    return next(((int(found[1]), at) for at, text in head if (found := _YEAR.search(text))), None)


# -- tables --------------------------------------------------------------------------------------------------------


def _region(grid: Grid, band: Band, found: list[Band], vocabulary: Vocabulary) -> Region:
    first = band.bottom + 1
    while _counts_columns(grid, first):
        first += 1
    limit = min([other.top for other in found if other.top > band.bottom], default=len(grid.rows)) - 1
    beside = _beside(grid, band)
    if beside is not None:
        limit = min(limit, max(beside, first))
    last, blank = first - 1, 0
    for row in range(first, limit + 1):
        if grid.blank(row):
            blank += 1
            if blank >= _BLANK_ROWS:
                break
            continue
        name = next((text for _, text in text_places(grid, row)), "")
        if band.frame == "indicators" and bare(name) in words("stops", "totals"):
            return Region(grid, band, _title(grid, band), first, last, row)
        if _ends(grid, row, name, band, vocabulary):
            break
        last, blank = row, 0
    total = _total_below(grid, last, limit, band, found)
    return Region(grid, band, _title(grid, band), first, last, total)


def _counts_columns(grid: Grid, row: int) -> bool:
    """Whether a row only numbers the columns, as 1, 2, 3 right below a header do."""
    line = grid.rows[row] if row < len(grid.rows) else []
    told = [fold(str(value)).removesuffix(".0") for value in line if value not in {None, ""}]
    return len(told) >= _LEAST_COUNTED and told == [str(at) for at in range(1, len(told) + 1)]


def _total_below(grid: Grid, last: int, limit: int, band: Band, found: list[Band]) -> int | None:
    """The row of 总分, which may stand below what ended the indicators: 其他需要说明的事项."""
    if band.frame != "indicators":
        return None
    end = min([other.top for other in found if other.top > band.bottom], default=len(grid.rows))
    for row in range(last + 1, min(end, max(limit, last) + 4, len(grid.rows))):
        name = next((text for _, text in text_places(grid, row)), "")
        if bare(name) in words("stops", "totals"):
            return row
    return None


def _beside(grid: Grid, band: Band) -> int | None:
    """The last row of the side heading (项目资金) that stands left of a header and reaches down beside its rows."""
    leftmost = min(column.first for column in band.columns)
    for column in range(leftmost):
        top, left, bottom, _ = grid.span(band.bottom, column)
        if bottom > band.bottom and grid.text(top, left).strip() and top <= band.bottom:
            return bottom
    return None


def _ends(grid: Grid, row: int, name: str, band: Band, vocabulary: Vocabulary) -> bool:
    """Whether a row belongs to the table no more: a note, a field, a line of text over the whole width."""
    texts = list(text_places(grid, row))
    numbers = any(isinstance(value, int | float) for value in grid.rows[row])
    own = [text for at, text in texts if at[0] == row]
    if not own:
        return False
    if is_note(own[0]) or (label(own[0]) in vocabulary.texts and not numbers):
        return True
    if label(own[0]) in vocabulary.fields and band.frame == "budget" and not numbers:
        return True
    if bare(name) in words("stops") or (len(texts) == 1 and not numbers and _heads_other(grid, row, own[0])):
        return True
    (_, left, _, right) = grid.span(*texts[0][0])
    widest = band.columns[-1].last - band.columns[0].first
    return len(texts) == 1 and right - left >= max(widest, 2) and not numbers and item(name) is None


def _heads_other(grid: Grid, row: int, text: str) -> bool:
    """Whether a text alone in its row is the title of something that holds no numbers: 预算绩效管理情况 over a few words."""
    below = next((line for line in range(row + 1, len(grid.rows)) if not grid.blank(line)), None)
    if below is None or not _TITLE.search(text) or bare(text) != label(text):
        return False
    told = [grid.cell(*at) for at, _ in text_places(grid, below)][1:]
    return bool(told) and not any(number(cell)[0] is not None or is_dash(str(cell.value)) for cell in told)


def _title(grid: Grid, band: Band) -> str:
    """The nearest title above a header; the sheet's name where there is none."""
    for row in range(band.top - 1, -1, -1):
        for at, text in text_places(grid, row):
            (top, _, bottom, _) = grid.span(*at)
            if _TITLE.search(text) and not _NO_TITLE.search(text) and bottom - top < _TALLEST_TITLE:
                return fold(text)
    return fold(grid.name)


# -- single fields -------------------------------------------------------------------------------------------------


def _fields(grid: Grid, vocabulary: Vocabulary, inside: set[int]) -> dict[str, tuple[Place, Place, str | None]]:
    found: dict[str, tuple[int, tuple[Place, Place, str | None]]] = {}
    for row in range(len(grid.rows)):
        if row in inside:
            continue
        for at, text in text_places(grid, row):
            if at[0] != row or len(text) > 80:  # noqa: PLR2004 (a label, perhaps with its value, is short)
                continue
            offer = _field(grid, at, text, vocabulary)
            if offer is not None and (offer[0] not in found or offer[1] < found[offer[0]][0]):
                found[offer[0]] = offer[1:]
    return {role: spot for role, (_, spot) in found.items()}


def _beside_label(grid: Grid, at: Place, vocabulary: Vocabulary) -> Place:
    """The cell of a label's value: the next on its right that holds anything, unless that is a label itself."""
    nearest = spot = (at[0], grid.span(*at)[3] + 1)
    while spot[1] < len(grid.rows[at[0]]):
        text = grid.text(*spot)
        if label(text) in vocabulary.fields or label(text) in vocabulary.texts:
            return nearest
        if grid.cell(*spot).state != BLANK:
            return spot
        spot = (at[0], grid.span(*spot)[3] + 1)
    return nearest


def _field(grid: Grid, at: Place, text: str, vocabulary: Vocabulary) -> tuple[str, int, tuple[Place, Place, str | None]] | None:
    role, rank = vocabulary.fields.get(label(text), (None, 0))
    if role is not None:
        value = _beside_label(grid, at, vocabulary)
        empty = 100 if grid.cell(*value).value is None or is_dash(grid.text(*value)) else 0  # gives way to a filled one
        return role, rank + empty, (at, value, None)
    name, colon, rest = re.sub("：", ":", text).partition(":")
    role, rank = vocabulary.fields.get(label(name), (None, 0))
    if role is None or not colon or not rest.strip():
        return None
    return role, rank, (at, at, rest.strip())
