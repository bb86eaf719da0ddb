"""What each sheet of the summary says, as plain data: rows of numbers, text and blanks, without any look.

Amounts are 万元 (exact to the 分), rates ratios, scores points; None is a blank cell. A figure that has a formula in
summary.toml is a `Live` cell: the value that the rules computed, and the formula that gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from selfeval_xl import numbers, specs
from selfeval_xl._version import __version__
from selfeval_xl.frames import STATES, Evaluations
from selfeval_xl.words import words

from . import parameters
from .contents import Content, contents, worded
from .departments import forms, listed
from .formulas import Live, plain
from .links import NOWHERE, Links, Targets
from .looks import Column, Sheet, Summary, summary
from .parameters import defined, used
from .places import AT_ONCE, Draft, Names, Some, lively

Cell = str | float | Live | None
SHARED_WORDS = {"severity", "verdict", "status"}  # said on the console too


class Mark(NamedTuple):
    """How a row stands out: the depth of its name, whether it is a total, whether a new department begins.

    A cell of it may hold a text that is too `long` for a row.
    """

    indent: int = 0
    strong: bool = False
    first: bool = False
    long: bool = False


@dataclass(frozen=True)
class Known:
    """What cells are made from besides their rows: the other sheets, the looks, names of parameters, places of values."""

    drafts: Mapping[str, Draft]
    looks: Summary
    names: Names
    places: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Table:
    """One sheet as plain data: lines under the title, a list of cells for each column, a mark for each row.

    Cells and marks take many times the memory of the frame that they come from, so they are made when they are asked for,
    of a few rows at a time. `names` are defined names and the areas that they stand for, `inputs` the cells that are for
    changing and what may be typed there, as xlsxwriter takes it.
    """

    draft: Draft
    known: Known
    links: Links = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[tuple[int, int], Mapping[str, Any]] = field(default_factory=dict)

    @property
    def sheet(self) -> Sheet:
        """The sheet that it stands on."""
        return self.draft.sheet

    @property
    def notes(self) -> tuple[str, ...]:
        """The lines under the title."""
        return self.draft.lines

    @property
    def depth(self) -> int:
        """Rows of the header."""
        return _depth(self.sheet)

    @property
    def top(self) -> int:
        """Rows above the first data row: title, notes, header."""
        return self.draft.top

    @property
    def count(self) -> int:
        """How many rows it has under the header."""
        return len(self.draft.rows)

    @property
    def printed(self) -> int:
        """The last column that is printed, counted from 0."""
        return sum(column.printed for column in self.sheet.columns) - 1

    @property
    def index(self) -> pd.Index:
        """The label of each row in the frame that it came from."""
        return self.draft.rows.index

    def column(self, at: int, some: Some | None = None) -> list[Cell]:
        """The cells of a column, of all rows or of some."""
        some = some or self.draft.some()
        if self.count <= AT_ONCE:
            return [self._few[at][row] for row in np.arange(self.count)[some.at].tolist()]
        return self._made(at, some)

    @cached_property
    def _few(self) -> tuple[list[Cell], ...]:
        """The cells of a short table, which are made once."""
        some = self.draft.some()
        return tuple(self._made(at, some) for at in range(len(self.sheet.columns)))

    def _made(self, at: int, some: Some) -> list[Cell]:
        column = self.sheet.columns[at]
        cells = _cells(some.rows, column, self.known.places.get(self.sheet.rows), self.known.looks)
        return lively(column, cells, some, self.known.drafts, self.known.names)

    def columns(self, some: Some) -> tuple[list[Cell], ...]:
        """The cells of each column, of some rows."""
        return tuple(self.column(at, some) for at in range(len(self.sheet.columns)))

    def marked(self, some: Some) -> list[Mark]:
        """How each of some rows stands out."""
        rows = some.rows
        indent = rows["indent"].tolist() if "indent" in rows else [0] * len(rows)
        strong = rows["strong"].tolist() if "strong" in rows else [False] * len(rows)
        first = self.draft.first[some.at].tolist()
        return [Mark(*each) for each in zip(indent, strong, first, strict=True)]

    @cached_property
    def strong(self) -> bool:
        """Whether any row is a total."""
        return "strong" in self.draft.rows and bool(self.draft.rows["strong"].any())

    @property
    def marks(self) -> list[Mark]:
        """How each row stands out."""
        return self.marked(self.draft.some())

    @property
    def cells(self) -> tuple[list[Cell], ...]:
        """The cells of each column."""
        return self.columns(self.draft.some())

    def rows(self) -> list[tuple[Cell, ...]]:
        """The rows under the header."""
        return list(zip(*self.cells, strict=True))

    def seen(self, at: int) -> list[str | float | None]:
        """A column as it is shown: of a live cell its value."""
        return list(map(plain, self.column(at)))

    @property
    def shown(self) -> tuple[list[str | float | None], ...]:
        """The columns as they are shown."""
        return tuple(map(self.seen, range(len(self.sheet.columns))))

    def values(self) -> list[tuple[str | float | None, ...]]:
        """The rows as they are shown."""
        return list(zip(*self.shown, strict=True))

    def texts(self, at: int) -> set[str]:
        """The texts of a column, each once."""
        column, some = self.sheet.columns[at], None
        if self.count > AT_ONCE and column.value in self.draft.rows and not column.base:
            some = self.draft.some(np.flatnonzero(~self.draft.rows[column.value].duplicated()))
        return {text for text in map(plain, self.column(at, some)) if isinstance(text, str)}

    def ends(self, at: int) -> tuple[float, ...]:
        """The lowest and the highest number of a column; nothing where it has none."""
        column = self.sheet.columns[at]
        values = self.draft.rows.get(column.value)
        if self.count <= AT_ONCE or values is None or not pd.api.types.is_numeric_dtype(values) or column.words:
            found = [cell for cell in self.seen(at) if isinstance(cell, float | int)]
            return (min(found), max(found)) if found else ()
        found = [] if values.isna().all() else [values.min(), values.max()]
        return tuple(_scaled(pd.Series(found, dtype=values.dtype), self.known.looks.styles[column.style].scale).tolist())


def tables(
    evaluations: Evaluations, looks: Summary | None = None, targets: Targets = NOWHERE, roster: Sequence[str] = ()
) -> list[Table]:
    """Every table of the summary, in order, its reported figures linked to those of `targets` that they came from.

    `roster` has the names of all who should have sent.
    """
    looks = worded(looks or summary(), evaluations)
    found = forms(evaluations, looks)
    return arranged(contents(evaluations, found, looks, targets, roster), evaluations, looks)


def arranged(listed: Iterable[Content], evaluations: Evaluations, looks: Summary) -> list[Table]:
    """Tables of what each sheet lists; of `evaluations` are the places of values, and the policies that scores go by."""
    drafts = dict[str, Draft]()
    places = {kind: evaluations.places[kind] for kind in ("budget", "indicators")}
    known = Known(drafts, looks, defined(used(evaluations), looks), places)
    made = []
    for content in listed:
        draft = drafts[content.sheet.name] = _draft(content, looks)
        more = _inputs(draft, looks) if content.sheet.rows == "parameters" else {}
        made.append(Table(draft, known, content.links, **more))
    return made


# -- frames into cells ---------------------------------------------------------------------------------------------


def _depth(sheet: Sheet) -> int:
    return max(column.header.count("/") for column in sheet.columns) + 1


def _draft(content: Content, looks: Summary) -> Draft:
    """A sheet's rows, cut to what Excel holds, and where they begin."""
    sheet, rows = content.sheet, content.rows
    lines = (*_notes(sheet), *content.lines)
    top, cut = 1 + len(lines) + _depth(sheet), None
    if len(rows) > looks.row_limit - top:
        shown = looks.row_limit - top - 1
        lines = (*lines, looks.lines["too_many"].format(count=len(rows), shown=shown))
        cut = rows.get("owner", rows.index.to_series()).iloc[shown]
        rows, top = rows.iloc[:shown], top + 1
    return Draft(sheet, lines, rows, top, cut)


