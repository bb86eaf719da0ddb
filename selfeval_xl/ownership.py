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
    file, sheet = (forms[name].to_numpy(object) for name in ("file", "sheet"))
    labels = forms.index.to_numpy()
    others = np.argsort((forms["form"] != "standard").to_numpy(), kind="stable")[::-1]  # backwards: the first one stays
    of_file = dict(zip(file[others], labels[others], strict=True))
    of_sheet = dict(zip(zip(file[::-1], sheet[::-1], strict=True), labels[::-1], strict=True))
    pair, (files, sheets) = pairs(rows)
    owner = np.array([of_sheet.get(key, of_file.get(key[0], -1)) for key in zip(files, sheets, strict=True)], dtype=np.int64)
    several = forms.duplicated(["file", "sheet"], keep=False).to_numpy() & forms["first_cell"].notna().to_numpy()
    return _among_several(rows, forms[several], owner[pair]) if several.any() else owner[pair]


def pairs(rows: pd.DataFrame) -> tuple[npt.NDArray[np.intp], tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]]:
    """Which pair of file and sheet each row has, and the pairs, of which there are far fewer."""
    (file, files), (sheet, sheets) = (rows[name].factorize(use_na_sentinel=False) for name in ("file", "sheet"))
    found, pair = np.unique(file * (len(sheets) + 1) + sheet, return_inverse=True)
    return pair, (
        np.asarray(files, dtype=object)[found // (len(sheets) + 1)],
        np.asarray(sheets, dtype=object)[found % (len(sheets) + 1)],
    )


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
