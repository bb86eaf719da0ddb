"""The frames: one long frame per kind for a whole batch, with the address and state of every value.

`data/columns.csv` lists every column with its dtype; frames are built from plain tuples, column-wise, once a batch.
A value's place on its sheet is one integer, 0 where the form has no such cell: ``row << 18 | column << 4 | state``.
Above the row stands with how many decimals of per cent a rate is shown, one more than that; 0 where nothing shows a %.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import SelfEvalError
from .findings import Finding
from .stacking import by_file, series, stacked

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from .policies import Policy

KINDS = ("files", "profile", "budget", "indicators", "texts", "findings")
PLACED = ("profile", "budget", "indicators")
STATES = ("absent", "blank", "dash", "value", "error", "uncached", "unreadable")
"""What a cell holds: no such cell on the form, nothing, a dash for nothing, a value (zero is one), an Excel error,
a formula that was saved without its result, or text where a number belongs."""
ABSENT, BLANK, DASH, VALUE, ERROR, UNCACHED, UNREADABLE = range(len(STATES))
_ROW = (1 << 20) - 1  # Excel has 2^20 rows, 2^14 columns
_CELL = (1 << 34) - 1
_MOST_DECIMALS = 14
_AT_ONCE = 256  # workbooks of which tuples are kept until they become frames


class Column(NamedTuple):
    """One column of a frame, as columns.csv describes it."""

    frame: str
    column: str
    dtype: str
    kind: str
    origin: str
    placed: str
    label: str
    description: str


@cache
def columns() -> tuple[Column, ...]:
    """Every column of every frame, in order."""
    text = files("selfeval_xl").joinpath("data/columns.csv").read_text(encoding="utf-8")
    return tuple(Column(**row) for row in csv.DictReader(text.splitlines()))


@cache
def names(frame: str, *, origin: str | None = None, placed: bool = False) -> tuple[str, ...]:
    """Column names of a frame; only those reported or computed, or only those that have a place on the sheet."""
    return tuple(
        c.column for c in columns() if c.frame == frame and (origin is None or c.origin == origin) and (c.placed or not placed)
    )


@cache
def read_columns(frame: str) -> tuple[str, ...]:
    """Columns that `read` fills: all of findings, the reported ones of the others."""
    return names(frame) if frame == "findings" else names(frame, origin="reported")


@dataclass(frozen=True)
class Records:
    """What one workbook gave, as plain tuples: cheap to send back from a worker.

    Each row has its values in the order of `read_columns`; `places` has, for each row of a placed frame, the integer
    place of each placed column.
    """

    rows: Mapping[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    places: Mapping[str, list[tuple[int, ...]]] = field(default_factory=lambda: {kind: [] for kind in PLACED})

    def add(self, frame: str, values: Mapping[str, Any], places: Mapping[str, int] | None = None) -> None:
        """Append one row; what `values` does not name is missing."""
        self.rows[frame].append(tuple(map(values.get, read_columns(frame))))
        if frame in PLACED:
            self.places[frame].append(tuple(map((places or {}).get, names(frame, placed=True), repeat(0))))

    def note(self, found: Finding) -> None:
        """Append a finding."""
        self.rows["findings"].append(tuple(getattr(found, name) for name in read_columns("findings")))


@dataclass(frozen=True)
class Submissions:
    """What was read: files, profile, budget, indicators, texts and findings, one frame each for the whole batch.

    Every row has `file`, and but for files `sheet` and `cell`; columns, dtypes and units stand in `data/columns.csv` and in
    docs/reference.md. Amounts are 元, rates are ratios, scores are points, percentages among targets points with the unit %;
    missing is NaN/NA, never 0. `places` holds for profile, budget and indicators the integer place of every value; use
    `cells`, `slots` and `states` to read it. `sources` has the absolute path of every file that was read, by its name in the
    frames; it is empty where frames were made in another way, and stands in no frame.
    """

    files: pd.DataFrame
    profile: pd.DataFrame
    budget: pd.DataFrame
    indicators: pd.DataFrame
    texts: pd.DataFrame
    findings: pd.DataFrame
    places: Mapping[str, pd.DataFrame] = field(repr=False)
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    def cells(self, frame: str) -> pd.DataFrame:
        """A frame of the same shape holding each value's A1 address; missing where nothing was printed.

        `frame` is profile, budget or indicators. Key columns (file, sheet, cell and the like) are as they are.
        """
        place = self.places[frame]
        return self._beside(frame, {name: addresses(place[name], printed=True) for name in place.columns})

    def slots(self, frame: str) -> pd.DataFrame:
        """Like `cells`, but with the address of blank cells too: where a missing value should have been."""
        place = self.places[frame]
        return self._beside(frame, {name: addresses(place[name]) for name in place.columns})

    def states(self, frame: str) -> pd.DataFrame:
        """A frame of the same shape holding each cell's state, one of `STATES`."""
        import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
        import pandas as pd  # noqa: PLC0415 (the same)

        place = self.places[frame]
        words = np.array(STATES, dtype=object)
        return self._beside(frame, {name: pd.Series(words[place[name] & 15], dtype="str") for name in place.columns})

    def _beside(self, frame: str, values: Mapping[str, pd.Series]) -> pd.DataFrame:
        whole: pd.DataFrame = getattr(self, frame)
        keys = [name for name in read_columns(frame) if name not in values]
        return whole[keys].assign(**values).reindex(columns=whole.columns)


