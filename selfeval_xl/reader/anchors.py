"""Which form is this, and where are its tables and fields: found by printed words, never by address.

A layout says which headers a table has. Every row of every sheet that carries some of them is a candidate; the best
candidate for each table wins. So renamed sheets, moved columns and inserted rows change nothing. Headers of two levels
are read from merged ranges only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from selfeval_xl.specs import Block, Field, Layout

from .grid import Grid
from .marks import places
from .strips import Strip, strip
from .values import label

_LEAST_SHARE = 0.4  # of a table's columns must be there, or it is another table
_ENOUGH_TABLES, _ENOUGH_FIELDS = 2, 4  # tables alone, or fields beside one table, that make it this form and no other
_SAME_SHARE = 0.8  # of the columns of a table that was found: the same table once more
_LEAST_WORDS = 2  # of a header
_LONGEST_LABEL = 40
_DEPTHS = (1, 2)


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a sheet: which block of which layout, its columns by role, and its rows, counted from 0."""

    grid: Grid
    block: Block
    title: str
    columns: Mapping[str, int]
    percent: frozenset[str]
    first_row: int
    last_row: int

    def lines(self) -> Iterator[int]:
        """The table's rows in which anything stands."""
        return (row for row in range(self.first_row, self.last_row + 1) if not self.grid.blank(row))

    @property
    def missing(self) -> list[str]:
        """Headers of the layout that the sheet does not have."""
        wanted = [column for column in self.block.columns if column.role]
        return [column.header.replace("/", "") for column in wanted if column.role not in self.columns]


@dataclass(frozen=True, slots=True)
class Spot:
    """A field on a sheet: its label's cell and its value's cell."""

    grid: Grid
    field: Field
    label: tuple[int, int]
    value: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a known layout: its tables, its fields, the tables that were not found, and those found once more."""

    layout: Layout
    tables: tuple[Table, ...]
    spots: tuple[Spot, ...]
    absent: tuple[Block, ...]
    repeated: tuple[Table, ...] = ()

    @property
    def grids(self) -> list[Grid]:
        """The sheets that the form stands on."""
        return [table.grid for table in (*self.tables, *self.repeated)] + [spot.grid for spot in self.spots]


@dataclass(slots=True)
class _Candidate:
    grid: Grid
    block: Block
    header: int
    depth: int
    columns: Mapping[str, int]
    percent: Collection[str]
    score: tuple[int, int, int] = (0, 0, 0)


def find(sheets: Sequence[Grid], layouts: Iterable[Layout]) -> list[Form]:
    """The forms of a workbook, of those layouts of which enough is there."""
    forms = []
    for layout in layouts:
        form = _form(sheets, layout)
        if form is not None:
            forms.append(form)
    return forms


def _form(sheets: Sequence[Grid], layout: Layout) -> Form | None:
    blocks = [block for _, block in layout.tables()]
    titles = {block.title: sheet.title for sheet, block in layout.tables()}
    offered = [candidate for grid in sheets for candidate in _candidates(grid, layout, blocks, titles)]
    chosen = _best(offered)
    again = _again(offered, chosen)
    spots = tuple(_spots(sheets, layout)) if chosen else ()
    if len(chosen) < _ENOUGH_TABLES and not (chosen and len(spots) >= _ENOUGH_FIELDS):
        return None
    tables = tuple(_table(candidate, chosen) for candidate in chosen)
    found = {table.block.title for table in tables}
    absent = tuple(block for block in blocks if block.title not in found)
    return Form(layout, tables, spots, absent, tuple(_table(candidate, again) for candidate in again))


def _again(offered: Sequence[_Candidate], chosen: Sequence[_Candidate]) -> list[_Candidate]:
    """Tables that stand in the workbook a second time, as on a copied sheet."""
    used = {(id(candidate.grid), candidate.header) for candidate in chosen}
    columns = {candidate.block.title: len(candidate.columns) for candidate in chosen}
    return [
        candidate
        for candidate in _best([offer for offer in offered if (id(offer.grid), offer.header) not in used])
        if len(candidate.columns) >= _SAME_SHARE * columns.get(candidate.block.title, len(candidate.columns) + 1)
    ]


def _best(offered: Sequence[_Candidate]) -> list[_Candidate]:
    """The best candidate for each table, each header row used once, in the order of the sheets."""
    taken: list[_Candidate] = []
    for candidate in sorted(offered, key=lambda offer: offer.score, reverse=True):
        if all(
            other.block.title != candidate.block.title and (other.grid is not candidate.grid or other.header != candidate.header)
            for other in taken
        ):
            taken.append(candidate)
    return [candidate for candidate in offered if any(candidate is one for one in taken)]


# -- tables --------------------------------------------------------------------------------------------------------


def _candidates(grid: Grid, layout: Layout, blocks: Sequence[Block], titles: Mapping[str, str]) -> Iterator[_Candidate]:
    at = places(grid)
    words = Counter(row for word in _words(layout) & at.keys() for row, _ in at[word])
    for row in sorted(row for row, count in words.items() if count >= _LEAST_WORDS):
        for number, depth, columns, percent in _offers(strip(grid, row, row + max(_DEPTHS) - 1), layout):
            best = _Candidate(grid, blocks[number], row, depth, columns, percent)
            best.score = (len(columns), *_context(best, titles[best.block.title]))
            yield best


@lru_cache(maxsize=5_000)
def _offers(header: Strip, layout: Layout) -> list[tuple[int, int, dict[str, int], set[str]]]:
    """The tables that a header may be of: their number in the layout, its levels, its columns and those in per cent."""
    grid, row = header.grid(), header.top
    paths = {depth: _paths(grid, row, depth) for depth in _DEPTHS}
    found = []
    for number, (_, block) in enumerate(layout.tables()):
        offers = [(depth, *_named(block, paths[depth])) for depth in _DEPTHS]
        depth, columns, percent = max(offers, key=lambda offer: len(offer[1]))
        wanted = [column for column in block.columns if column.role]
        at = columns.get(block.label_role)
        top = at is not None and grid.span(row, at)[0] == row  # not the lower half of a header that was tried above
        if top and len(columns) >= max(2, _LEAST_SHARE * len(wanted)):
            found.append((number, depth, columns, percent))
    return found


def _named(block: Block, paths: Mapping[int, str]) -> tuple[dict[str, int], set[str]]:
    """The columns of a table by their headers, and those whose header says that they are in per cent."""
    names = _headers(block)
    columns: dict[str, int] = {}
    percent = set()
    for column, path in paths.items():
        role = names.get(label(path))
        if role is not None and role not in columns:
            columns[role] = column
            if "%" in path:
                percent.add(role)
    return columns, percent


def _paths(grid: Grid, row: int, depth: int) -> dict[int, str]:
    """The header of each column: the texts above it from the top, a cell merged downwards counted once."""
    width = max((len(line) for line in grid.rows[row : row + depth]), default=0)
    paths = {}
    for column in range(width):
        spans = dict.fromkeys(grid.span(at, column) for at in range(row, row + depth))
        if depth > 1 and len(spans) > 1 and grid.span(row, column)[1] == grid.span(row, column)[3]:
            paths[column] = grid.text(row, column)  # a second level stands only under a heading that spans columns
            continue
        paths[column] = "".join(grid.text(top, left) for top, left, *_ in spans)
    return {column: path for column, path in paths.items() if path}


def _context(offer: _Candidate, sheet_title: str) -> tuple[int, int]:
    """Whether the table's title stands above, and how many of its row labels stand below."""
    at, column, header = places(offer.grid), offer.columns[offer.block.label_role], offer.header
    titles = (place for title in (offer.block.title, sheet_title) for place in at.get(label(title), ()))
    titled = any(header - 4 <= row < header for row, _ in titles)
    found = [at[text] for text in _labels(offer.block) if text in at]
    return int(titled), sum(any(row > header and left == column for row, left in places) for places in found)


