"""Several forms on one sheet: where each begins. A form begins with its title, or with the labels that say what it is about.

A caption inside a form (一、预算执行情况表), the nine tables of the accounts of one department, and a head that is printed
again on the next page (续表) begin no form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Any

from selfeval_xl.frames import BLANK

from . import flat, values
from .fields import first_meaning
from .grid import Grid, Span, has_number
from .heads import Place, bare_title, is_aside, is_continued, kind, texts_of, title_of, unit, year
from .marks import ABOUT, FUND, SAYS_WHAT, SECTION, TITLE, YEAR, rows_with, texts_with
from .sheets import Sheet, take_apart
from .vocabulary import general, is_fund, is_note, section_of

_MOST_TITLE_LINES = 5
_MOST_IN_TITLE_LINE = 3
_LONGEST_TITLE_LINE = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """One form of a sheet: what stands there, its first cell, and the title that it shares where it has none of its own."""

    sheet: Sheet
    first: Place
    titles: tuple[str, ...] = ()
    shared_title: tuple[str, ...] = ()


@dataclass(slots=True)
class _Head:
    """Where a form may begin: its title, and the labels with their values that say what it is about, by role."""

    row: int
    title: str | None = None
    about: dict[str, tuple[str, str]] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    year: int | None = None
    lists: bool = False
    """Whether it stands over a list of projects."""

    @property
    def kind(self) -> str | None:
        return kind(self.title) if self.title else None


def pieces(sheet: Sheet) -> list[Piece]:
    """The forms of a sheet, side by side and under one another; the sheet as it is where it holds one."""
    found: list[Piece] = []
    for columns in _side_by_side(sheet):
        half = sheet if columns is None else take_apart(sheet.grid.part([range(len(sheet.grid.rows))], columns), general())
        left = columns.start if columns is not None else 0
        starts = _starts(half)
        if columns is None and len(starts) == 1:
            return [Piece(sheet, (0, 0))]
        title = found[0].shared_title or found[0].titles if found else ()
        for first, below in zip([0, *starts[1:]], [*starts[1:], len(half.grid.rows)], strict=True):
            part = take_apart(half.grid.part([range(first, below)]), general())
            own = _titles(part.grid, range(first, below))
            found.append(Piece(part, (first, left), own, () if own else title))
            title = title or own
    return found


def _titles(grid: Grid, lines: range) -> tuple[str, ...]:
    """The titles in the first rows of a form."""
    return tuple(title for row in lines[: _MOST_TITLE_LINES + 1] if (title := title_of(grid, row)))


# -- side by side --------------------------------------------------------------------------------------------------


def _side_by_side(sheet: Sheet) -> Sequence[range | None]:
    """Columns of forms that stand beside one another, apart by blank columns, each with labels and a table of its own."""
    grid = sheet.grid
    width = max(map(len, grid.rows), default=0)
    gaps = _blank_columns(grid, width)
    if not gaps:
        return [None]
    bounds = [0, *gaps, width]
    halves = [range(left, right) for left, right in pairwise(bounds)]
    named = [_names(grid.part([range(len(grid.rows))], half)) for half in halves]
    return halves if set.intersection(*named) else [None]  # else one names the project, the other the department: one form


def _blank_columns(grid: Grid, width: int) -> list[int]:
    """The first columns after blank ones that no merged cell crosses."""
    filled = {at for at, column in enumerate(zip_longest(*grid.rows)) if not all(map(_is_blank, column))}
    filled |= {at[1] for at in (*grid.errors, *grid.uncached)}
    crossed = [span for span in grid.merges if span[1] in filled and not _heads_all(grid, span)]
    filled |= {column for _, left, _, right in crossed for column in range(left, min(right + 1, width))}
    return [column for column in sorted(filled) if column - 1 not in filled and column > min(filled)]


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, str) and value.isspace())


def _heads_all(grid: Grid, span: Span) -> bool:
    """Whether a merged cell is the only one of its row: a title over all forms."""
    return span[0] < len(grid.rows) and len(grid.texts(span[0])) == 1


def _names(grid: Grid) -> set[str]:
    """What some columns name of a form, project or department; nothing where no table stands in them."""
    half = take_apart(grid, general())
    return half.fields.keys() & set(SAYS_WHAT) if half.regions else set()


# -- under one another ---------------------------------------------------------------------------------------------


def _starts(sheet: Sheet) -> list[int]:
    """The first rows of the forms under one another."""
    bodies = _bodies(sheet)
    heads = list(_heads(sheet, sorted(bodies)))
    if not heads or len(bodies) < 2:  # noqa: PLR2004 (two forms have two tables)
        return [0]
    listed = [region.band.bottom for region in sheet.regions if flat.columns(region, general()).about]
    ends = [region.total for region in sheet.regions if region.total is not None]
    current = heads[0] if not any(row < heads[0].row for row in bodies) else _Head(0)
    starts = [current.row]
    for head, following in zip(heads, [*heads[1:], _Head(len(sheet.grid.rows))], strict=True):
        after = [row for row in bodies if head.row <= row < following.row]
        head.year = _year(sheet.grid, range(head.row, min(after, default=following.row)))
        head.lists = any(head.row <= row < following.row for row in listed)
        if head is current or not any(head.row <= row < following.row for row in bodies):
            continue
        filled = any(current.row <= row < head.row for row in bodies)
        if filled and _begins(current, head, ended=any(current.row <= row < head.row for row in ends)):
            starts.append(_first_row(sheet.grid, head, heads[0]))
            current = head
        else:
            current.about = {**head.about, **current.about}
            current.title = current.title or head.title
    return starts


def _begins(current: _Head, head: _Head, *, ended: bool) -> bool:
    """Whether another form begins at a head, seen from the one that it stands in; `ended` where that one has its 总分."""
    again = head.year is None or head.year == current.year
    if head.title and is_continued(head.title) and not ("project" in head.about and _differ(current, head, "project")):
        return False
    if "project" in head.about:
        if "project" not in current.about:
            return head.kind is not None
        return _differ(current, head, "project") or ended or not again
    if any(_differ(current, head, role) for role in head.about):
        return True
    if head.kind is None:
        return False
    named = bool(head.about) or head.lists or head.kind == current.kind
    return ended or not again or (named and head.title != current.title)


def _differ(current: _Head, head: _Head, role: str) -> bool:
    """Whether both heads say what they are about, and not the same; a blank value differs from every other.

    Without a title the label must be the same as well: 填报单位 under a form is not the 主管部门 of another.
    """
    mine, other = current.about.get(role), head.about.get(role)
    if mine is None or other is None or (mine[0] != other[0] and head.kind is None):
        return False
    return mine[1] != other[1] or not mine[1]


def _year(grid: Grid, lines: range) -> int | None:
    found = year(texts_with(grid, YEAR, general(), lines))
    return found[0] if found else None


def _first_row(grid: Grid, head: _Head, first: _Head) -> int:
    """The first row of a form: its number (附件2) and title above the labels, or its first label that the first form has too."""
    same = [row for name, row in head.labels.items() if name in first.labels]
    row = head.row if head.title or not same else min(same)
    for above in range(row - 1, max(row - 1 - _MOST_TITLE_LINES, -1), -1):
        texts = [text for _, text in texts_of(grid, [above])]
        if not grid.blank(above) and not _is_title_line(texts):
            break
        if any(is_aside(text) or bare_title(text).endswith("表") for text in texts):
            row = above
    return row


def _is_title_line(texts: Sequence[str]) -> bool:
    """Whether a row may stand above a form's labels: its title, number, year or unit, and nothing else."""
    if len(texts) > _MOST_IN_TITLE_LINE or any(len(text) > _LONGEST_TITLE_LINE or is_note(text) for text in texts):
        return False
    titles = [text for text in texts if is_aside(text) or bare_title(text).endswith("表")]
    return bool(texts) and all(text in titles or year([((0, 0), text)]) or unit([((0, 0), text)]) for text in texts)


