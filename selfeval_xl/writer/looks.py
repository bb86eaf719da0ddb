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

from selfeval_xl.errors import SpecError
from selfeval_xl.loading import load

from .formulas import Parameter, references
from .looks_pages import ChartLooks, CoverLooks, DossierLooks

Rows = Literal[
    "cover", "ranking", "budget", "indicators", "scores", "three_public", "projects", "measures", "findings", "absent",
    "dossiers", "files", "unchecked", "parameters", "notes",
]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    `header` is its printed path from the top, joined by /. `value` names what stands in it, `words` the list of words
    that its codes are shown in. Where `base` is zero, a value that cannot be computed is shown as —. `meaning` is its
    definition on the sheet 说明. A column that is not `printed` is for the screen only. `place` says whose cell it is
    linked to, as `frame.column`, as the name of a column of addresses, or as `file`; the first that the row has. A cell of a
    column with `link` leads to the department's page, or to the row that a finding is about; `show` draws bars or arrows
    beside its numbers.

    A figure that is computed has a `formula` (see `formulas`); where the row's code in `by` is a key of `formulas`, that
    one instead, and an empty one leaves the value as it is. A missing value is written as a blank, without formula, unless
    its formula was chosen by a code: then something that is changed may give it a value.
    """

    header: str
    value: str
    style: str = "text"
    width: float = 12
    words: str = ""
    base: str = ""
    meaning: str = ""
    printed: bool = True
    link: Literal["", "dossiers", "rows"] = ""
    show: Literal["", "bar", "arrows"] = ""
    place: str = ""
    formula: str = ""
    formulas: Mapping[str, str] = field(default_factory=dict)
    by: str = ""

    def templates(self) -> tuple[str, ...]:
        """Every formula that the column may have."""
        return tuple(filter(None, (self.formula, *self.formulas.values())))


@dataclass(frozen=True)
class Sheet:
    """A sheet: which rows it lists, its question and a line under its title, and its columns, the first `frozen` always in sight.

    Where its rows are those of a `frame`, each reported value is linked to its cell. A sheet without columns is no table:
    the cover, and the pages of the departments. With `details` it stands in the workbook of a single department too. Rows
    that are `together`, mostly those of a department, are printed on one page where that wastes little.
    """

    name: str
    title: str
    rows: Rows
    columns: tuple[Column, ...] = ()
    question: str = ""
    note: str = ""
    empty: str = ""
    frozen: int = 1
    frame: Literal["", "profile", "budget", "indicators"] = ""
    details: bool = True
    together: bool = True


@dataclass(frozen=True)
class Style:
    """How a cell looks. Colours are names of the palette. `scale` divides the value: 10000 shows 元 as 万元.

    A `stepped` style is indented further by the depth of its row. A number in a `shrink` style that is too wide for its
    cell is shown smaller, never as ####.
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
    underline: bool = False
    border: bool = True
    number: str = ""
    scale: int = 1
    unlocked: bool = False
    shrink: bool = False


@dataclass(frozen=True)
class Setting:
    """A rule of a policy that formulas go by: `{name}` in a formula, `label` its defined name in Excel.

    `rule` is the policy's rule (weights.budget_execution: one of its weights), `item` the field of its entries where it is a
    list. Its values stand on the sheet 参数 in `column`; only those in `value` are for changing: a word of `choices`, or a
    number between `low` and `high`, a `whole` one if so.
    """

    name: str
    label: str
    rule: str
    item: str = ""
    column: str = "value"
    unit: str = ""
    prompt: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    low: float = 0.0
    high: float = 0.0
    whole: bool = False

    def shown(self, value: object) -> object:
        """A value as the sheet shows it: a word for a code."""
        if not self.choices or value is None:
            return value
        return self.choices[str(value).lower() if isinstance(value, bool) else str(value)]


@dataclass(frozen=True)
class Page:
    """A printed page: margins in inches, the footer, and where a page ends (see `paper.breaks`)."""

    filled: float
    most_empty: float
    least_rows: int
    least_shrink: float
    most_breaks: int
    left: float
    right: float
    top: float
    bottom: float
    footer: str


@dataclass(frozen=True)
class Summary:
    """The whole summary: sheets in order, words, styles, palette, font, page.

    Columns grow for large numbers and long names up to `most_growth` times their width, those that are not printed up to
    `most_growth_unprinted` times. Of texts that are too long for a row, `most_long` stand under their table in full; a line
    `notice_from` units from the left says so.
    """

    title: str
    subject: str
    font: str
    size: float
    most_growth: float
    most_growth_unprinted: float
    row_limit: int
    most_long: int
    notice_from: float
    most_ranked: int
    most_links: int
    dataset_rows: int
    project_tables: tuple[str, ...]
    three_public_items: tuple[str, ...]
    headline_items: tuple[str, ...]
    said_operators: tuple[str, ...]
    page: Page
    palette: Mapping[str, str]
    styles: Mapping[str, Style]
    words: Mapping[str, Mapping[str, str]]
    tones: Mapping[str, str]
    notes: tuple[Mapping[str, str], ...]
    sheets: tuple[Sheet, ...]
    cover: CoverLooks
    charts: Mapping[str, ChartLooks]
    dossier: DossierLooks
    settings: tuple[Setting, ...] = ()
    lines: Mapping[str, str] = field(default_factory=dict)

    def setting(self, name: str) -> Setting:
        """The setting that formulas call by a name."""
        return next(setting for setting in self.settings if setting.name == name)


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
    return load_summary(Path(str(files("selfeval_xl").joinpath("data", "summary.toml"))))


def load_summary(path: Path) -> Summary:
    """The looks of a file. Raises SpecError for an unknown key or value, and for a formula that names what there is not."""
    looks = load(path, Summary)
    settings = [setting.name for setting in looks.settings]
    columns = {sheet.name: {column.value for column in sheet.columns} for sheet in looks.sheets}
    for sheet in looks.sheets:
        for column in sheet.columns:
            where = f"{path.name}：“{sheet.name}”的“{column.header}”"
            if column.formulas and not column.by:
                raise SpecError(f"{where}：有 formulas 而没有 by，不知道按哪一栏选公式。")
            for template in column.templates():
                _check(template, sheet.name, (columns, settings), where)
    return looks


def _check(template: str, home: str, known: tuple[Mapping[str, set[str]], list[str]], where: str) -> None:
    columns, settings = known
    try:
        found = list(references(template))
    except SpecError as error:
        raise SpecError(f"{where}：{error}") from None
    for piece in found:
        if isinstance(piece, Parameter):
            if piece.name not in settings:
                raise SpecError(f"{where}：没有参数“{piece.name}”，可用的是 {'、'.join(settings)}。")
        elif (sheet := piece.sheet or home) not in columns:
            raise SpecError(f"{where}：没有表“{sheet}”，可用的是 {'、'.join(columns)}。")
        elif piece.name not in columns[sheet]:
            raise SpecError(f"{where}：“{sheet}”没有列“{piece.name}”，可用的是 {'、'.join(sorted(columns[sheet]))}。")
