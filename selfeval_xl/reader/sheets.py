"""A sheet that no drawn layout names, taken apart by the field's words: header bands, their rows, single fields.

Everything here only says where things stand; `generic` makes rows of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from . import heads
from .fields import Field, fields
from .grid import Grid, has_number
from .headers import Band, bands
from .heads import Place
from .marks import UNIT, WHOSE, YEAR, texts_with
from .texts import texts_below
from .values import fold, is_dash, label, number
from .vocabulary import Vocabulary, bare, is_note, item, words

__all__ = ["Place", "Region", "Sheet", "take_apart", "text_places"]

_TITLE = re.compile("表|情况|数据|报告|说明")
_NO_TITLE = re.compile(r"[:：]|^\s*(?:公开|财决|附)\s*\d*\s*表")  # a field, or the number of a form
_BLANK_ROWS = 3  # in a row end a table
_LEAST_COUNTED = 3  # columns that are numbered
_MOST_BESIDE_TITLE = 4  # texts in the row of a title: 附件2, the title, 单位：万元
_OF_FORM = {"reported_total_score", "reported_grade"}  # fields whose value may be a number and is no amount
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
    fields: dict[str, Field]
    unit: tuple[str, Place] | None
    year: tuple[int, Place] | None
    of_whom: tuple[str, Place] | None


def take_apart(grid: Grid, vocabulary: Vocabulary) -> Sheet:
    """The tables and fields of a sheet."""
    found = _bands(grid, vocabulary)
    regions = tuple(_region(grid, band, found, vocabulary) for band in found)
    inside = {row for region in regions for row in range(region.band.top, region.last + 1)}
    found_fields = fields(grid, vocabulary, inside)
    texts = texts_with(grid, YEAR | UNIT | WHOSE, vocabulary)
    top = min((band.top for band in found), default=len(grid.rows))
    above = [text for text in texts if text[0][0] < top]
    names = {row for one in regions if one.band.frame == "indicators" for row in range(one.first, one.last + 1)}
    year = heads.year(above) or heads.year([text for text in texts if text[0][0] == top])
    unit = heads.unit(texts) or heads.unit((text for text in texts if text[0][0] not in names), in_brackets=True)
    return Sheet(grid, regions, found_fields, unit, year, heads.whose(above))


def _bands(grid: Grid, vocabulary: Vocabulary) -> list[Band]:
    """The headers of a sheet; texts right above one, under headings of their own, are no level of it."""
    found = bands(grid, vocabulary)
    headers = {row for band in found for row in range(band.top, band.bottom + 1)}
    hidden = [row for row in texts_below(grid, vocabulary, {band.bottom for band in found}) if row in headers]
    if not hidden:
        return found
    ends = [-1, *sorted(set(hidden)), len(grid.rows)]
    return bands(grid.part([range(above + 1, below) for above, below in pairwise(ends)]), vocabulary)


def text_places(grid: Grid, row: int) -> Iterator[tuple[Place, str]]:
    """The texts of a row, each merged cell once, with the cell that holds it."""
    return ((at, text) for at, _, text in grid.printed(row))


# -- tables --------------------------------------------------------------------------------------------------------


def _region(grid: Grid, band: Band, found: list[Band], vocabulary: Vocabulary) -> Region:
    first = band.bottom + 1
    while counts_columns(grid, first):
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
            return Region(grid, band, _title(grid, band, vocabulary), first, last, row)
        if _ends(grid, row, name, band, vocabulary):
            break
        last, blank = row, 0
    if last > first and last == limit and band.frame == "indicators" and _stands_alone(grid, last):
        last -= 1
    total = _total_below(grid, last, limit, band, found)
    return Region(grid, band, _title(grid, band, vocabulary), first, last, total)


def _stands_alone(grid: Grid, row: int) -> bool:
    """Whether a row holds one text and nothing else: the title of the table below, 二、满意度."""
    return len([value for value in grid.rows[row] if value not in {None, ""}]) == 1 == len(grid.printed(row))


def counts_columns(grid: Grid, row: int) -> bool:
    """Whether a row only numbers the columns, as 1, 2, 3 right below a header do."""
    line = grid.rows[row] if row < len(grid.rows) else []
    filled = (value for value in line if value is not None and value != "")
    if _counted(next(filled, "")) != "1":
        return False
    told = ["1", *map(_counted, filled)]
    return len(told) >= _LEAST_COUNTED and told == [str(at) for at in range(1, len(told) + 1)]


def _counted(value: Any) -> str:
    return fold(str(value)).removesuffix(".0")


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
    numbers = has_number(grid.rows[row])
    own = [text for at, text in texts if at[0] == row]
    if not own:
        return False
    if not numbers and heads.title_of(grid, row):
        return True
    if is_note(own[0]) or (label(own[0]) in vocabulary.texts and not numbers):
        return True
    field = vocabulary.fields.get(label(own[0]))
    if field is not None and band.frame == "budget" and (not numbers or field[0] in _OF_FORM):
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


def _title(grid: Grid, band: Band, vocabulary: Vocabulary) -> str:
    """The nearest title above a header, which stands nearly alone in its row; the sheet's name where there is none."""
    for row in range(band.top - 1, -1, -1):
        for at, text in text_places(grid, row):
            (top, _, bottom, _) = grid.span(*at)
            own = _TITLE.search(text) and not _NO_TITLE.search(text) and bottom - top < _TALLEST_TITLE
            if own and label(text) not in vocabulary.texts and _leads(grid, row, at, tall=bottom > top):
                return fold(text)
    return fold(grid.name)


def _leads(grid: Grid, row: int, at: Place, *, tall: bool) -> bool:
    """Whether a text stands where a title does: first in its row or behind 附件2, nearly alone, and beside no figures if tall."""
    (first, _, before), *rest = grid.printed(row)
    if at != first and not before.startswith("附"):
        return False
    return len(rest) < _MOST_BESIDE_TITLE and not (tall and (len(rest) > 1 or has_number(grid.rows[row])))
