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

from .departments import changes
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


def lively(column: Column, cells: list[Plain], some: Some, drafts: Mapping[str, Draft], names: Names) -> list[Plain | Live]:
    """The cells of a column with their formulas; one whose formula would point at nothing stays a value."""
    if not column.templates() or not cells:
        return list(cells)
    codes = some.rows[column.by].tolist() if column.by in some.rows else [None] * len(cells)
    ruled = some.rows["policy"].tolist() if "policy" in some.rows else [None] * len(cells)
    ready: dict[tuple[str, object], tuple[str, list[list[int]]] | None] = {}
    made: list[Plain | Live] = []
    for at, (cell, code, policy) in enumerate(zip(cells, codes, ruled, strict=True)):
        chosen = column.formulas.get(str(code))
        template = column.formula if chosen is None else chosen
        formula = None
        if template and (cell is not None or chosen is not None):
            key = (template, policy)
            if key not in ready:
                pattern = _pattern(template, some.home, drafts, names.get(str(policy), {}))
                ready[key] = pattern and (pattern.text, [some.targets(each, drafts[each.sheet]) for each in pattern.targets])
            formula = _formula(ready[key], at)
        made.append(cell if formula is None else Live(cell, formula, some.numbers[at] if ROW in formula else 0))
    return made


def _formula(ready: tuple[str, list[list[int]]] | None, at: int) -> str | None:
    """The formula of one row; missing where there is nothing to point at."""
    if ready is None or not ready[1]:
        return ready and ready[0]
    rows = tuple(targets[at] for targets in ready[1])
    return ready[0] % rows if all(rows) else None


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