def _heads(sheet: Sheet, bodies: Sequence[int]) -> Iterator[_Head]:
    """Rows that a form may begin with: a title, or labels after a table; labels under a title belong to it."""
    headers = {row for region in sheet.regions for row in range(region.band.top, region.band.bottom + 1)}
    tables = {row for region in sheet.regions for row in range(region.first, region.last + 1)}
    head: _Head | None = None
    below_title = False
    for row in sorted(headers | set(rows_with(sheet.grid, TITLE | ABOUT, general()))):
        if row in headers or sheet.grid.blank(row):
            below_title = below_title and row not in headers
            continue
        title = title_of(sheet.grid, row)
        below_title = below_title or bool(title)
        about = _about(sheet.grid, row, in_table=row in tables and not below_title)
        if not title and not about:
            continue
        fresh = head is None or any(head.row <= body < row for body in bodies) or (bool(title) and bool(head.about))
        if fresh:
            if head is not None:
                yield head
            head = _Head(row)
        assert head is not None  # noqa: S101 (for the reader of types)
        head.title = head.title or title
        head.about = {**about, **head.about}
        head.labels = {**{name: row for name, _ in about.values()}, **head.labels}
    if head is not None:
        yield head


def _about(grid: Grid, row: int, *, in_table: bool) -> dict[str, tuple[str, str]]:
    """What a row says that its form is about: the label and the value of each role."""
    if in_table and has_number(grid.rows[row]):
        return {}
    found: dict[str, tuple[str, str]] = {}
    for number, (at, text) in enumerate(texts_of(grid, [row])):
        known = first_meaning(grid, at, text, general())
        if known is None or known[0] not in SAYS_WHAT:
            if number == 0 and in_table:
                return {}
            continue
        role, name, place = known
        value = values.shown(place.cell(grid)) if place.cell(grid).state != BLANK else None
        found.setdefault(role, (name, values.fold(value or "")))
    return found


def _bodies(sheet: Sheet) -> set[int]:
    """Rows that begin what a form says: headers of tables, headings of texts, amounts beside their names."""
    found = {region.band.bottom for region in sheet.regions}
    for row in rows_with(sheet.grid, SECTION | FUND, general()):
        if any(section_of(text, general()) or is_fund(text) for _, text in sheet.grid.texts(row)):
            found.add(row)
    return found
