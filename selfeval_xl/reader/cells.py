"""A sheet as it stands: its cells by row and column, its merged ranges, and what is hidden.

Whatever the file was, a sheet ends up as a `Grid`; what comes after never asks which kind of file it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, NamedTuple

from selfeval_xl.frames import BLANK, ERROR, UNCACHED, VALUE

from .formats import Format
from .intake import check

Text = tuple[tuple[int, int], str]
Printed = tuple[tuple[int, int], int, str]
Span = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged range, counted from 0, inclusive."""


class Cell(NamedTuple):
    """One cell as it stands: value (None where blank), state, and how its number is shown where it has a format of its own."""

    value: Any
    state: int
    format: Format | None = None

    @property
    def percent(self) -> bool:
        """Whether the number is shown as a percentage."""
        return self.format is not None and self.format.percent


NOTHING = Cell(None, BLANK)
_NO_RESULT = Cell(None, UNCACHED)
_as_cell = partial(tuple.__new__, Cell)  # what Cell() does, in half the time
_NONE: dict[int, Span] = {}
_NO_CELLS: dict[int, Cell] = {}
_NUMBERS = frozenset({float, int, bool})


@dataclass(slots=True)
class Grid:
    """One sheet: values by row and column from A1, and what values do not tell. Rows may be of unequal length.

    Hidden rows, columns and sheets are read like any others; `hidden`, `hidden_rows` and `hidden_columns` say so.
    `protected` is None where the kind of file does not tell, `validations` where the workbook is not ours, `formulas` also
    where they are protected.
    `formats` has what changes a number's meaning, a percentage or a unit; those that only say how many decimals are shown
    may come later, from `more_formats`, for the cells that need it.
    """

    name: str
    rows: list[list[Any]]
    merges: list[Span] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncached: set[tuple[int, int]] = field(default_factory=set)
    formats: dict[tuple[int, int], Format] = field(default_factory=dict)
    more_formats: Callable[[], dict[tuple[int, int], Format]] | None = None
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    protected: bool | None = None
    formulas: set[tuple[int, int]] | None = None
    validations: int | None = None
    kept: tuple[range, ...] | None = None
    """Where this is a part of a sheet, the rows that it kept; the others are there and blank."""
    _owners: dict[int, dict[int, Span]] | None = None
    _odd: dict[int, dict[int, Cell]] | None = None
    _begun: dict[int, list[Text]] | None = None
    _printed: dict[int, Sequence[Printed]] | None = None
    worked_out: dict[Any, Any] = field(default_factory=dict)
    """What was found out about these rows, so that it is found out once."""

    def lines(self) -> Iterator[int]:
        """The rows in which anything may stand."""
        for rows in self.kept or (range(len(self.rows)),):
            yield from rows

    def part(self, kept: Sequence[range], columns: range | None = None) -> Grid:
        """The same sheet with only some of its rows, and only some of their columns; every cell keeps its address."""
        rows: list[list[Any]] = [[]] * kept[-1].stop
        for lines in kept:
            rows[lines.start : lines.stop] = self.rows[lines.start : lines.stop]
            if columns is not None:
                rows[lines.start : lines.stop] = [
                    [""] * columns.start + line[columns.start : columns.stop] for line in rows[lines.start : lines.stop]
                ]
        self._of_merges()  # so that all parts share one table of merged cells

        def stays(at: tuple[int, int]) -> bool:
            return any(at[0] in lines for lines in kept) and (columns is None or at[1] in columns)

        errors = {at: text for at, text in self.errors.items() if stays(at)}
        uncached = set(filter(stays, self.uncached))
        fresh: dict[str, Any] = {"_odd": None, "_begun": None, "_printed": None, "worked_out": {}}
        return replace(self, rows=rows, errors=errors, uncached=uncached, kept=tuple(kept), **fresh)

    def blank(self, row: int) -> bool:
        """Whether nothing at all stands in a row."""
        line = self.rows[row]
        return line.count("") + line.count(None) == len(line) and row not in self._without_value()

    def filled(self, row: int, columns: Mapping[str, int]) -> dict[str, Cell]:
        """Those cells of a row that hold anything, of some columns, by the names of these."""
        line, looks, odd = self.rows[row], self.formats, self._without_value().get(row, _NO_CELLS)
        found = {}
        for name, column in columns.items():
            if column in odd:
                found[name] = odd[column]
            elif column < len(line) and _holds(value := line[column]):
                found[name] = _as_cell((value, VALUE, looks.get((row, column))))
        return found

    def _without_value(self) -> dict[int, dict[int, Cell]]:
        """Cells that hold an error value or a formula without its result, by row and column."""
        if self._odd is None:
            self._odd = {}
            for row, column in self.uncached:
                self._odd.setdefault(row, {})[column] = _NO_RESULT
            for (row, column), text in self.errors.items():
                self._odd.setdefault(row, {})[column] = Cell(text, ERROR)
        return self._odd

    def cell(self, row: int, column: int) -> Cell:
        """The cell itself; the cells that a merge covers are blank."""
        at = (row, column)
        if at in self.errors:
            return Cell(self.errors[at], ERROR)
        if at in self.uncached:
            return _NO_RESULT
        line = self.rows[row] if row < len(self.rows) else ()
        value = line[column] if column < len(line) else None
        return _as_cell((value, VALUE, self.formats.get(at))) if _holds(value) else NOTHING

    def seen(self, row: int, column: int) -> Cell:
        """The same with every format, for a text as a person sees it."""
        return self.formatted().cell(row, column)

    def formatted(self) -> Grid:
        """The same grid, with every format from now on."""
        if self.more_formats is not None:
            self.formats = {**self.more_formats(), **self.formats}
            self.more_formats = None
        return self

    def text(self, row: int, column: int) -> str:
        """The text of a cell, or of the merged cell that covers it; empty where there is no text."""
        span = self._of_merges().get(row, _NONE).get(column)
        top, left = span[:2] if span else (row, column)
        line = self.rows[top] if top < len(self.rows) else ()
        value = line[left] if left < len(line) else None
        return value if isinstance(value, str) else ""

    def texts(self, row: int) -> Sequence[Text]:
        """The texts that begin in a row, each with the cell that holds it: those that only reach down into it are left out."""
        if self._begun is None:
            self._begun = {}
            for at in self.lines():
                line = self.rows[at]
                if line.count("") != len(line) and (found := _texts(at, line)):
                    self._begun[at] = found
        return self._begun.get(row, ())

    def printed(self, row: int) -> Sequence[Printed]:
        """The texts of a row, each merged cell once: the cell that holds it, the column where the row meets it, the text."""
        if self._printed is None:
            self._printed = {row: found for row in self.lines() if (found := self._met(row))}
        return self._printed.get(row, ())

    def _met(self, row: int) -> Sequence[Printed]:
        found = [(at, at[1], text) for at, text in self.texts(row)]
        if row not in self._of_merges():
            return found
        for top, left in {span[:2] for span in self.merged(row).values() if span[0] < row and span[1] < len(self.rows[row])}:
            if (text := self.text(top, left)) and not text.isspace():
                found.append(((top, left), left, text))
        return sorted(found, key=itemgetter(1))

    def span(self, row: int, column: int) -> Span:
        """The merged range that covers a cell, or the cell alone."""
        return self._of_merges().get(row, _NONE).get(column) or (row, column, row, column)

    def merged(self, row: int) -> Mapping[int, Span]:
        """The merged ranges that a row meets, by the columns that they cover."""
        return self._of_merges().get(row, _NONE)

    def take_merged(self, merged: dict[int, dict[int, Span]]) -> None:
        """Take merged ranges as they are, by row and column, of a grid that is a part of another."""
        self._owners = merged

    def _of_merges(self) -> dict[int, dict[int, Span]]:
        """The merged range over every covered cell, by row and column."""
        if self._owners is None:
            self._owners = self._covered()
        return self._owners

    def settle(self) -> Grid:
        """The same grid without what stands under merged cells: nobody sees it. Raises RefusedError past a limit.

        Exporters write a value into every cell of a merged range; people see the first one only.
        """
        if not self.merges:
            return self
        check("合并区域", len(self.merges))
        rows, height, width = self.rows, len(self.rows), max(map(len, self.rows), default=0)
        area = 0
        for top, left, bottom, right in self.merges:
            area += (min(bottom, height) - top + 1) * (min(right, width) - left + 1)
            first = left + 1
            for line in rows[top : bottom + 1]:
                under = line[first : right + 1]
                if under.count("") != len(under):
                    line[first : right + 1] = [""] * len(under)
                first = left
        check("合并单元格", area)
        if self.errors or self.uncached:
            errors, spans = self.errors, self._of_merges()
            odd = (*errors, *self.uncached)
            unseen = {at for at in odd if (span := spans.get(at[0], _NONE).get(at[1])) is not None and span[:2] != at}
            self.errors = {at: text for at, text in errors.items() if at not in unseen}
            self.uncached -= unseen
        return self

    def _covered(self) -> dict[int, dict[int, Span]]:
        """Every covered cell within the used area: a merge of whole columns must not cost a million entries."""
        last_row, last_column = len(self.rows), max(map(len, self.rows), default=0)
        found: dict[int, dict[int, Span]] = {}
        for span in self.merges:
            top, left, bottom, right = span
            across = range(left, min(right, last_column) + 1)
            for row in range(top, min(bottom, last_row) + 1):
                found.setdefault(row, {}).update(dict.fromkeys(across, span))
        return found


def _holds(value: Any) -> bool:
    return type(value) is float or not (value is None or value == "" or (isinstance(value, str) and value.isspace()))


def _texts(row: int, line: Sequence[Any]) -> list[Text]:
    return [
        ((row, column), value) for column, value in enumerate(line) if value and isinstance(value, str) and not value.isspace()
    ]


def has_number(values: Iterable[Any]) -> bool:
    """Whether a number stands among some values; True and False count as such."""
    return not _NUMBERS.isdisjoint(map(type, values))


@lru_cache(maxsize=10_000)
def column_number(letters: bytes) -> int:
    """A column's number, counted from 0, from its letters."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1
