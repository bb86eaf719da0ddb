"""Where everything of the summary stands, so that a formula of one sheet can point at a cell of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl.frames import a1

from .departments import changes, listed
from .formulas import ROW, Live, Parameter, Reference, parse
from .looks import Column, Sheet

Plain = str | float | None
Names = Mapping[str, Mapping[str, str]]
"""The defined name of each parameter, by policy."""
AT_ONCE = 1_000  # rows whose cells are made at a time


@dataclass(frozen=True)
class Draft:
    """A sheet before its cells are written: the lines under its title, its rows, and how many rows stand above them.

    A row's key is its label in `rows`; its form is `owner`, or the key itself where each row is a form. `cut` is the form of
    the first row that Excel has no room for: neither its rows nor a whole column are all there.
    """

    sheet: Sheet
    lines: tuple[str, ...]
    rows: pd.DataFrame
    top: int
    cut: object = None

    @cached_property
    def places(self) -> dict[str, int]:
        """The number of each column, from 0, by what stands in it."""
        return {column.value: at for at, column in reversed(list(enumerate(self.sheet.columns)))}

    @cached_property
    def letters(self) -> dict[str, str]:
        """The letters of each column by what stands in it."""
        return {name: a1(0, at)[:-1] for name, at in self.places.items()}

    @cached_property
    def first(self) -> npt.NDArray[np.bool_]:
        """Whether something new begins with a row."""
        begins = self.rows.get("begins")
        return np.zeros(len(self.rows), dtype=bool) if begins is None else changes(begins).to_numpy()

    @cached_property
    def owners(self) -> npt.NDArray[np.int64]:
        """The form that each row belongs to."""
        found: npt.NDArray[np.int64] = self.rows.get("owner", self.rows.index).to_numpy()
        return found

    @cached_property
    def spans(self) -> pd.DataFrame:
        """First and last row of each form whose rows stand together."""
        at = pd.Series(np.arange(self.top + 1, self.top + 1 + len(self.rows))).groupby(self.owners)
        found = pd.DataFrame({"first": at.min(), "last": at.max(), "count": at.count()})
        whole = found["last"] - found["first"] + 1 == found["count"]
        return found.loc[whole & (found.index != self.cut), ["first", "last"]]

    def address(self, name: str, row: object) -> str:
        """A cell as another sheet refers to it."""
        return f"'{self.sheet.name}'!${self.letters[name]}${row}"

    def area(self, name: str, first: object, last: object) -> str:
        """Cells of a column as another sheet refers to them."""
        return f"{self.address(name, first)}:${self.letters[name]}${last}"

    def some(self, at: slice | npt.NDArray[np.int64] = slice(None)) -> Some:
        """Some of its rows, counted from 0; all of them if not told."""
        return Some(self, at)

    def parts(self) -> Iterator[Some]:
        """Its rows, some at a time."""
        for first in range(0, len(self.rows), AT_ONCE):
            yield self.some(slice(first, first + AT_ONCE))


class Target(NamedTuple):
    """Which row of a sheet a formula points at: that of the row's form or of the key in a column, the first or the last."""

    sheet: str
    key: str = ""
    end: str = ""


