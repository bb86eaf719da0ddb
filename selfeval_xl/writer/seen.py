"""Which row of 预算执行 or 指标完成 shows the cell that a finding is about."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl.frames import ABSENT, Evaluations, column_number

KEYS = ["file", "sheet", "code"]


def seen_at(evaluations: Evaluations) -> pd.DataFrame:
    """For each finding the frame (`kind`: budget or indicators) and the `label` of the row that its cell stands in.

    Both are missing where the cell belongs to no such row.
    """
    findings = evaluations.findings[["file", "sheet"]].assign(code=_codes(evaluations.findings["cell"]))
    made = pd.DataFrame({"kind": pd.Series(None, findings.index, dtype="str"), "label": pd.Series(None, findings.index, "Int64")})
    for kind in ("indicators", "budget"):
        known = _cells(evaluations, kind, findings)
        found = findings.merge(known, on=KEYS, how="left")["label"].set_axis(findings.index)
        here = found.notna() & made["kind"].isna()
        made = made.assign(kind=made["kind"].mask(here, kind), label=made["label"].mask(here, found))
    return made


def _cells(evaluations: Evaluations, kind: str, findings: pd.DataFrame) -> pd.DataFrame:
    """Each cell of the rows of a frame with the label of its row, on the sheets that have findings only."""
    rows: pd.DataFrame = getattr(evaluations, kind)[["file", "sheet", "cell"]]
    rows = rows[rows["file"].isin(findings["file"].unique())]
    places = evaluations.places[kind].set_axis(getattr(evaluations, kind).index).loc[rows.index].to_numpy(np.int64)
    own = _codes(rows["cell"]).to_numpy(np.int64)[:, None]
    codes = np.hstack([own, np.where((places & 15) > ABSENT, places >> 4 & (1 << 34) - 1, -1)])
    at, column = np.nonzero(codes >= 0)
    labels = rows.index.to_numpy()[at]
    cells = rows[["file", "sheet"]].iloc[at].assign(code=codes[at, column], label=labels)
    return cells.drop_duplicates(KEYS).astype({"label": "Int64"})


def _codes(cells: pd.Series) -> pd.Series:
    """A1 addresses as row << 14 | column; -1 where there is none."""
    which, unique = pd.factorize(cells)
    found = [re.match(r"([A-Z]+)(\d+)", str(text)) for text in unique]
    codes: npt.NDArray[np.int64] = np.array(
        [(int(one[2]) - 1) << 14 | column_number(one[1]) if one else -1 for one in found] + [-1], dtype=np.int64
    )
    return pd.Series(codes[which], index=cells.index)
