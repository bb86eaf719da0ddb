"""Header trees: which rows of a sheet are headers, and what each of their columns means.

A header has one to four levels. Levels are tied together by merged ranges alone: a heading belongs to the columns that
its merged cell covers, never to columns beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from .columns import Column, settled
from .grid import Grid, Span, has_number
from .marks import OF_FRAME, rows_with
from .strips import Strip, ending, strip
from .values import label
from .vocabulary import AMOUNTS, IGNORED, PART, Vocabulary, guessed, header_word, heading, side
from .vocabulary import words as listed

MOST_LEVELS = 6
_LONGEST_HEADING = 20
_NO_HEADING = re.compile("[:：□☐☑■√]")  # a field, or boxes to tick
_KEYS = {"budget": {"item_label", "code"}, "indicators": {"level3"}}
_LEAST = {"budget": 1, "indicators": 2}  # words that a header has at least
_LEAST_GUESSES = 3  # the same where no list names any of them
_TARGETS = {"target", "achieved", "weight", "reported_score"}


@dataclass(frozen=True, slots=True)
class Band:
    """The header of a table: its frame, its rows, its columns from left to right, and how many of them mean something."""

    frame: str
    top: int
    bottom: int
    columns: tuple[Column, ...]
    known: int

    def roles(self) -> set[str]:
        """What its columns mean."""
        return {column.role for column in self.columns if column.role is not None}


def bands(grid: Grid, words: Vocabulary) -> list[Band]:
    """The headers of a sheet, from the top; where two share a row, the one that tells more."""
    rows = {frame: set(rows_with(grid, mark, words)) for frame, mark in OF_FRAME.items()}
    found: list[Band] = []
    for row in sorted(set.union(*rows.values())):
        if grid.blank(row):
            continue
        offers = [band for frame in OF_FRAME if row in rows[frame] and (band := _band(grid, row, frame, words)) is not None]
        if offers:
            found.append(max(offers, key=lambda band: band.known))
    kept: list[Band] = []
    for band in sorted(found, key=lambda band: (-band.known, band.top)):
        if all(band.bottom < other.top or band.top > other.bottom for other in kept):
            kept.append(band)
    return sorted(kept, key=lambda band: band.top)


def _band(grid: Grid, row: int, frame: str, words: Vocabulary) -> Band | None:
    """The header whose lowest row is `row` or a row that its cells reach down to; None where `row` is none."""
    said = [(column, found) for column, text in _texts(grid, row) if (found := header_word(text, frame, words))]
    named = [column for column, found in said if found == "listed"]
    if len(said) < _LEAST[frame] or len(said) < (1 if named else _LEAST_GUESSES):
        return None
    hits = [ending(grid, grid.span(row, column)) for column in named or [column for column, _ in said]]
    bottom = max([span[2] for span in hits if span[2] - span[0] < MOST_LEVELS - 1], default=row)
    if has_number(grid.rows[bottom]):
        return None
    top = _top(grid, min([span[0] for span in hits if span[2] <= bottom], default=row), bottom, frame, words)
    band = _band_of(strip(grid, top, bottom), frame, words)
    if band is None or frame == "indicators" or band.roles() & set(AMOUNTS):
        return band
    return band if _is_turned(grid, band, words.headers[frame]) else None


def _is_header(band: Band) -> bool:
    """Whether the columns are those of a table; without amounts it may be a turned one, which the rows below must tell."""
    roles = band.roles()
    if band.known < 2:  # noqa: PLR2004 (one word is no header)
        return False
    if band.frame == "indicators":
        return ("level3" in roles and bool(roles & _TARGETS)) or ({"level1", "level2"} <= roles and "target" in roles)
    amounts = roles & set(AMOUNTS)
    if not amounts:
        return {"item_label", PART} <= roles
    return bool(roles & _KEYS["budget"]) or len(amounts | (roles & {"reported_execution_rate"})) > 1


def _is_turned(grid: Grid, band: Band, known: Mapping[str, str]) -> bool:
    """Whether the next row is one of amounts under a header of items: 预算数 | 0 | 12."""
    below = next((row for row in range(band.bottom + 1, len(grid.rows)) if not grid.blank(row)), None)
    name = next((text for _, text in _texts(grid, below)), "") if below is not None else ""
    return known.get(heading(name)) in AMOUNTS and heading(name) not in listed("neutral")


def _top(grid: Grid, top: int, bottom: int, frame: str, words: Vocabulary) -> int:
    """The highest row of the header: rows above that head every column of it, or that hold its words where it is blank."""
    while bottom - top < MOST_LEVELS - 1 and (row := _above(grid, top)) is not None:
        above = list(_texts(grid, row))
        words_only = all(len(text) <= _LONGEST_HEADING and not _NO_HEADING.search(text) for _, text in above)
        beside = [label(text) for column, text in above if grid.span(row, column)[2] < top]  # the others are columns themselves
        fields = any(text in words.fields or text in words.texts for text in beside)
        if len(above) < 2 or not words_only or fields or has_number(grid.rows[row]):  # noqa: PLR2004 (one heading over all is a title)
            break
        spans = [grid.span(row, column) for column, _ in above]
        known = words.headers[frame]
        belongs = all(side(text) for _, text in above) or _repeats(grid, bottom, known) or _heads(grid, top, spans)
        if not belongs and not _completes(grid, top, above, known):
            break
        top = min(span[0] for span in spans)
    return top


def _above(grid: Grid, row: int) -> int | None:
    """The next row above that is not blank; None where two blank rows or the sheet's edge come first."""
    return next((above for above in range(row - 1, max(row - 3, -1), -1) if not grid.blank(above)), None)