@dataclass(frozen=True)
class Some:
    """Some rows of a sheet, whose cells are made together; `pointed` has what their formulas point at so far."""

    home: Draft
    at: slice | npt.NDArray[np.int64]
    pointed: dict[Target, list[int]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows themselves."""
        return self.home.rows.iloc[self.at]

    @cached_property
    def numbers(self) -> list[int]:
        """The number that each row has in Excel."""
        found: list[int] = np.arange(self.home.top + 1, self.home.top + 1 + len(self.home.rows))[self.at].tolist()
        return found

    def targets(self, target: Target, there: Draft) -> list[int]:
        """The number of the row of another sheet that each row points at, 0 where there is none."""
        if target not in self.pointed:
            keys = self.rows[target.key].to_numpy() if target.key else self.home.owners[self.at]
            if target.end:
                found = there.spans[target.end].reindex(keys).fillna(0).astype(np.int64).to_numpy()
            else:
                at = there.rows.index.get_indexer(pd.Index(keys))
                found = np.where(at >= 0, at + there.top + 1, 0)
            self.pointed[target] = found.tolist()
        return self.pointed[target]


class Pattern(NamedTuple):
    """A template with its addresses put in, a %d for each row of another sheet, and which rows these are."""

    text: str
    targets: tuple[Target, ...]


class Ready(NamedTuple):
    """What the rows of one code and policy need for their formulas: the text, and the rows that it points at.

    `blanks` tells whether a missing value has one too, `own` whether it looks along its own row.
    """

    text: str
    targets: list[list[int]]
    blanks: bool
    own: bool


def lively(column: Column, cells: list[Plain], some: Some, drafts: Mapping[str, Draft], names: Names) -> list[Plain | Live]:
    """The cells of a column with their formulas; one whose formula would point at nothing stays a value."""
    if not column.templates() or not cells:
        return list(cells)
    codes = listed(some.rows[column.by]) if column.by in some.rows else [None] * len(cells)
    ruled = listed(some.rows["policy"]) if "policy" in some.rows else [None] * len(cells)
    keys = list(zip(codes, ruled, strict=True))
    known = {key: _ready(column, key, some, drafts, names) for key in set(keys)}
    made: list[Plain | Live] = []
    for cell, key, number, at in zip(cells, keys, some.numbers, range(len(cells)), strict=True):
        ready = known[key]
        if ready is None or (cell is None and not ready.blanks):
            made.append(cell)
        elif not ready.targets:
            made.append(Live(cell, ready.text, number if ready.own else 0))
        else:
            rows = tuple([targets[at] for targets in ready.targets])
            made.append(Live(cell, ready.text % rows, number if ready.own else 0) if all(rows) else cell)
    return made


def _ready(column: Column, key: tuple[object, object], some: Some, drafts: Mapping[str, Draft], names: Names) -> Ready | None:
    """What rows with a code and a policy need; nothing where they have no formula, or one that would point at nothing."""
    code, policy = key
    chosen = column.formulas.get(str(code))
    template = column.formula if chosen is None else chosen
    pattern = _pattern(template, some.home, drafts, names.get(str(policy), {})) if template else None
    if pattern is None:
        return None
    targets = [some.targets(target, drafts[target.sheet]) for target in pattern.targets]
    return Ready(pattern.text, targets, chosen is not None, ROW in pattern.text)


def _pattern(template: str, home: Draft, drafts: Mapping[str, Draft], names: Mapping[str, str]) -> Pattern | None:
    """A template for every row of one policy; missing where a parameter or a sheet that it names is not there."""
    texts, targets = list[str](), list[Target]()
    for piece in parse(template):
        if isinstance(piece, str):
            texts.append(piece.replace("%", "%%"))
        elif isinstance(piece, Parameter):
            if piece.name not in names:
                return None
            texts.append(names[piece.name])
        elif (found := _pointing(piece, home, drafts)) is None:
            return None
        else:
            texts.append(found.text)
            targets += found.targets
    text = "".join(texts)
    return Pattern(text if targets else text % (), tuple(targets))


def _pointing(piece: Reference, home: Draft, drafts: Mapping[str, Draft]) -> Pattern | None:
    """The address that a reference means."""
    if not piece.sheet and not piece.span:
        return Pattern(home.letters[piece.name] + ROW, ())
    there = drafts.get(piece.sheet or home.sheet.name)
    if there is None:  # the workbook of one department has not every sheet
        return None
    name = there.sheet.name
    if piece.span == "::":
        whole = len(there.rows) > 0 and there.cut is None
        return Pattern(there.area(piece.name, there.top + 1, there.top + len(there.rows)), ()) if whole else None
    if piece.span == ":":
        return Pattern(there.area(piece.name, "%d", "%d"), (Target(name, end="first"), Target(name, end="last")))
    return Pattern(there.address(piece.name, "%d"), (Target(name, piece.key),))
