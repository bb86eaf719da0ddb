"""How the standard workbook looks and what its cells let in: `data/template.toml` as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from selfeval_xl.loading import load


@dataclass(frozen=True)
class Style:
    """What a kind of cell looks like; each name is the property's name in xlsxwriter, "" and 0 are its own default."""

    font_name: str = ""
    font_size: float = 0.0
    font_color: str = ""
    bold: bool = False
    bg_color: str = ""
    border: int = 0
    border_color: str = ""
    align: str = ""
    valign: str = "vcenter"
    text_wrap: bool = False
    indent: int = 0
    locked: bool = True


@dataclass(frozen=True)
class Shape:
    """How a format is shown and what may be typed: `check` is empty where anything may be."""

    num_format: str = ""
    align: str = ""
    text_wrap: bool = False
    shrink: bool = False
    indent: int = 0
    check: Literal["", "decimal", "integer", "date"] = ""
    minimum: float = 0.0
    maximum: float = 0.0
    on_error: Literal["stop", "warning", "information"] = "stop"
    error: str = ""


@dataclass(frozen=True)
class Looks:
    """Everything about the template's looks that the form itself does not say."""

    font: str
    font_size: float
    created: str
    field_widths: tuple[float, ...]
    line_width: float
    title_height: float
    row_height: float
    line_height: float
    long_lines: int
    margins: tuple[float, ...]
    footer: str
    reject_title: str
    reject_choice: str
    styles: Mapping[str, Style]
    swatches: Mapping[str, str]
    formats: Mapping[str, Shape]
    roles: Mapping[str, Shape] = field(default_factory=dict)
    protect: Mapping[str, bool] = field(default_factory=dict)

    def shape(self, cell_format: str, role: str) -> Shape:
        """The shape of a format, or of a role that has one of its own."""
        return self.roles.get(role) or self.formats.get(cell_format) or Shape()


@cache
def looks() -> Looks:
    """The shipped looks. Raises SpecError where the file is broken."""
    return load(Path(str(files("selfeval_xl").joinpath("data", "template.toml"))), Looks)
