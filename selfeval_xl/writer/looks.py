"""The summary's looks: `data/summary.toml` as frozen dataclasses; only the writer needs them.

What stands on which sheet, under which header, in which style; the words for codes; fonts, palette and page.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from selfeval_xl.loading import load

Rows = Literal["overview", "budget", "indicators", "scores", "measures", "findings", "files", "unchecked", "notes"]


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    `header` is its printed path from the top, joined by /. `value` names what stands in it, `words` the list of words
    that its codes are shown in. Where `base` is zero, a value that cannot be computed is shown as —. `meaning` is its
    definition on the sheet 说明. A column that is not `printed` is for the screen only. `place` says whose cell it is
    linked to, as `frame.column`, as the name of a column of addresses, or as `file`; the first that the row has.
    """

    header: str
    value: str
    style: str = "text"
    width: float = 12
    words: str = ""
    base: str = ""
    meaning: str = ""
    printed: bool = True
    place: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet: which rows it lists, a line under its title, and its columns, the first `frozen` always in sight.

    Where its rows are those of a `frame`, each reported value is linked to its cell.
    """

    name: str
    title: str
    rows: Rows
    columns: tuple[Column, ...]
    note: str = ""
    empty: str = ""
    frozen: int = 1
    frame: Literal["", "profile", "budget", "indicators"] = ""


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
    most_links: int
    dataset_rows: int
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


def beside(looks: Summary, dataset: str | os.PathLike[str] | None) -> Summary:
    """The looks of a summary beside a data set: long sheets end early, and say where all rows are."""
    if dataset is None:
        return looks
    said = {
        **looks.lines,
        "too_many": looks.lines["in_dataset"].replace("{dataset}", str(dataset).replace("{", "（").replace("}", "）")),
    }
    return replace(looks, row_limit=min(looks.row_limit, looks.dataset_rows), lines=said)


@cache
def summary() -> Summary:
    """The shipped looks. Raises SpecError when summary.toml holds a key or value that these classes do not know."""
    return load(Path(str(files("selfeval_xl").joinpath("data", "summary.toml"))), Summary)
