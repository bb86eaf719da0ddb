"""The summary's looks: `data/summary.toml` as frozen dataclasses; only the writer needs them.

What stands on which sheet, under which header, in which style; the words for codes; fonts, palette and page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from selfeval_xl.errors import SpecError
from selfeval_xl.loading import load

from .formulas import Parameter, references
from .parameters import PARAMETERS

Rows = Literal["overview", "budget", "indicators", "scores", "measures", "findings", "files", "unchecked", "notes"]


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    `header` is its printed path from the top, joined by /. `value` names what stands in it, `words` the list of words
    that its codes are shown in. Where `base` is zero, a value that cannot be computed is shown as —. `meaning` is its
    definition on the sheet 说明. A column that is not `printed` is for the screen only.

    A figure that is computed has a `formula` (see `formulas`); where the row's code in `by` is a key of `formulas`, that
    one instead. An empty formula leaves the value as it is. A missing value is written as a blank, without formula.
    """

    header: str
    value: str
    style: str = "text"
    width: float = 12
    words: str = ""
    base: str = ""
    meaning: str = ""
    printed: bool = True
    formula: str = ""
    formulas: Mapping[str, str] = field(default_factory=dict)
    by: str = ""

    def templates(self) -> tuple[str, ...]:
        """Every formula that the column may have."""
        return tuple(filter(None, (self.formula, *self.formulas.values())))


@dataclass(frozen=True)
class Sheet:
    """A sheet: which rows it lists, a line under its title, and its columns, the first `frozen` always in sight."""

    name: str
    title: str
    rows: Rows
    columns: tuple[Column, ...]
    note: str = ""
    empty: str = ""
    frozen: int = 1


@dataclass(frozen=True)
class Style:
    """How a cell looks. Colours are names of the palette. `scale` divides the value: 10000 shows 元 as 万元.

    A `stepped` style is indented further by the depth of its row.
    """

    size: float = 0
    bold: bool = False
    italic: bool = False
    color: str = ""
    fill: str = ""
    align: Literal["", "left", "center", "right"] = ""
    indent: int = 0
    stepped: bool = False
    wrap: bool = False
    border: bool = True
    number: str = ""
    scale: int = 1


@dataclass(frozen=True)
class Page:
    """A printed page: margins in inches, and the footer."""

    left: float
    right: float
    top: float
    bottom: float
    footer: str


@dataclass(frozen=True)
class Summary:
    """The whole summary: sheets in order, words, styles, palette, font, page."""

    title: str
    subject: str
    font: str
    size: float
    row_limit: int
    headline_items: tuple[str, ...]
    said_operators: tuple[str, ...]
    page: Page
    palette: Mapping[str, str]
    styles: Mapping[str, Style]
    words: Mapping[str, Mapping[str, str]]
    tones: Mapping[str, str]
    notes: tuple[Mapping[str, str], ...]
    sheets: tuple[Sheet, ...]
    lines: Mapping[str, str] = field(default_factory=dict)


@cache
def summary() -> Summary:
    """The shipped looks. Raises SpecError when summary.toml holds a key or value that these classes do not know."""
    return load_summary(Path(str(files("selfeval_xl").joinpath("data", "summary.toml"))))


def load_summary(path: Path) -> Summary:
    """The looks of a file. Raises SpecError for an unknown key or value, and for a formula that names what there is not."""
    looks = load(path, Summary)
    columns = {sheet.name: {column.value for column in sheet.columns} for sheet in looks.sheets}
    for sheet in looks.sheets:
        for column in sheet.columns:
            where = f"{path.name}：“{sheet.name}”的“{column.header}”"
            if column.formulas and not column.by:
                raise SpecError(f"{where}：有 formulas 而没有 by，不知道按哪一栏选公式。")
            for template in column.templates():
                _check(template, sheet.name, columns, where)
    return looks


def _check(template: str, home: str, columns: Mapping[str, set[str]], where: str) -> None:
    try:
        found = list(references(template))
    except SpecError as error:
        raise SpecError(f"{where}：{error}") from None
    for piece in found:
        if isinstance(piece, Parameter):
            if piece.name not in PARAMETERS:
                raise SpecError(f"{where}：没有参数“{piece.name}”，可用的是 {'、'.join(PARAMETERS)}。")
        elif (sheet := piece.sheet or home) not in columns:
            raise SpecError(f"{where}：没有表“{sheet}”，可用的是 {'、'.join(columns)}。")
        elif piece.name not in columns[sheet]:
            raise SpecError(f"{where}：“{sheet}”没有列“{piece.name}”，可用的是 {'、'.join(sorted(columns[sheet]))}。")
