"""Columns from plain values, and frames of several batches below one another, their rows sorted by file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Order = npt.NDArray[np.intp] | None

_HALVES = re.compile("[\ud800-\udfff]")  # of characters that UTF-16 writes as two


def series(values: Sequence[Any], dtype: str) -> pd.Series:
    """A column of plain values in its declared dtype: str, float or Int64; None becomes missing."""
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
    import pandas as pd  # noqa: PLC0415 (the same)

    if dtype == "float":
        return pd.Series(np.array(values, dtype=float))
    try:
        return pd.Series(values, dtype=dtype)
    except UnicodeEncodeError:  # half a character, which pandas keeps and pyarrow, where it is installed, does not
        return pd.Series([_HALVES.sub("\ufffd", value) if isinstance(value, str) else value for value in values], dtype=dtype)


def by_file(files: Sequence[pd.Series]) -> Order:
    """The order in which the rows of all parts are sorted by file, those of one file as they stand; None where they are."""
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
    import pandas as pd  # noqa: PLC0415 (the same)

    code, names = pd.concat(files, ignore_index=True).factorize()
    place = np.empty(len(names), dtype=np.intp)
    place[np.argsort(np.asarray(names, dtype=object), kind="stable")] = np.arange(len(names))
    rank = place[code]
    return None if (np.diff(rank) >= 0).all() else np.argsort(rank, kind="stable")


def stacked(tables: Sequence[pd.DataFrame], order: Order) -> pd.DataFrame:
    """Frames below one another, their rows in `order`."""
    import pandas as pd  # noqa: PLC0415 (heavy, and no part of reading)

    whole = pd.concat(tables, ignore_index=True)
    return whole if order is None else whole.iloc[order].reset_index(drop=True)