def _table(candidate: _Candidate, chosen: Sequence[_Candidate]) -> Table:
    grid = candidate.grid
    below = [other.header for other in chosen if other.grid is grid and other.header > candidate.header]
    end = min(below, default=len(grid.rows)) - 1
    merged = max(grid.span(candidate.header, column)[2] for column in candidate.columns.values())
    first = max(candidate.header + candidate.depth, merged + 1)
    if below:
        while end >= first and _is_heading(grid, end):
            end -= 1
    for row, column in places(grid).get(candidate.block.total, ()) if candidate.block.total else ():
        if column <= candidate.columns[candidate.block.label_role] and first <= grid.span(row, column)[2]:
            end = min(end, max(row, first) - 1)
    return Table(grid, candidate.block, candidate.block.title, candidate.columns, frozenset(candidate.percent), first, end)


def _is_heading(grid: Grid, row: int) -> bool:
    """A row above the next table's header: blank, or one text alone."""
    return sum(value not in {None, ""} for value in grid.rows[row]) <= 1


@lru_cache(maxsize=1_000)
def _headers(block: Block) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for column in block.columns:
        for text in (column.header.replace("/", ""), *column.aliases):
            if column.role:
                names.setdefault(label(text), column.role)
    return names


@lru_cache(maxsize=1_000)
def _labels(block: Block) -> list[str]:
    return [label(row.label) for row in block.rows if row.label]


@lru_cache(maxsize=100)
def _words(layout: Layout) -> frozenset[str]:
    return frozenset(
        label(word)
        for _, block in layout.tables()
        for column in block.columns
        if column.role
        for word in (*column.header.split("/"), column.header.replace("/", ""), *column.aliases)
    )


# -- fields --------------------------------------------------------------------------------------------------------


def _spots(sheets: Sequence[Grid], layout: Layout) -> Iterator[Spot]:
    """Each field where its label is printed, on the sheet that has most of the labels."""
    names = _fields(layout)
    found: list[dict[str, Spot]] = []
    for grid in sheets:
        here: dict[str, Spot] = {}
        printed = places(grid)
        for at, name in sorted([(at, word) for word in names.keys() & printed.keys() for at in printed[word]]):
            entry = names[name]
            if entry.role not in here and len(grid.text(*at)) < _LONGEST_LABEL:
                here[entry.role] = Spot(grid, entry, at, (at[0], grid.span(*at)[3] + 1))
        found.append(here)
    most = max(found, key=len, default={})
    if len(most) > 1:
        yield from most.values()


@lru_cache(maxsize=100)
def _fields(layout: Layout) -> Mapping[str, Field]:
    return {label(text): entry for entry in layout.fields() for text in (entry.label, *entry.aliases)}