def _heads(grid: Grid, top: int, spans: list[Span]) -> bool:
    """Whether every column of a header has a heading above, and one of them covers several."""
    below = [grid.span(top, column) for column, _ in _texts(grid, top)]
    covered = all(any(left <= span[1] and span[3] <= right for _, left, _, right in spans) for span in below)
    return covered and any(sum(span[1] <= under[1] and under[3] <= span[3] for under in below) > 1 for span in spans)


def _repeats(grid: Grid, bottom: int, known: Mapping[str, str]) -> bool:
    """Whether a header only repeats a few amounts, as 预算数 and 决算数: then what they belong to stands above."""
    roles = [known.get(heading(text)) for _, text in _texts(grid, bottom)]
    return len(roles) > 2 * len(set(roles)) - 1 and set(roles) <= set(AMOUNTS)


def _completes(grid: Grid, top: int, above: list[tuple[int, str]], known: Mapping[str, str]) -> bool:
    """Whether the row above holds known headers where this one is blank: cells that were merged downwards once."""
    return any(heading(text) in known and not grid.text(top, column).strip() for column, text in above)


def _texts(grid: Grid, row: int) -> Iterator[tuple[int, str]]:
    """Texts of a row at the left end of their merged cells, those included that reach down into it."""
    return ((column, text) for _, column, text in grid.printed(row))


# -- the columns of a header ---------------------------------------------------------------------------------------


@lru_cache(maxsize=5_000)
def _band_of(header: Strip, frame: str, words: Vocabulary) -> Band | None:
    """The header as a band; None where its columns are those of no table."""
    grid, top, bottom = header.grid(), header.top, header.top + len(header.texts) - 1
    widened = _widened(grid, top, bottom, list(_columns(grid, top, bottom, frame, words)))
    columns = settled(grid, widened, frame, words.headers[frame])
    band = Band(frame, top, bottom, columns, sum(column.role not in {None, IGNORED} for column in columns))
    return band if _is_header(band) else None


def _columns(grid: Grid, top: int, bottom: int, frame: str, words: Vocabulary) -> Iterator[Column]:
    width = max(len(line) for line in grid.rows[top : bottom + 1])
    carried = _carried(grid, top, bottom, width)
    column = 0
    while column < width:
        _, left, _, right = grid.span(bottom, column)
        right = min(max(right, column), width - 1)
        over = (grid.span(*carried.get((row, column), (row, column))) for row in range(top, bottom + 1))
        spans = [span for span in dict.fromkeys(over) if grid.text(span[0], span[1]).strip() and span[2] <= bottom]
        if spans and left == column and not _only_headed(grid, spans[-1], column, bottom):
            path = tuple(heading(grid.text(span[0], span[1])) for span in spans)
            named = words.header(frame, path)
            role = named or guessed(frame, path[-1])
            amount = words.amount(path) if role in AMOUNTS or role == PART else None
            if role in AMOUNTS and amount is None and words.passed_over(frame, path):
                role = IGNORED
            elif role in AMOUNTS:
                role = amount = amount or role
            cells = tuple((span[0], span[1]) for span in spans)
            unmerged = any(at == column for _, at in carried)
            yield Column(role, amount, column, right, path, cells, named is None and role is not None, unmerged)
        column = right + 1


def _only_headed(grid: Grid, lowest: Span, column: int, bottom: int) -> bool:
    """Whether a column only stands under a heading that covers others, which have headers of their own: it was put in."""
    if lowest[2] >= bottom or (lowest[1] == column and lowest[3] == column):
        return False
    below = ((row, at) for row in range(lowest[2] + 1, bottom + 1) for at in range(lowest[1], lowest[3] + 1))
    return any(grid.text(*spot).strip() for spot in below)


def _carried(grid: Grid, top: int, bottom: int, width: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Headings whose merged cell was split: blanks right of 2020年 over a header that stands under 2021年 as well.

    Only where the same words stand under several headings, so that without one they would mean the same twice; every
    column that is read so is told.
    """
    if top == bottom:
        return {}
    lowest = {at: heading(grid.text(bottom, at)) for at in range(width) if grid.span(bottom, at)[0] > top}
    found: dict[tuple[int, int], tuple[int, int]] = {}
    begins: set[int] = set()  # where a heading of this row or of one above begins
    for row in range(top, bottom):
        texts = [at for at in range(width) if grid.span(row, at)[:2] == (row, at) and grid.text(row, at).strip()]
        begins |= set(texts)
        apart = [at for at in texts if grid.span(row, at)[3] == at and lowest.get(at) and grid.span(row, at)[2] < bottom]
        for at, after in zip(apart, [*(min((one for one in begins if one > at), default=width) for at in apart)], strict=True):
            under = [one for one in range(at, after) if lowest.get(one) and (one == at or not grid.text(row, one).strip())]
            others = {text for one, text in lowest.items() if one not in under}
            if len(under) > 1 and {lowest[one] for one in under} <= others:
                found |= {(row, one): (row, at) for one in under[1:]}
    return found


def _widened(grid: Grid, top: int, bottom: int, columns: list[Column]) -> Iterator[Column]:
    """The columns; each reaches over columns right of it whose header is blank: its heading was merged over them once."""
    for column, after in zip(columns, [*columns[1:], None], strict=True):
        last, end = column.last, after.first if after else column.last + 1
        while last + 1 < end and not any(grid.text(row, last + 1).strip() for row in range(top, bottom + 1)):
            last += 1
        yield replace(column, last=last)