@dataclass(frozen=True)
class Evaluations(Submissions):
    """The same rows, wider by what the rules computed, and three frames more.

    `scores` has one row for each form and component (points; grade and margin of `total` only), `measures` one for each
    department and common measure (共性指标 of 财预〔2013〕53号; ratios), `checks` one for each form and check: what it found, or
    why it could not run. `policies` has the policies that they were evaluated under, by id; each number there has its basis.
    """

    scores: pd.DataFrame
    measures: pd.DataFrame
    checks: pd.DataFrame
    policies: Mapping[str, Policy] = field(default_factory=dict, repr=False)


def build(batch: Iterable[Records]) -> Submissions:
    """One set of frames from the records of many workbooks, sorted by file, sheets and rows in their own order.

    A few hundred are turned into frames at a time, as they come: tuples of Python take many times the memory of columns.
    """
    chunks, rest = [], iter(batch)
    while some := list(islice(rest, _AT_ONCE)):
        chunks.append(_built(some))
    return _joined(chunks) if len(chunks) > 1 else chunks[0] if chunks else _built([])  # _joined empties chunks


def _built(batch: Sequence[Records]) -> Submissions:
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
    import pandas as pd  # noqa: PLC0415 (the same)

    ordered = sorted(batch, key=lambda records: records.rows["files"][0][0] if records.rows["files"] else "")
    frames = {kind: table(kind, [row for records in ordered for row in records.rows[kind]], read_columns(kind)) for kind in KINDS}
    places = {
        kind: pd.DataFrame(
            np.array([row for records in ordered for row in records.places[kind]], dtype=np.int64).reshape(
                -1, len(names(kind, placed=True))
            ),
            columns=list(names(kind, placed=True)),
        )
        for kind in PLACED
    }
    return Submissions(**frames, places=places, sources={})


def table(frame: str, rows: Sequence[tuple[Any, ...]], wanted: Sequence[str]) -> pd.DataFrame:
    """A frame of `wanted` columns from tuples, each column with the dtype that columns.csv gives it."""
    import pandas as pd  # noqa: PLC0415 (heavy, and no part of reading)

    dtypes = {c.column: c.dtype for c in columns() if c.frame == frame}
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(wanted)
    return pd.DataFrame({name: series(values, dtypes[name]) for name, values in zip(wanted, by_column, strict=True)})


def concat(parts: Sequence[Submissions]) -> Submissions:
    """The same as reading everything at once; `parts` must not hold the same file name twice.

    Raises SelfEvalError when two parts hold a file of the same name, because their rows could not be told apart.
    """
    import pandas as pd  # noqa: PLC0415 (heavy, and no part of reading)

    seen = pd.concat([part.files["file"] for part in parts])
    twice = seen[seen.duplicated()]
    if len(twice):
        raise SelfEvalError(f"两批数据中都有“{twice.iloc[0]}”，合并后无法区分。请改读它们共同的上级文件夹。")
    return _joined(list(parts))


def _joined(parts: list[Submissions]) -> Submissions:
    """Parts below one another; of each frame the parts are given up when it is whole, and so are `parts`."""
    tables = {kind: [getattr(part, kind) for part in parts] for kind in KINDS}
    beside = {kind: [part.places[kind] for part in parts] for kind in PLACED}
    sources = {file: path for part in parts for file, path in part.sources.items()}
    parts.clear()
    order = {kind: by_file([table["file"] for table in tables[kind]]) for kind in KINDS}
    whole = {kind: stacked(tables.pop(kind), order[kind]) for kind in KINDS}
    places = {kind: stacked(beside.pop(kind), order[kind]) for kind in PLACED}
    return Submissions(**whole, places=places, sources=sources)


def column_number(letters: str) -> int:
    """A column's number, counted from 0, from its letters."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def place(row: int, column: int, state: int, decimals: int | None = None) -> int:
    """The integer place of a cell, row and column counted from 0; `decimals` of a rate that is shown as 92.80% are 2."""
    return (0 if decimals is None else min(decimals, _MOST_DECIMALS) + 1) << 38 | row << 18 | column << 4 | state


def spot(code: int) -> tuple[int, int]:
    """Row and column of an integer place, counted from 0."""
    return code >> 18 & _ROW, code >> 4 & 0x3FFF


def decimals_shown(places: pd.Series) -> pd.Series:
    """With how many decimals of per cent each rate is shown; missing where its cell shows no %."""
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
    import pandas as pd  # noqa: PLC0415 (the same)

    shown = places.to_numpy(np.int64) >> 38
    return pd.Series(np.where(shown > 0, shown - 1.0, np.nan), index=places.index)


def a1(row: int, column: int) -> str:
    """A1 address of a cell, row and column counted from 0."""
    return f"{_letters(column)}{row + 1}"


@lru_cache(maxsize=20_000)
def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def addresses(places: pd.Series, *, printed: bool = False) -> pd.Series:
    """A1 addresses of integer places, missing where there is none; with `printed` also where the cell is blank."""
    import numpy as np  # noqa: PLC0415 (heavy, and no part of reading)
    import pandas as pd  # noqa: PLC0415 (the same)

    codes: npt.NDArray[np.int64] = places.to_numpy(np.int64)
    hidden = (codes & 15) <= (BLANK if printed else ABSENT)
    unique, back = np.unique(codes >> 4 & _CELL, return_inverse=True)
    text = np.array([a1(int(code >> 14), int(code & 0x3FFF)) for code in unique], dtype=object)
    found = text[back] if len(text) else np.empty(0, dtype=object)
    found[hidden] = None
    return pd.Series(found, dtype="str", index=places.index)
