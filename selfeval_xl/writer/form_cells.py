"""The cells of a form: what is printed or filled in where, and what belongs together; no Excel in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from selfeval_xl.specs import Field, Format, Sheet, TableColumn, TableRow

from .hints import Hint

FIELDS = "fields"
"""The table name under which the single fields of a form are found."""


class Key(NamedTuple):
    """What an input cell means: its table's title (or `fields`), its row, and its role.

    `row` is "" for fields, the printed label where there is one (a repeated label goes on as label#2, label#3), and
    the number of the row, from 1, where the row is free.
    """

    table: str
    row: str | int
    role: str


@dataclass(frozen=True)
class Cell:
    """A printed or fillable cell, possibly merged `down` and `across`; row and column are counted from 0."""

    row: int
    column: int
    style: str
    text: str = ""
    format: Format | str = ""
    role: str = ""
    key: Key | None = None
    helper: Hint | None = None
    down: int = 1
    across: int = 1
    indent: int = 0


@dataclass(frozen=True)
class Line:
    """A row of a table, or all fields of a form, and its input cells by role."""

    table: str
    row: str | int
    inputs: Mapping[str, Cell]
    spec: TableRow | None = None


@dataclass(frozen=True)
class Area:
    """Cells that share one prompt and one validation."""

    entry: Field | TableColumn
    first: tuple[int, int]
    last: tuple[int, int]

    @property
    def heading(self) -> str:
        """What the cells are called."""
        return self.entry.label if isinstance(self.entry, Field) else self.entry.header.replace("/", "·")


@dataclass
class SheetPlan:
    """A sheet worked out: its cells, its rows by meaning, and what a printer and a window need to know."""

    sheet: Sheet
    cells: list[Cell] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    next_row: int = 0
    printed: int = 1
    freeze: tuple[int, int] = (1, 0)
    heads: tuple[int, int] | None = None
