"""Whose a row is: the form that it stands in, where a file has several forms and a sheet may have several too."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from .frames import column_number


def owners(rows: pd.DataFrame, forms: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Label in `forms` of the form that each row belongs to, -1 for none.

    A row belongs to the form on its own sheet; of several there, to the last one that begins at or above it. Where none
    begins on the sheet, it belongs to the file's standard form, else to the first form of the file.
    """
    forms = forms[["file", "sheet", "form", "first_cell"]]
    standard_first = forms.assign(other=forms["form"] != "standard").sort_values("other", kind="stable")
    owner = np.full(len(rows), -1, dtype=np.int64)
    for keys, candidates in ((["file"], standard_first), (["file", "sheet"], forms)):
        firsts = candidates.drop_duplicates(keys)
        found = pd.MultiIndex.from_frame(firsts[keys]).get_indexer(pd.MultiIndex.from_frame(rows[keys]))
        owner[found >= 0] = firsts.index.to_numpy()[found[found >= 0]]
    several = forms[forms.duplicated(["file", "sheet"], keep=False) & forms["first_cell"].notna()]
    return owner if several.empty else _among_several(rows, several, owner)


def _among_several(rows: pd.DataFrame, forms: pd.DataFrame, owner: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The same, with the rows of sheets that hold several forms given to the form that they stand in.

    Forms stand under one another in one or more columns of forms: first the column is looked up, then the form in it.
    """
    sheets = pd.MultiIndex.from_frame(forms[["file", "sheet"]].drop_duplicates())
    sheet_of_row = sheets.get_indexer(pd.MultiIndex.from_frame(rows[["file", "sheet"]]))
    sheet_of_form = sheets.get_indexer(pd.MultiIndex.from_frame(forms[["file", "sheet"]]))
    here = sheet_of_row >= 0
    top, left = _spots(forms["first_cell"])
    row, column = _spots(rows["cell"][here])
    lefts, band_of_form = np.unique(sheet_of_form << 14 | left, return_inverse=True)
    band = np.searchsorted(lefts, sheet_of_row[here] << 14 | column, side="right") - 1
    band = np.maximum(band, np.searchsorted(lefts, sheet_of_row[here] << 14))
    starts, which = np.unique(band_of_form << 20 | top, return_index=True)
    at = np.searchsorted(starts, band << 20 | row, side="right") - 1
    at = np.maximum(at, np.searchsorted(starts, band << 20))  # what stands above the first form is of the first
    given = owner.copy()
    given[here] = forms.index.to_numpy()[which[at]]
    return given


def _spots(cells: pd.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows and columns of A1 addresses, counted from 0; the first cell where there is none."""
    codes, unique = pd.factorize(cells.fillna("A1"))
    found = [re.match(r"([A-Z]+)(\d+)", str(text)) for text in unique]
    spots = [(int(one[2]) - 1, column_number(one[1])) if one else (0, 0) for one in found]
    table = np.array(spots, dtype=np.int64).reshape(-1, 2)
    return table[codes, 0], table[codes, 1]
