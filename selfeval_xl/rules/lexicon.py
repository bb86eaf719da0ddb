"""合理性核对用语: words by which names, units and texts are judged, from `data/plausible.toml`; nothing here computes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from selfeval_xl.loading import load


@dataclass(frozen=True)
class Direction:
    """Which names ask for more and which for less."""

    quantity_level2: tuple[str, ...]
    fewer: tuple[str, ...]
    less: tuple[str, ...]
    less_not: tuple[str, ...]
    timeliness_level2: tuple[str, ...]
    lasting: tuple[str, ...]
    time_units: tuple[str, ...]
    cost_levels: tuple[str, ...]
    more_cost: tuple[str, ...]


@dataclass(frozen=True)
class Rates:
    """Which names are rates, which of them end at 100%, and which names are counts or prices."""

    capped: tuple[str, ...]
    not_percent: tuple[str, ...]
    percent_units: tuple[str, ...]
    counted: tuple[str, ...]
    not_counted: tuple[str, ...]
    unit_prices: tuple[str, ...]


@dataclass(frozen=True)
class Inequality:
    """Signs and words of a bound."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Texts:
    """Sections that tell of the year and the unit itself, prompts of the form as patterns, and what a long text is.

    `no_reason` are texts that give none.
    """

    reported: tuple[str, ...]
    year: tuple[str, ...]
    prompts: tuple[str, ...]
    long: int
    no_reason: tuple[str, ...]


@dataclass(frozen=True)
class Between:
    """From how many equal amounts on two departments are asked about them."""

    figures: int


@dataclass(frozen=True)
class Lexicon:
    """Everything in plausible.toml.

    `self` gives the endings of a name that go with 我局, 我办 and the like, `grades` the short word of a grade: 优 for 优秀.
    """

    direction: Direction
    rates: Rates
    inequality: Inequality
    self: Mapping[str, tuple[str, ...]]
    texts: Texts
    between: Between
    grades: Mapping[str, str]


@cache
def lexicon() -> Lexicon:
    """The shipped plausible.toml. Raises SpecError naming the key and what was allowed."""
    return load(Path(str(files("selfeval_xl").joinpath("data/plausible.toml"))), Lexicon)


@cache
def prompts() -> str:
    """One pattern for every prompt of a form."""
    return "|".join(f"(?:{pattern})" for pattern in lexicon().texts.prompts)


def has(names: pd.Series, words: Sequence[str]) -> pd.Series:
    """Whether each text holds one of the words; a missing text holds none."""
    pattern = re.compile("|".join(map(re.escape, words)))
    codes, unique = pd.factorize(names)  # names repeat: each is looked at once
    found = np.array([*(pattern.search(str(name)) is not None for name in unique), False], dtype=bool)
    return pd.Series(found[codes], index=names.index)


def of_time_or_cost(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Whether each indicator is a time limit, and whether it is a cost, of which less is better."""
    words, name = lexicon().direction, rows["level3"]
    timely = has(rows["level2"], words.timeliness_level2) & rows["unit"].isin(words.time_units)
    cost = has(rows["level1"], words.cost_levels) | has(rows["level2"], words.cost_levels)
    return timely & ~has(name, words.lasting), cost & ~has(name, words.more_cost)


def unexplained(reasons: pd.Series) -> pd.Series:
    """Whether each reason is blank, or says no more than 无."""
    return reasons.isna() | reasons.str.strip(" 。.;；").isin(lexicon().texts.no_reason)