def _inputs(draft: Draft, looks: Summary) -> dict[str, Any]:
    """What the sheet of parameters has besides its cells: defined names, and what may be typed where."""
    first = draft.top + 1
    areas = parameters.areas(draft.rows, looks)
    names = {name: draft.area(column, first + low, first + high) for name, column, low, high in areas}
    at = [column.value for column in draft.sheet.columns].index("value")
    inputs = {(draft.top + row, at): parameters.validation(looks.setting(name)) for row, name in enumerate(draft.rows["setting"])}
    return {"names": names, "inputs": inputs}


def _cells(rows: pd.DataFrame, column: Column, places: pd.DataFrame | None, looks: Summary) -> list[str | float | None]:
    """One column as plain values: None where missing, — where its base is zero, a word where the cell was no number."""
    if "." in column.value and column.value not in rows:  # a component that no form of the batch has
        return [None] * len(rows)
    style = looks.styles[column.style]
    cells: list[str | float | None] = listed(_scaled(rows[column.value], style.scale))
    if column.words:
        said = _words(column.words, looks)
        told = {cell: "、".join(said.get(code, code) for code in str(cell).split(",")) for cell in set(cells) - {None}}
        return [told.get(cell) for cell in cells]
    if column.base:
        zero = rows[column.base].to_numpy(float) == 0
        cells = [looks.words["zero_base"]["zero"] if cell is None and at else cell for cell, at in zip(cells, zero, strict=True)]
    if style.number and places is not None and column.value in places and None in cells:
        state = [looks.words["state"].get(word) for word in STATES]
        read = (places[column.value].loc[rows.index] & 15).tolist()
        cells = [state[at] if cell is None else cell for cell, at in zip(cells, read, strict=True)]
    return cells


def _scaled(values: pd.Series, scale: int) -> pd.Series:
    return numbers.to_fen(values) / (100 * scale) if scale > 1 else values


def _words(name: str, looks: Summary) -> Mapping[str, str]:
    """The words for a list of codes; forms are known by the names that they give themselves."""
    own: dict[str, str] = {}
    if name == "form":
        own = {layout.id: layout.name for layout in specs.layouts().values()}
    if name == "sheet":
        own = {sheet.rows: sheet.name for sheet in looks.sheets}
    shared = dict(words(name)) if name in SHARED_WORDS else {}
    return own | shared | dict(looks.words.get(name, {}))


def _notes(sheet: Sheet) -> tuple[str, ...]:
    """The lines under a sheet's title: the question that it answers, and what to know when reading it."""
    return tuple(filter(None, (sheet.question, sheet.note.format(version=__version__))))
