"""The workbook of each department: its page in front, then its rows of each table.

What the sheets list is made once for the whole batch and taken apart by department: making it anew for each of them takes
five times as long as drawing its workbook.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl.frames import Evaluations

from .book import opened
from .contents import Content, content, worded
from .departments import exact_owners, forms, groups
from .dossier import dossiers, told
from .links import Targets, targets, within
from .looks import Summary, summary
from .navigation import Ways
from .output import whole_file
from .parameters import used
from .rows import MAKERS
from .seen import seen_at
from .summary import draw_sheets
from .tables import Table, arranged

ANEW = {"files", "unchecked", "parameters", "notes"}
"""Sheets whose rows belong to no form, so that they are made anew for each department."""
BY_POLICY = {"parameters", "notes"}
"""Those of them that only depend on the policies that its scores go by."""
LONGEST = 80
Rows = Mapping[int, npt.NDArray[np.intp]]
"""Where the rows of each department stand."""


@dataclass(frozen=True)
class _Batch:
    """The whole batch, and where in each of its frames and sheets the rows of each department stand."""

    evaluations: Evaluations
    looks: Summary
    to: Targets
    found: pd.DataFrame
    group: pd.Series
    listed: Mapping[str, Content]
    rows: Mapping[str, Rows]
    seen: pd.DataFrame
    told: Mapping[str, pd.Series]
    by_policy: dict[tuple[str, ...], list[Content]] = field(default_factory=dict)


def write_dossiers(evaluations: Evaluations, folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A workbook for each department and year, to be sent back or filed, named after it; no two have the same name.

    Gives the path of each when it is written. Raises as `write_summary` does.
    """
    batch, taken = _batch(evaluations, Path(folder)), set[str]()
    for number in sorted(batch.rows["profile"]):
        mine = batch.found.iloc[batch.rows["profile"][number]]
        with whole_file(Path(folder) / f"{_name(mine, taken)}_汇总.xlsx") as stream:
            own = _own(batch, number, mine)
            made: dict[str, Table] = {
                table.sheet.rows: table for table in arranged(_listed(batch, number, mine, own), own, batch.looks)
            }
            way = Ways(batch.looks, made, batch.seen, batch.group.loc[mine.index])
            with opened(stream, batch.looks, "details") as book:
                draw_sheets(book, own, way, dossiers(mine, way, batch.told))
        yield stream.path


def _batch(evaluations: Evaluations, folder: Path) -> _Batch:
    whole = summary()
    kept = sorted((sheet for sheet in whole.sheets if sheet.details), key=lambda sheet: sheet.rows != "dossiers")
    looks = worded(replace(whole, sheets=tuple(kept)), evaluations)
    to, found = targets(evaluations.sources, folder), forms(evaluations, looks)
    group = groups(found)
    many = replace(looks, most_links=sys.maxsize)  # each department has its own limit
    listed: dict[str, Content] = {
        sheet.rows: content(sheet, MAKERS[sheet.rows](evaluations, found, looks), evaluations, to, many)
        for sheet in kept
        if sheet.columns and sheet.rows not in ANEW
    }
    exact = {name: exact_owners(getattr(evaluations, name), found) for name in ("scores", "checks")}
    rows = {name: _rows(group.reindex(each.rows.get("owner", each.rows.index))) for name, each in listed.items()}
    rows |= {f"own {name}": _rows(group.reindex(owners)) for name, owners in exact.items()} | {"profile": _rows(group)}
    return _Batch(evaluations, looks, to, found, group, listed, rows, seen_at(evaluations), told(evaluations, looks.dossier))


def _rows(number: pd.Series) -> Rows:
    numbers = number.fillna(-1).astype(int).reset_index(drop=True)
    found: Any = numbers.groupby(numbers).indices
    return {number: at for number, at in found.items() if number >= 0}


def _own(batch: _Batch, number: int, mine: pd.DataFrame) -> Evaluations:
    """The batch with those files, scores and checks only that are a department's own."""
    whole, nothing = batch.evaluations, np.empty(0, dtype=np.intp)
    scores, checks = (batch.rows[f"own {name}"].get(number, nothing) for name in ("scores", "checks"))
    files = whole.files[whole.files["file"].isin(mine["file"])]
    return replace(whole, files=files, scores=whole.scores.iloc[scores], checks=whole.checks.iloc[checks])


def _listed(batch: _Batch, number: int, mine: pd.DataFrame, own: Evaluations) -> list[Content]:
    """What the sheets of a department list."""
    made = {name: _part(batch, each, number) for name, each in batch.listed.items()}
    made["findings"] = _seen(batch, made)
    names = tuple(policy.id for policy in used(own))
    if names not in batch.by_policy:
        batch.by_policy[names] = _anew(batch, mine, own, BY_POLICY)
    made |= {each.sheet.rows: each for each in [*batch.by_policy[names], *_anew(batch, mine, own, ANEW - BY_POLICY)]}
    return [made[sheet.rows] for sheet in batch.looks.sheets if sheet.rows in made]


def _part(batch: _Batch, whole: Content, number: int) -> Content:
    at = batch.rows[whole.sheet.rows].get(number, np.empty(0, dtype=np.intp))
    links = {column: leads.only(at) for column, leads in whole.links.items()}
    return Content(whole.sheet, whole.rows.iloc[at], *within(links, whole.sheet, batch.looks))


def _seen(batch: _Batch, made: Mapping[str, Content]) -> Content:
    """Its findings, which name the sheet of a row only where that row is its own."""
    rows = made["findings"].rows
    seen = batch.seen.reindex(rows.index)
    own = [kind in made and label in made[kind].rows.index for kind, label in zip(seen["kind"], seen["label"], strict=True)]
    return replace(made["findings"], rows=rows.assign(see=rows["see"].where(pd.Series(own, rows.index, dtype=bool))))


def _anew(batch: _Batch, mine: pd.DataFrame, own: Evaluations, names: Collection[str]) -> list[Content]:
    sheets = (sheet for sheet in batch.looks.sheets if sheet.rows in names)
    return [content(sheet, MAKERS[sheet.rows](own, mine, batch.looks), own, batch.to, batch.looks) for sheet in sheets]


def _name(forms_of_one: pd.DataFrame, taken: set[str]) -> str:
    """A department's name as a file may be called; with its year, or a number, where that is taken."""
    first = forms_of_one.iloc[0]
    named = first["named"] if isinstance(first["named"], str) else str(first["file"]).rpartition("/")[2].rpartition(".")[0]
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f\ud800-\udfff]+', "_", named).strip(" ._")[:LONGEST] or "_"
    year = "" if pd.isna(first["fiscal_year"]) else f"_{int(first['fiscal_year'])}"
    choices = chain([name, name + year], (f"{name}{year}_{at}" for at in count(2)))
    chosen = next(choice for choice in choices if choice.lower() not in taken)
    taken.add(chosen.lower())
    return chosen
