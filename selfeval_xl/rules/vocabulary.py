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
class Vocabulary:
    """Everything in identities.toml."""

    identities: tuple[Identity, ...]
    components: tuple[Component, ...]
    units: tuple[Family, ...]
    task_tables: tuple[str, ...]
    project_tables: tuple[str, ...]
    dates: Dates


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
