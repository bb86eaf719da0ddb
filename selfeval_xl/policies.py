"""Policies: the law's numbers, each with where it comes from; what their TOML files may hold, and the shipped ones by id.

A policy is a whole file: none refers to another, so that each can be printed, read and signed. A rule without `value` is
switched off. What a file must keep to beyond the types here is in `policy_checks`, how it is read aloud in `policy_text`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Generic, Literal, TypeVar

from .errors import OutputError, SpecError
from .loading import by_id, data_files, load
from .policy_checks import check

T = TypeVar("T")
Amount = Literal["original_budget", "final_budget", "actual"]
Tier = Literal["", "中央", "省级", "市级", "县级"]


@dataclass(frozen=True)
class Param(Generic[T]):
    """A value of a policy with its source. Without `value` the rule is switched off; `verified` is false for 未核实."""

    basis: str
    value: T | None = None
    verified: bool = True


@dataclass(frozen=True)
class Band:
    """A grade and the scores that have it.

    From `at_least` (included) or `above` (not included), up to `at_most` (included) or `below` (not included); without an
    upper bound as far as the next grade.
    """

    grade: str
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    @property
    def start(self) -> float:
        """The score from which the grade is given."""
        return self.at_least if self.at_least is not None else self.above or 0.0


@dataclass(frozen=True)
class Level:
    """A qualitative level: the words for it, and the share of the weight that it may earn.

    Both ends belong to it unless said otherwise; where they are the same, the level has that share and no other.
    """

    name: str
    low: float
    high: float
    words: tuple[str, ...] = ()
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True)
class Over:
    """扣分 for a result far above its target: from a completion of `at_least`, `points` or a `share` of the weight."""

    at_least: float
    points: float = 0.0
    share: float = 0.0


@dataclass(frozen=True)
class TotalCap:
    """The total is no more than `at_most` where the execution rate is below `execution_below`."""

    execution_below: float
    at_most: float


@dataclass(frozen=True)
class Bracket:
    """Points for an achieved value up to `at_most` (included) or `below` (not included); the last bracket has no bound."""

    points: float
    at_most: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class Rule:
    """How indicators of certain names are scored, instead of by their target.

    * step: full marks up to `base`, then `deduct` for every `every` beyond it, no less than nothing
    * bracket: the points of the first bracket that holds the achieved value
    * proportional: full marks up to `base`, then the share of base and achieved value
    * all_or_nothing: full marks up to `base`, else nothing
    * judged: a person decides

    `bad` says which side of `base` is worse; without `base` the row's own target is it. Points are those of a weight of
    `of` and are scaled to the row's weight; without `of` they count as they stand. `begun` says what a step that is not
    full counts: nothing, a whole one, or its share. Values are in `unit`: an achieved value in another is left to a person.
    """

    names: tuple[str, ...]
    kind: Literal["step", "bracket", "proportional", "all_or_nothing", "judged"]
    basis: str
    verified: bool = True
    bad: Literal["above", "below"] = "above"
    base: float | None = None
    every: float = 1.0
    deduct: float = 0.0
    of: float | None = None
    begun: Literal["nothing", "whole", "share"] = "nothing"
    unit: str = "%"
    brackets: tuple[Bracket, ...] = ()


@dataclass(frozen=True)
class Policy:
    """How scores are worked out: every number that a notice sets, with the notice beside it.

    `forms`, `regions`, `tier` and the years say where it is chosen of itself (see `rules.cases.choose`); one that is not
    `automatic` only rules where it is asked for by name.
    """

    id: str
    name: str
    document: str
    region: str
    forms: tuple[str, ...]
    weights: Mapping[str, Param[float]]
    total_weight: Param[float]
    execution_items: Param[tuple[str, ...]]
    execution_numerator: Param[tuple[Amount, ...]]
    execution_denominator: Param[tuple[Amount, ...]]
    execution_cap: Param[float]
    execution_zero: Param[Literal["not_computable", "zero", "full"]]
    explain_execution_below: Param[float]
    total_caps: Param[tuple[TotalCap, ...]]
    positive: Param[Literal["proportional", "all_or_nothing", "judged"]]
    reverse: Param[Literal["ratio", "linear", "all_or_nothing", "judged"]]
    equal: Param[Literal["at_least", "both_ways", "exact", "judged"]]
    range_outside: Param[Literal["proportional", "all_or_nothing", "judged"]]
    zero_target: Param[Literal["met_if_zero", "met_or_zero", "not_computable"]]
    negative_target: Param[Literal["met_or_judged", "met_or_zero"]]
    negative_actual: Param[Literal["as_printed", "zero"]]
    late: Param[Literal["zero", "judged"]]
    explain_above: Param[float]
    editable_above: Param[float]
    over_target: Param[tuple[Over, ...]]
    levels: Param[tuple[Level, ...]]
    not_applicable: Param[Literal["rescale", "zero", "judged"]]
    not_applicable_words: Param[tuple[str, ...]]
    bands: Param[tuple[Band, ...]]
    rate_places: Param[int]
    score_places: Param[int]
    rate_before_score: Param[bool]
    grade_after_rounding: Param[bool]
    score_tolerance: Param[float]
    regions: tuple[str, ...] = ()
    tier: Tier = ""
    automatic: bool = True
    first_year: int = 2000
    last_year: int = 2100
    rules: tuple[Rule, ...] = field(default=())


@cache
def policies() -> Mapping[str, Policy]:
    """Every shipped policy by its id. Raises SpecError for a broken one."""
    return by_id(load_policy(path) for path in data_files("policies"))


def load_policy(path: Path) -> Policy:
    """One policy. Raises SpecError naming the file, the key and what was allowed."""
    policy = load(path, Policy)
    check(policy, path.name)
    return policy


def find(name: str | os.PathLike[str]) -> Policy:
    """A shipped policy by its id, or one in a TOML file of your own by its path.

    Raises SpecError for an id that there is not, listing those there are, and for a file that is missing or broken.
    """
    known = policies()
    if str(name) in known:
        return known[str(name)]
    path = Path(name)
    if path.is_file():
        return load_policy(path)
    if path.suffix.lower() == ".toml":
        raise SpecError(f"找不到评分办法文件“{name}”。请检查文件的名字和所在的文件夹。")
    raise SpecError(f"没有评分办法“{name}”，可用的是：{'、'.join(known)}；也可以写自己的办法文件（.toml）。")


def copy(name: str, path: Path) -> Path:
    """The file of a shipped policy under a name of your own, to be changed there; gives the path.

    Raises SpecError for an id that there is not, OutputError where the file exists or cannot be written.
    """
    if name not in policies():
        raise SpecError(f"没有评分办法“{name}”，可用的是：{'、'.join(policies())}。")
    source = next(entry for entry in data_files("policies") if load_policy(entry).id == name)
    try:
        with path.open("xb") as target:
            target.write(source.read_bytes())
    except FileExistsError as error:
        raise OutputError(f"“{path}”已经存在，没有覆盖。请换一个文件名。") from error
    except OSError as error:
        raise OutputError(f"不能写“{path}”：{error.strerror}。请换一个位置。") from error
    return path
