"""The looks of what is no table: the cover with its charts, and the pages of the departments; part of `data/summary.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Section:
    """A section of a department's page: its title, its header, and what is said where it has no row."""

    title: str
    none: str = ""
    header: tuple[str, ...] = ()


@dataclass(frozen=True)
class DossierLooks:
    """The page of a department: widths of its columns, height that may be filled, what it lists, and its words.

    Of the room that is left for missed indicators and findings, findings have `findings_share` where there are many.
    """

    widths: tuple[float, ...]
    height: float
    scale: int
    most_pages: int
    index_rows: int
    row: float
    title_height: float
    section_height: float
    size: float
    small: float
    findings_share: float
    files: int
    most_items: int
    most_projects: int
    items: tuple[str, ...]
    components: Mapping[str, str]
    sections: Mapping[str, Section]
    index: Section
    words: Mapping[str, str]


@dataclass(frozen=True)
class CoverLooks:
    """The cover: its grid in units and points, how much it tells, from what on something is worth telling, and its words."""

    columns: int
    width: float
    title_height: float
    heading_height: float
    row: float
    figure_height: float
    below_height: float
    gap: float
    call_height: float
    chart_rows: int
    chart_width: int
    most_calls: int
    most_of_a_kind: int
    least_gap: float
    low_rate: float
    lines: Mapping[str, str]
    calls: Mapping[str, str]
    tones: Mapping[str, str]


@dataclass(frozen=True)
class Fill:
    """How a series is filled: a colour of the palette, as a pattern where one is named; a dark one has white labels."""

    color: str
    pattern: str = ""
    dark: bool = False


@dataclass(frozen=True)
class ChartLooks:
    """A chart: its title, that of many (`some`), names and fills of its series, most rows, format of numbers and labels."""

    title: str
    series: tuple[str, ...]
    fills: tuple[Fill, ...]
    style: str
    some: str = ""
    kind: Literal["bar", "column"] = "bar"
    stacked: bool = False
    most: int = 10
    gap: int = 50
    format: str = "0"
    label_format: str = "0"
    labels: tuple[str, ...] = ()
