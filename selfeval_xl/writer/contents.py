"""What each sheet of the summary lists, before it has a place there: its rows, and what their cells are linked to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from selfeval_xl.frames import Evaluations
from selfeval_xl.policies import policies

from .absent import absent
from .formulas import Reference, references
from .links import Links, Targets, of_sheet
from .looks import Sheet, Summary
from .rows import MAKERS, Maker

BESIDE = {"owner", "policy", "setting", "defined", "indent", "strong", "begins"}
"""What is known of a row besides its cells: see `rows`."""


@dataclass(frozen=True)
class Content:
    """The rows of a sheet, only those columns that its cells are made from; its links, and lines about links left out."""

    sheet: Sheet
    rows: pd.DataFrame
    links: Links
    lines: Sequence[str]


def worded(looks: Summary, evaluations: Evaluations) -> Summary:
    """The looks with the names of all policies among their words."""
    named = {policy.id: policy.name for policy in {**policies(), **evaluations.policies}.values()}
    return replace(looks, words={**looks.words, "policy": named})


def contents(
    evaluations: Evaluations, found: pd.DataFrame, looks: Summary, to: Targets, roster: Sequence[str] = ()
) -> list[Content]:
    """What every sheet that is a table lists, in order."""
    makers: Mapping[str, Maker] = {**MAKERS, "absent": partial(absent, roster=roster)}
    sheets = [sheet for sheet in looks.sheets if sheet.columns]
    return [content(sheet, makers[sheet.rows](evaluations, found, looks), evaluations, to, looks) for sheet in sheets]


def content(sheet: Sheet, rows: pd.DataFrame, evaluations: Evaluations, to: Targets, looks: Summary) -> Content:
    """What a sheet lists, of the rows that were made for it."""
    links, lines = of_sheet(evaluations, sheet, rows, to, looks)
    kept = _named(sheet)
    return Content(sheet, rows[[name for name in rows if name in kept]], links, lines)


def _named(sheet: Sheet) -> set[str]:
    """The columns of its rows that the cells of a sheet are made from."""
    found = set(BESIDE)
    for column in sheet.columns:
        found |= {column.value, column.base, column.by}
        pieces = (piece for template in column.templates() for piece in references(template))
        found |= {piece.key for piece in pieces if isinstance(piece, Reference)}
    return found
