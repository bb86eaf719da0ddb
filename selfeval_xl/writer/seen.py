"""Which row of 预算执行 or 指标完成 shows the cell that a finding is about."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl.frames import ABSENT, Evaluations, column_number
from selfeval_xl.ownership import pairs

NONE = -1
WIDE = 34  # bits of a cell's code


def seen_at(evaluations: Evaluations) -> pd.DataFrame:
    """For each finding the frame (`kind`: budget or indicators) and the `label` of the row that its cell stands in.

    Both are missing where the cell belongs to no such row.
    """
    findings = evaluations.findings
    pair, known = pairs(findings)
    numbers = {key: number for number, key in enumerate(zip(*known, strict=True))}
    codes = _codes(findings["cell"])
    wanted, which = np.unique(np.where(codes >= 0, pair << WIDE | codes, NONE), return_inverse=True)
    kinds, labels = np.full(len(findings), None, dtype=object), np.full(len(findings), None, dtype=object)
    for kind in ("indicators", "budget"):
        found = _labels(evaluations, kind, numbers, wanted)[which]
        here = (found >= 0) & pd.isna(kinds)
        kinds[here], labels[here] = kind, getattr(evaluations, kind).index.to_numpy()[found[here]]
    index = findings.index
    return pd.DataFrame({"kind": pd.Series(kinds, index, dtype="str"), "label": pd.Series(labels, index, dtype="Int64")})


def _labels(
    evaluations: Evaluations, kind: str, numbers: Mapping[tuple[str, str], int], wanted: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Of each cell that is wanted the first row of a frame that it stands in, counted from 0; -1 where there is none."""
    rows: pd.DataFrame = getattr(evaluations, kind)
    pair, known = pairs(rows)
    number = np.array([numbers.get(key, NONE) for key in zip(*known, strict=True)], dtype=np.int64)[pair]
    near = np.flatnonzero(number >= 0)
    places = evaluations.places[kind].iloc[near]
    shown = (np.where((place & 15) > ABSENT, place >> 4 & (1 << WIDE) - 1, NONE) for place in places.to_numpy(np.int64).T)
    first = np.full(len(wanted), len(rows), dtype=np.int64)
    for codes in (_codes(rows["cell"].iloc[near]), *shown):
        keys = number[near] << WIDE | codes
        at = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
        hit = (codes >= 0) & (wanted[at] == keys)
        np.minimum.at(first, at[hit], near[hit])
    return np.where(first < len(rows), first, NONE)


def _codes(cells: pd.Series) -> npt.NDArray[np.int64]:
    """A1 addresses as row << 14 | column; -1 where there is none."""
    which, unique = pd.factorize(cells)
    found = [re.match(r"([A-Z]+)(\d+)", str(text)) for text in unique]
    codes = [(int(one[2]) - 1) << 14 | column_number(one[1]) if one else NONE for one in found]
    return np.array([*codes, NONE], dtype=np.int64)[which]
