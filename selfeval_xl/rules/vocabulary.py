"""What makes up what: totals and their parts, first-level indicators and score components, units that convert.

Read from `data/identities.toml`; nothing here computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from selfeval_xl.loading import load


@dataclass(frozen=True)
class Identity:
    """勾稽关系: a total and the items that make it up, with where that is laid down; `field` if its amount has its own name."""

    total: str
    parts: tuple[str, ...]
    basis: str
    optional: tuple[str, ...] = ()
    exhaustive: bool = True
    field: str = ""


@dataclass(frozen=True)
class Component:
    """得分构成: a part of the total score, and the names of indicators that belong to it."""

    component: str
    name: str
    level1: tuple[str, ...] = ()
    level2: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """Units that measure the same thing, each with its size in the smallest of them."""

    family: str
    units: Mapping[str, float]


@dataclass(frozen=True)
class Dates:
    """Words around a time of completion; what is left without them must be year, month and day."""

    lead: tuple[str, ...]
    before: tuple[str, ...]
    within: tuple[str, ...]
    done: tuple[str, ...]
    year_end: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """部门决算公开 table: its key, its normalised titles, and how its columns split a row; see identities.toml."""

    key: str
    name: str
    titles: tuple[str, ...]
    parts: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Name:
    """Labels of rows that have no item of the reader's, and the item that the rules give them."""

    item: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Balance:
    """总计 of one side of a table, and the items that make it up."""

    side: str
    whole: str
    parts: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class Group:
    """经济分类 classes that make up an item."""

    item: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class End:
    """One figure: an item of a table, on a side, in a column that splits the row; `add` names several items instead."""

    table: str
    item: str
    side: str = ""
    part: str = ""
    add: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """Two figures of one workbook that must agree, or of which the first must not be `most` than the second."""

    one: End
    other: End
    most: bool = False


@dataclass(frozen=True)
class Told:
    """What a narrative calls a figure of a table."""

    labels: tuple[str, ...]
    other: End


@dataclass(frozen=True)
class Reported:
    """An item of a department's 自评表, and the figure of 决算公开表 that is the same."""

    item: str
    other: End


@dataclass(frozen=True)
class Vocabulary:
    """Everything in identities.toml."""

    identities: tuple[Identity, ...]
    components: tuple[Component, ...]
    units: tuple[Family, ...]
    task_tables: tuple[str, ...]
    project_tables: tuple[str, ...]
    dates: Dates
    tables: tuple[Table, ...]
    names: tuple[Name, ...]
    balances: tuple[Balance, ...]
    groups: tuple[Group, ...]
    links: tuple[Link, ...]
    classes: tuple[Link, ...]
    codes: tuple[Link, ...]
    figures: tuple[Told, ...]
    reported: tuple[Reported, ...]
    direction: Mapping[str, tuple[str, ...]]
    cost_names: tuple[str, ...]


@cache
def vocabulary() -> Vocabulary:
    """The shipped identities.toml. Raises SpecError naming the key and what was allowed."""
    return load(Path(str(files("selfeval_xl").joinpath("data/identities.toml"))), Vocabulary)


@cache
def identities() -> Mapping[str, Identity]:
    """Every identity by the code of its total."""
    return {identity.total: identity for identity in vocabulary().identities}


@cache
def component_names() -> Mapping[str, str]:
    """Chinese name of each component, in the order in which they are reported."""
    return {entry.component: entry.name for entry in vocabulary().components}


@cache
def component_of(level: str) -> Mapping[str, str]:
    """Component by the name of an indicator of `level` (level1 or level2), with and without a trailing 指标."""
    return {
        full: entry.component
        for entry in vocabulary().components
        for name in getattr(entry, level)
        for full in (name, f"{name}指标")
    }


@cache
def unit_family() -> Mapping[str, str]:
    """Family of each unit."""
    return {unit: family.family for family in vocabulary().units for unit in family.units}


@cache
def unit_size() -> Mapping[str, float]:
    """Size of each unit in the smallest of its family."""
    return {unit: size for family in vocabulary().units for unit, size in family.units.items()}
