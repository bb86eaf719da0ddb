"""A batch taken apart by department, for the workbook that each of them gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from selfeval_xl.frames import PLACED, Evaluations
from selfeval_xl.ownership import owners

from .departments import exact_owners, forms, groups
from .looks import summary

WITH_CELL = {"scores", "checks"}  # their rows carry the very cell of their form
LONGEST = 80


def by_department(evaluations: Evaluations) -> Iterator[tuple[str, Evaluations]]:
    """The rows of each department and year, with a name that can stand in a file's name; no two have the same."""
    found = forms(evaluations, summary())
    group = groups(found)
    kinds = [
        entry.name for entry in fields(evaluations) if entry.name not in {"files", "profile", "places", "policies", "sources"}
    ]
    rows = {name: _rows(getattr(evaluations, name), found, group, exact=name in WITH_CELL) for name in kinds}
    rows["profile"] = _places(group.iloc[: len(evaluations.profile)])
    taken: set[str] = set()
    nothing = np.empty(0, dtype=np.int64)
    for number in sorted(set(group) - {-1}):
        mine = found[group == number]
        chosen: dict[str, Any] = {
            name: getattr(evaluations, name).iloc[rows[name].get(number, nothing)].reset_index(drop=True) for name in rows
        }
        chosen["files"] = evaluations.files[evaluations.files["file"].isin(mine["file"])].reset_index(drop=True)
        chosen["places"] = {
            kind: evaluations.places[kind].iloc[rows[kind].get(number, nothing)].reset_index(drop=True) for kind in PLACED
        }
        yield _name(mine, taken), Evaluations(**chosen, policies=evaluations.policies, sources=evaluations.sources)


def _rows(frame: pd.DataFrame, found: pd.DataFrame, group: pd.Series, *, exact: bool) -> dict[int, Any]:
    owner = exact_owners(frame, found) if exact else owners(frame, found)
    number = group.reindex(owner).fillna(-1).astype(int).reset_index(drop=True)
    return _places(number)


def _places(number: pd.Series) -> dict[int, Any]:
    """Where each number stands."""
    found: Any = number.groupby(number).indices
    return dict(found)


def _name(forms_of_one: pd.DataFrame, taken: set[str]) -> str:
    """A department's name as a file may be called; with its year, or a number, where that is taken."""
    first = forms_of_one.iloc[0]
    named = first["named"] if isinstance(first["named"], str) else str(first["file"]).rpartition("/")[2].rpartition(".")[0]
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f\ud800-\udfff]+', "_", named).strip(" ._")[:LONGEST] or "_"
    year = "" if pd.isna(first["fiscal_year"]) else f"_{int(first['fiscal_year'])}"
    choices = [name, name + year, *(f"{name}{year}_{at}" for at in range(2, len(taken) + 3))]
    chosen = next(choice for choice in choices if choice.lower() not in taken)
    taken.add(chosen.lower())
    return chosen
