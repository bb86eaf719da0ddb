"""部门整体支出的共性指标: what each measure of a department is made of, read from `data/measures.toml`.

Source: 财预〔2013〕53号 and regional readings of it, each with its basis; nothing here computes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from selfeval_xl.errors import SpecError
from selfeval_xl.frames import columns
from selfeval_xl.loading import load
from selfeval_xl.specs import layouts

GENERAL = "全国"


@dataclass(frozen=True)
class Term:
    """One figure of a measure: a column of profile, an amount of one budget row, or a count of indicators.

    `name` is what it is called where it is missing, `field` its column where that has a name of its own there; a term
    that has nothing else stands on no form.
    """

    name: str
    profile: str = ""
    item: str = ""
    labels: tuple[str, ...] = ()
    side: Literal["", "收入", "支出"] = ""
    column: str = ""
    field: str = ""
    rows: str = ""
    met: bool = False
    minus: bool = False


@dataclass(frozen=True)
class Definition:
    """One way to work a measure out; several of the same `id` stand in the order of preference.

    A definition of a region (`region` is not 全国) is worked out on its own `forms` only, before the general ones;
    elsewhere it merely excuses a stated value that fits it. What is not `judged` is never held against a stated value.
    """

    id: str
    name: str
    formula: str
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...]
    sense: Literal["≤100%", "≤0%", "≤", "≥"]
    basis: str
    verified: bool
    names: tuple[str, ...] = ()
    unit: Literal["元", "人", "项"] = "元"
    absolute: bool = False
    region: str = GENERAL
    forms: tuple[str, ...] = ()
    judged: bool = True

    @property
    def source(self) -> str:
        """Where the formula comes from, with 未核实 where the original could not be read."""
        return self.basis if self.verified else f"{self.basis}（未核实）"


@dataclass(frozen=True)
class Definitions:
    """Everything in measures.toml."""

    measures: tuple[Definition, ...]


@cache
def definitions() -> tuple[Definition, ...]:
    """Every definition, in order. Raises SpecError for an unknown key, column or form, naming it."""
    return checked(load(Path(str(files("selfeval_xl").joinpath("data/measures.toml"))), Definitions).measures)


def checked(found: tuple[Definition, ...]) -> tuple[Definition, ...]:
    """The same definitions. Raises SpecError where one names a column or a form that there is not."""
    known = {frame: {c.column for c in columns() if c.frame == frame and c.placed} for frame in ("profile", "budget")}
    for entry in found:
        for term in (*entry.numerator, *entry.denominator):
            for frame, column in (("profile", term.profile), ("budget", term.column)):
                if column and column not in known[frame]:
                    raise SpecError(f"measures.toml：“{entry.name}”的 {frame} 没有“{column}”一栏。")
            if (term.item or term.labels) and not term.column:
                raise SpecError(f"measures.toml：“{entry.name}”的“{term.name}”没有写 column。")
        unknown = [form for form in entry.forms if form not in layouts()]
        if unknown:
            raise SpecError(f"measures.toml：“{entry.name}”的 forms 中没有名为“{unknown[0]}”的表样。")
    return found


@cache
def called() -> Mapping[str, str]:
    """Measure by each of its names, folded as `folded` does."""
    return {folded(name): entry.id for entry in definitions() for name in (entry.name, *entry.names)}


def folded(name: str) -> str:
    """A name without blanks, quotation marks and a closing （%）."""
    return re.sub(r"[\s“”\"'‘’「」]|[(（]%[)）]$", "", name)
